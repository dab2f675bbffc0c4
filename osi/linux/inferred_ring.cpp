// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inferred_ring.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "osi/linux/kernel_list.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/object_samples.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kNameSize = 16;      // TASK_COMM_LEN, include/linux/sched.h
constexpr std::int64_t kMaxTask = 0x4000;  // no task_struct is larger, with its FPU state apart
constexpr std::size_t kMaxTasks = 65536;
constexpr std::size_t kFewestTasks = 10;
constexpr std::uint64_t kMaxImage = 256u << 20;
constexpr std::size_t kMaxNames = 16;
constexpr std::size_t kMaxWalks = 64;
constexpr std::size_t kFirstOnes = 4;  // kthreadd is among them

using Name = std::array<std::byte, kNameSize>;

Name padded(std::string_view text) {
    Name name{};
    std::memcpy(name.data(), text.data(), text.size());
    return name;
}

std::optional<Name> read_name(const MemoryReader& kernel, VirtAddr address) {
    Name name{};
    return kernel.fill(address, name) ? std::optional(name) : std::nullopt;
}

void find_in_range(const MemoryReader& kernel, const ImageRange& range, const Name& name,
                   std::vector<VirtAddr>& found) {
    constexpr std::size_t kChunk = std::size_t{1} << 16;
    std::vector<std::byte> bytes(kChunk + kNameSize - 1);
    for (std::uint64_t done = 0; done < range.size && found.size() < kMaxNames; done += kChunk) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), range.size - done));
        const std::size_t got = kernel.read(VirtAddr{range.start.value + done}, std::span(bytes).first(wanted));
        const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(got);
        auto at = std::search(bytes.begin(), end, name.begin(), name.end());
        while (at != end && found.size() < kMaxNames) {
            found.push_back(VirtAddr{range.start.value + done + static_cast<std::uint64_t>(at - bytes.begin())});
            at = std::search(at + 1, end, name.begin(), name.end());
        }
    }
}

/// The name of init_task: "swapper/0", without SMP "swapper", and nothing else in its 16 bytes (init_idle() in
/// kernel/sched/core.c and init/init_task.c). It is a variable, so it is in what is writable.
std::vector<VirtAddr> find_swapper_names(const MemoryReader& kernel, std::span<const ImageRange> image) {
    std::vector<VirtAddr> found;
    for (const std::string_view text : {"swapper/0", "swapper"}) {
        std::uint64_t searched = 0;
        for (const ImageRange& range : image) {
            searched += range.size;
            if (range.write && searched <= kMaxImage) {
                find_in_range(kernel, range, padded(text), found);
            }
        }
    }
    return found;
}

/// task_struct.tasks and .comm, as addresses within init_task.
struct Anchor {
    VirtAddr node;
    VirtAddr name;
};

/// The list of processes begins init_task, pid 1, kthreadd, and all of them have their name equally far from their
/// node. (Processes that exec keep their place in it.)
std::optional<std::size_t> find_kthreadd(const MemoryReader& kernel, const Anchor& anchor) {
    const Name wanted = padded("kthreadd");
    VirtAddr node = anchor.node;
    for (std::size_t index = 1; index < kFirstOnes; ++index) {
        const auto next = kernel.pointer(node);
        if (!next || !is_kernel_pointer(*next) || *next == anchor.node ||
            kernel.pointer(VirtAddr{next->value + ObjectSamples::kWord}) != node) {
            return std::nullopt;
        }
        const auto name = read_name(kernel, VirtAddr{next->value + (anchor.name.value - anchor.node.value)});
        if (!name || std::ranges::find(*name, std::byte{0}) == name->end()) {
            return std::nullopt;
        }
        if (*name == wanted) {
            return index;
        }
        node = *next;
    }
    return std::nullopt;
}

struct Ring {
    Anchor anchor;
    std::vector<VirtAddr> nodes;  ///< init_task's first
    std::size_t kthreadd = 0;
};

/// task_struct.tasks is a ring of struct list_head through init_task. The only one that looks like it.
std::optional<Ring> find_ring(const MemoryReader& kernel, std::span<const VirtAddr> names) {
    std::size_t walks = 0;
    std::optional<Ring> found;
    for (const VirtAddr name : names) {
        for (std::int64_t offset = -kMaxTask; offset < kMaxTask; offset += 8) {
            const Anchor anchor{VirtAddr{(name.value & ~std::uint64_t{7}) + static_cast<std::uint64_t>(offset)}, name};
            const auto kthreadd = find_kthreadd(kernel, anchor);
            if (!kthreadd) {
                continue;
            }
            auto list = walk_list(kernel, anchor.node, 0, kMaxTasks);
            const bool right = list.complete && list.objects.size() >= kFewestTasks;
            if (++walks > kMaxWalks || (right && found)) {
                return std::nullopt;
            }
            if (right) {
                list.objects.insert(list.objects.begin(), anchor.node);
                found = Ring{anchor, std::move(list.objects), *kthreadd};
            }
        }
    }
    return found;
}

/// A pointer into its own task, from the node.
struct SelfPointer {
    std::int64_t place = 0;
    std::int64_t target = 0;
};

/// Those that are equally far from the node in all tasks, and their targets too. Pointers to themselves or to the word
/// in front are left out: empty lists are like that.
std::vector<SelfPointer> find_self_pointers(const Ring& ring, const ObjectSamples& samples) {
    const auto to_name = static_cast<std::int64_t>(ring.anchor.name.value - ring.anchor.node.value);
    const auto target_of = [&](std::size_t index, std::uint64_t value) {
        return static_cast<std::int64_t>(value - samples.object(index).value);
    };
    std::int64_t first_target = 0;
    const auto places = samples.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t place) {
        const std::int64_t target = target_of(index, value);
        first_target = index == 0 ? target : first_target;
        const bool before_members = target > -kMaxTask && target <= std::min<std::int64_t>(0, to_name);
        return target == first_target && before_members && target % 8 == 0 && target != place && target != place - 8;
    });
    std::vector<SelfPointer> found;
    found.reserve(places.size());
    for (const std::int64_t place : places) {
        found.push_back({place, target_of(0, samples.number(0, place).value_or(0))});
    }
    return found;
}

/// The first process and kthreadd point to init_task, their parent, at the same place.
bool is_parent(const Ring& ring, const ObjectSamples& samples, std::int64_t start) {
    const std::uint64_t parent = ring.anchor.node.value + static_cast<std::uint64_t>(start);
    for (std::int64_t place = samples.first(); place < samples.end(); place += 8) {
        if (samples.number(1, place) == parent && samples.number(ring.kthreadd, place) == parent) {
            return true;
        }
    }
    return false;
}

/// A leader's task_struct.group_leader is the leader itself. So where such a pointer leads is where tasks start, if it
/// is also where the children of init_task point to.
std::optional<SelfPointer> find_group_leader(const MemoryReader& kernel, const Ring& ring) {
    const ObjectSamples samples(kernel, sample_of(ring.nodes), -kMaxTask, kMaxTask);
    auto pointers = find_self_pointers(ring, samples);
    std::erase_if(pointers, [&](const SelfPointer& pointer) { return !is_parent(ring, samples, pointer.target); });
    return pointers.size() == 1 ? std::optional(pointers.front()) : std::nullopt;
}

}  // namespace

std::vector<VirtAddr> sample_of(std::span<const VirtAddr> tasks) {
    constexpr std::size_t kFirst = 32;
    constexpr std::size_t kLast = 96;
    if (tasks.size() <= kFirst + kLast) {
        return {tasks.begin(), tasks.end()};
    }
    std::vector<VirtAddr> sample(tasks.begin(), tasks.begin() + kFirst);
    sample.insert(sample.end(), tasks.end() - kLast, tasks.end());
    return sample;
}

std::optional<TaskRing> find_task_ring(const MemoryReader& kernel, std::span<const ImageRange> image) {
    const auto ring = find_ring(kernel, find_swapper_names(kernel, image));
    const auto leader = ring ? find_group_leader(kernel, *ring) : std::nullopt;
    if (!leader) {
        return std::nullopt;
    }
    TaskRing found;
    for (const VirtAddr node : ring->nodes) {
        found.tasks.push_back(VirtAddr{node.value + static_cast<std::uint64_t>(leader->target)});
    }
    found.kthreadd = ring->kthreadd;
    found.list_offset = ring->anchor.node.value - found.tasks.front().value;
    found.name_offset = ring->anchor.name.value - found.tasks.front().value;
    found.leader_offset = static_cast<std::uint64_t>(leader->place - leader->target);
    return found;
}

}  // namespace hvgdb::osi
