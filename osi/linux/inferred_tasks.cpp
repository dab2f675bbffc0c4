// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inferred_tasks.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/object_samples.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kIdSize = 4;

/// Kernel threads have it, and init_task: PF_KTHREAD, include/linux/sched.h.
constexpr std::uint64_t kKernelThread = 0x0020'0000;

/// What the steps share. The sample begins as the ring does.
class TaskInference {
  public:
    TaskInference(const MemoryReader& kernel, const TaskRing& ring, Layout& layout)
        : kernel_(kernel),
          ring_(ring),
          layout_(layout),
          samples_(kernel, sample_of(ring.tasks), 0, static_cast<std::int64_t>(ring.name_offset)),
          tasks_(ring.tasks.begin(), ring.tasks.end()) {}

    void find_ids();
    void find_parent();
    void find_address_space();
    void find_flags();
    void find_stack();

  private:
    [[nodiscard]] bool is_process(std::uint64_t pointer) const { return tasks_.contains(VirtAddr{pointer}); }
    [[nodiscard]] std::optional<std::uint64_t> member(std::size_t index, Field field) const {
        return layout_.has(field) ? samples_.number(index, static_cast<std::int64_t>(layout_[field].offset))
                                  : std::nullopt;
    }
    [[nodiscard]] std::vector<VirtAddr> user_processes() const;

    const MemoryReader& kernel_;
    const TaskRing& ring_;
    Layout& layout_;
    ObjectSamples samples_;
    std::set<VirtAddr> tasks_;
};

/// pid and tgid are the same in every process and different between any two; init_task has 0, the first process 1 and
/// kthreadd 2. They stand side by side, pid first.
void TaskInference::find_ids() {
    constexpr std::uint64_t kMaxPid = 4u << 20;  // PID_MAX_LIMIT, include/linux/threads.h
    constexpr std::uint64_t kKthreadd = 2;
    std::set<std::uint64_t> seen;
    auto offsets = samples_.where(kIdSize, [&](std::size_t index, std::uint64_t value, std::int64_t) {
        if (index == 0) {
            seen.clear();
        }
        const bool right = (index == 0) == (value == 0) && (index != 1 || value <= kKthreadd) &&
                           (index == ring_.kthreadd) == (value == kKthreadd);
        return right && value <= kMaxPid && seen.insert(value).second;
    });
    std::erase_if(offsets, [all = offsets](std::int64_t offset) {
        return !std::ranges::binary_search(all, offset + static_cast<std::int64_t>(kIdSize));
    });
    if (const auto pid = only(offsets)) {
        layout_.set(Field::task_pid, plain_member(*pid, kIdSize));
        layout_.set(Field::task_tgid, plain_member(*pid + static_cast<std::int64_t>(kIdSize), kIdSize));
    }
}

/// Points to a task: a process, or a thread, which knows its process; init_task is its own parent and that of the first
/// two. The next word, `parent`, is the same unless somebody is traced.
void TaskInference::find_parent() {
    const auto offsets = samples_.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t offset) {
        if (index == 0 || index == 1 || index == ring_.kthreadd) {
            return value == samples_.object(0).value;
        }
        if (static_cast<std::uint64_t>(offset) == ring_.leader_offset || value == samples_.object(index).value) {
            return false;
        }
        if (is_process(value)) {
            return true;
        }
        const auto leader = is_kernel_pointer(VirtAddr{value})
                                ? kernel_.number(VirtAddr{value + ring_.leader_offset}, ObjectSamples::kWord)
                                : std::nullopt;
        return leader && is_process(*leader);
    });
    if (offsets.size() == 2 && offsets[0] + 8 == offsets[1]) {
        layout_.set(Field::task_real_parent, plain_member(offsets[0]));
    }
}

/// mm is 0 or the same as the next word, active_mm; 0 for init_task and kthreadd. The first process has one, and so has
/// another.
void TaskInference::find_address_space() {
    std::set<std::uint64_t> seen;
    const auto offsets = samples_.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t offset) {
        if (index == 0) {
            seen.clear();
        }
        if (value == 0) {
            return index != 1 && (index + 1 < samples_.count() || seen.size() > 1);
        }
        seen.insert(value);
        return index != 0 && index != ring_.kthreadd && is_kernel_pointer(VirtAddr{value}) && value % 8 == 0 &&
               samples_.number(index, offset + 8) == value && (index + 1 < samples_.count() || seen.size() > 1);
    });
    if (const auto offset = only(offsets)) {
        layout_.set(Field::task_mm, plain_member(*offset));
        layout_.set(Field::task_active_mm, plain_member(*offset + 8));
    }
}

/// PF_KTHREAD is set for init_task, kthreadd and its children, as long as they have no user memory, and not set for who
/// has some. The same holds of half a pointer that kernel threads have and others not; never are so many flags set.
void TaskInference::find_flags() {
    if (!layout_.has(Field::task_mm) || !layout_.has(Field::task_real_parent)) {
        return;
    }
    const std::uint64_t kthreadd = samples_.object(ring_.kthreadd).value;
    const auto offsets = samples_.where(kIdSize, [&](std::size_t index, std::uint64_t value, std::int64_t) {
        constexpr std::uint64_t kHighest = 0xff00'0000;
        const bool set = (value & kKernelThread) != 0;
        if ((value & kHighest) == kHighest) {
            return false;
        }
        if (member(index, Field::task_mm) != 0) {
            return !set;
        }
        const bool kernel_thread =
            index == 0 || index == ring_.kthreadd || member(index, Field::task_real_parent) == kthreadd;
        return !kernel_thread || set;
    });
    if (const auto offset = only(offsets)) {
        layout_.set(Field::task_flags, plain_member(*offset, kIdSize));
    }
}

std::vector<VirtAddr> TaskInference::user_processes() const {
    constexpr std::size_t kEnough = 16;
    std::vector<VirtAddr> found;
    for (std::size_t index = 0; index < samples_.count() && found.size() < kEnough; ++index) {
        if (member(index, Field::task_mm).value_or(0) != 0) {
            found.push_back(samples_.object(index));
        }
    }
    return found;
}

/// Every task has a stack of its own, aligned as large as it is; 16 KiB at least
/// (arch/x86/include/asm/page_64_types.h). At its end are saved registers that look right. A zombie may have none any
/// more.
void TaskInference::find_stack() {
    constexpr std::uint64_t kAlignment = 0x4000;
    std::set<std::uint64_t> seen;
    auto offsets = samples_.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t) {
        if (index == 0) {
            seen.clear();
        }
        const bool gone = value == 0 && index != 0 && member(index, Field::task_mm) == 0;
        return gone || (is_kernel_pointer(VirtAddr{value}) && value % kAlignment == 0 && seen.insert(value).second);
    });
    const auto users = user_processes();
    if (!users.empty()) {
        std::erase_if(offsets, [&](std::int64_t offset) {
            Layout candidate = layout_;
            candidate.set(Field::task_stack, plain_member(offset));
            return !KernelStack::find(KernelMemory(kernel_, candidate), {}, users);
        });
    }
    if (const auto offset = only(offsets)) {
        layout_.set(Field::task_stack, plain_member(*offset));
    }
}

}  // namespace

void infer_task_members(const MemoryReader& kernel, const TaskRing& ring, Layout& layout) {
    constexpr std::uint64_t kNameSize = 16;
    constexpr std::uint64_t kListSize = 16;
    layout.set(Field::task_comm, {.offset = ring.name_offset, .size = kNameSize, .element_size = 1});
    layout.set(Field::task_tasks, {.offset = ring.list_offset, .size = kListSize, .element_size = kListSize});
    layout.set(Field::task_group_leader, plain_member(static_cast<std::int64_t>(ring.leader_offset)));
    TaskInference inference(kernel, ring, layout);
    inference.find_ids();
    inference.find_parent();
    inference.find_address_space();
    inference.find_flags();
    inference.find_stack();
}

std::vector<VirtAddr> sample_of_address_spaces(const MemoryReader& kernel, const TaskRing& ring, const Layout& layout) {
    std::set<VirtAddr> found;
    if (layout.has(Field::task_mm)) {
        const KernelMemory memory(kernel, layout);
        for (const VirtAddr task : sample_of(ring.tasks)) {
            const auto space = memory.pointer(task, Field::task_mm);
            if (space && is_kernel_pointer(*space)) {
                found.insert(*space);
            }
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace hvgdb::osi
