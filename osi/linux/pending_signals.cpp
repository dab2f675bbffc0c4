// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/pending_signals.hpp"

#include <string>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/kernel_list.hpp"
#include "osi/linux/kernel_write.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kPointerSize = 8;
constexpr std::size_t kSetSize = 8;

/// TIF_SIGPENDING is bit 2 (arch/x86/include/asm/thread_info.h), or since 6.18 bit 1 (asm-generic/thread_info_tif.h),
/// which no type tells. The other of both asks for work before the return to user mode (TIF_NOTIFY_RESUME,
/// TIF_NOTIFY_SIGNAL), which the kernel does, or finds that there is none, and clears.
constexpr std::uint64_t kSignalWaits = 0b110;

/// More are not looked at. RLIMIT_SIGPENDING is some thousands by default.
constexpr std::size_t kMostQueued = std::size_t{64} * 1024;

constexpr std::uint64_t bit_of(unsigned number) {
    return std::uint64_t{1} << (number - 1) % kLastSignal;
}

KernelWrite number_write(VirtAddr address, std::uint64_t value, std::size_t size) {
    return {.address = address, .bytes = store_little_endian(value, size)};
}

Expected<void> check_number(unsigned number) {
    return number >= 1 && number <= kLastSignal ? Expected<void>()
                                                : fail(Errc::bad_argument, "signals have the numbers 1 to 64");
}

std::unexpected<Error> unknown_layout() {
    return fail(Errc::unsupported, "where this kernel keeps waiting signals is not known");
}

std::unexpected<Error> damaged_list() {
    return fail(Errc::fault, "the kernel's list of waiting signals is damaged, or in the middle of a change");
}

/// What takes a node of a ring out, and leaves it a ring of its own. Empty when its neighbours do not know it.
std::vector<KernelWrite> unlink(const MemoryReader& memory, VirtAddr node) {
    const auto next = memory.pointer(node);
    const auto previous = memory.pointer(VirtAddr{node.value + kPointerSize});
    if (!next || !previous || !is_kernel_pointer(*next) || !is_kernel_pointer(*previous) ||
        memory.pointer(*previous) != node || memory.pointer(VirtAddr{next->value + kPointerSize}) != node) {
        return {};
    }
    return {number_write(*previous, next->value, kPointerSize),
            number_write(VirtAddr{next->value + kPointerSize}, previous->value, kPointerSize),
            number_write(node, node.value, kPointerSize),
            number_write(VirtAddr{node.value + kPointerSize}, node.value, kPointerSize)};
}

}  // namespace

std::optional<PendingSignals::Queue> PendingSignals::queue(VirtAddr object, Field set, Field list) const {
    const auto bits = kernel_.number(object, set);
    if (!bits || !kernel_.has(list)) {
        return std::nullopt;
    }
    return Queue{.set = *kernel_.place(object, set), .list = *kernel_.place(object, list), .bits = *bits};
}

Expected<void> PendingSignals::raise(VirtAddr task, unsigned number) const {
    if (auto good = check_number(number); !good) {
        return good;
    }
    const auto flags = kernel_.place(task, Field::task_info_flags);
    const auto old_flags = kernel_.number(task, Field::task_info_flags);
    const auto waiting = queue(task, Field::task_pending_signal, Field::task_pending_list);
    if (!flags || !old_flags || !waiting) {
        return unknown_layout();
    }
    if (kernel_.number(task, Field::task_mm).value_or(0) == 0) {
        return fail(Errc::not_found, "a kernel thread, or one that has ended, takes no signals");
    }
    const KernelWrite writes[] = {number_write(waiting->set, waiting->bits | bit_of(number), kSetSize),
                                  number_write(*flags, *old_flags | kSignalWaits, 1)};
    return write_kernel(machine_, translate_, writes);
}

Expected<void> PendingSignals::discard(VirtAddr task, unsigned number) const {
    if (auto good = check_number(number); !good) {
        return good;
    }
    const auto own = queue(task, Field::task_pending_signal, Field::task_pending_list);
    const auto signal = kernel_.pointer(task, Field::task_signal);
    const auto shared = signal ? queue(*signal, Field::signal_shared_signal, Field::signal_shared_list) : std::nullopt;
    if (!own || !kernel_.has(Field::sigqueue_list) || !kernel_.has(Field::sigqueue_info)) {
        return unknown_layout();
    }
    for (const auto* each : {&own, &shared}) {
        if (*each && ((*each)->bits & bit_of(number)) != 0) {
            return take_from(**each, number);
        }
    }
    return fail(Errc::not_found, "no signal " + std::to_string(number) + " waits for the thread or its process");
}

Expected<void> PendingSignals::take_from(const Queue& queue, unsigned number) const {
    constexpr std::size_t kNumberSize = 4;  // si_signo is the first member of siginfo
    const auto& memory = kernel_.memory();
    const auto& node = kernel_.layout()[Field::sigqueue_list];
    const auto& info = kernel_.layout()[Field::sigqueue_info];
    const auto entries = walk_list(memory, queue.list, node.offset, kMostQueued);
    if (!entries.complete) {
        return damaged_list();
    }
    std::vector<KernelWrite> writes;
    unsigned found = 0;
    for (const VirtAddr entry : entries.objects) {
        if (memory.number(VirtAddr{entry.value + info.offset}, kNumberSize) != number) {
            continue;
        }
        if (++found == 1) {
            writes = unlink(memory, VirtAddr{entry.value + node.offset});
            if (writes.empty()) {
                return damaged_list();
            }
        }
    }
    if (found <= 1) {
        writes.push_back(number_write(queue.set, queue.bits & ~bit_of(number), kSetSize));
    }
    return write_kernel(machine_, translate_, writes);
}

}  // namespace hvgdb::osi
