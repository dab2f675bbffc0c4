// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/next_signal.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "emulator/hex.hpp"
#include "osi/linux/kernel_list.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t bit_of(unsigned number) {
    return std::uint64_t{1} << (number - 1);
}

// include/uapi/asm-generic/signal.h
constexpr unsigned kKill = 9;
/// SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
constexpr std::uint64_t kSynchronous = bit_of(4) | bit_of(5) | bit_of(7) | bit_of(8) | bit_of(11) | bit_of(31);
constexpr std::uint64_t kGroupExit = 0x4;  // include/linux/sched/signal.h SIGNAL_GROUP_EXIT

// struct siginfo
constexpr std::size_t kNumberSize = 4;
constexpr std::uint64_t kCodeOffset = 8;

struct Queue {
    std::uint64_t waiting = 0;
    VirtAddr list;
};

std::optional<Queue> queue_of(const KernelMemory& kernel, VirtAddr object, Field set, Field list) {
    const auto waiting = kernel.number(object, set);
    const auto head = kernel.place(object, list);
    return waiting && head ? std::optional(Queue{.waiting = *waiting, .list = *head}) : std::nullopt;
}

/// next_signal() there.
unsigned lowest(std::uint64_t signals) {
    const std::uint64_t first = (signals & kSynchronous) != 0 ? signals & kSynchronous : signals;
    return first == 0 ? 0 : static_cast<unsigned>(std::countr_zero(first)) + 1;
}

/// What is noted of the signals in a queue, each a struct sigqueue.
class Notes {
  public:
    Notes(const KernelMemory& kernel, const Queue& queue) : kernel_(kernel) {
        constexpr std::size_t kMost = 1024;
        if (kernel.has(Field::sigqueue_list) && kernel.has(Field::sigqueue_info)) {
            entries_ = walk_list(kernel.memory(), queue.list, kernel.layout()[Field::sigqueue_list].offset, kMost);
        }
    }

    /// 0: none that an instruction has caused, whose si_code are positive.
    [[nodiscard]] unsigned first_caused() const {
        for (const VirtAddr entry : entries_.objects) {
            const auto number = number_at(entry, 0);
            const auto code = static_cast<std::int32_t>(number_at(entry, kCodeOffset));
            if (code > 0 && number >= 1 && number <= 64 && (bit_of(number) & kSynchronous) != 0) {
                return number;
            }
        }
        return 0;
    }

    void copy(unsigned number, std::span<std::byte> info) const {
        std::ranges::copy(store_little_endian(number, kNumberSize), info.begin());
        for (const VirtAddr entry : entries_.objects) {
            if (number_at(entry, 0) == number) {
                const auto& member = kernel_.layout()[Field::sigqueue_info];
                const std::size_t size = std::min<std::uint64_t>(member.size, info.size());
                if (!kernel_.memory().fill(place(entry), info.first(size))) {
                    std::ranges::fill(info.subspan(kNumberSize), std::byte{});
                }
                return;
            }
        }
    }

  private:
    [[nodiscard]] VirtAddr place(VirtAddr entry) const {
        return VirtAddr{entry.value + kernel_.layout()[Field::sigqueue_info].offset};
    }
    [[nodiscard]] unsigned number_at(VirtAddr entry, std::uint64_t offset) const {
        const auto value = kernel_.memory().number(VirtAddr{place(entry).value + offset}, kNumberSize);
        return static_cast<unsigned>(value.value_or(0));
    }

    const KernelMemory& kernel_;
    KernelList entries_;
};

bool is_ending(const KernelMemory& kernel, VirtAddr signal) {
    const auto exec = kernel.has(Field::signal_exec_task) ? Field::signal_exec_task : Field::signal_exec_task_old;
    return (kernel.number(signal, Field::signal_flags).value_or(0) & kGroupExit) != 0 ||
           kernel.number(signal, exec).value_or(0) != 0;
}

/// Whether the process has neither a handler for it nor asked for it to be ignored.
bool has_default_action(const KernelMemory& kernel, VirtAddr task, unsigned number) {
    const auto handlers = kernel.pointer(task, Field::task_sighand);
    const auto actions =
        handlers && is_kernel_pointer(*handlers) ? kernel.place(*handlers, Field::sighand_action) : std::nullopt;
    const std::uint64_t stride = kernel.layout()[Field::sighand_action].element_size;
    if (!actions || stride == 0) {
        return false;
    }
    const VirtAddr action{actions->value + (number - 1) * stride};
    return kernel.number(action, Field::sigaction_handler) == 0;
}

}  // namespace

std::optional<event::Signal> next_signal(const KernelMemory& kernel, VirtAddr task) {
    const auto signal = kernel.pointer(task, Field::task_signal);
    const auto blocked = kernel.number(task, Field::task_blocked);
    const auto own = queue_of(kernel, task, Field::task_pending_signal, Field::task_pending_list);
    if (!signal || !is_kernel_pointer(*signal) || !blocked || !own || is_ending(kernel, *signal)) {
        return std::nullopt;
    }
    Queue from = *own;
    const bool caused = (own->waiting & ~*blocked & kSynchronous) != 0;
    unsigned number = caused ? Notes(kernel, *own).first_caused() : 0;
    number = number != 0 ? number : lowest(own->waiting & ~*blocked);
    if (number == 0) {
        const auto shared = queue_of(kernel, *signal, Field::signal_shared_signal, Field::signal_shared_list);
        number = shared ? lowest(shared->waiting & ~*blocked) : 0;
        from = shared.value_or(from);
    }
    if (number == 0 || number == kKill) {
        return std::nullopt;
    }
    event::Signal found{.number = number, .info = {}, .by_default = has_default_action(kernel, task, number)};
    Notes(kernel, from).copy(number, found.info);
    return found;
}

}  // namespace hvgdb::osi
