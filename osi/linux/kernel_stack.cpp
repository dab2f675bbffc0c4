// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_stack.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kSmallestStack = 0x2000;
constexpr std::uint64_t kLargestStack = 0x10000;
constexpr std::uint64_t kLargestPadding = 64;
constexpr std::uint64_t kPage = 0x1000;
constexpr std::size_t kMostTasksTried = 16;
constexpr std::size_t kMostTopsTried = 64;

// arch/x86/include/asm/segment.h
constexpr std::uint64_t kUserCode64 = 0x33;
constexpr std::uint64_t kUserCode32 = 0x23;
constexpr std::uint64_t kUserData = 0x2b;
// All that start_thread() sets in some versions; bit 1, which is always set, comes with the first entry from user mode.
constexpr std::uint64_t kInterruptsEnabled = 0x200;

bool is_stack_end(std::uint64_t end) {
    const std::uint64_t size = (end + kPage - 1) / kPage * kPage;
    return size >= kSmallestStack && size <= kLargestStack && std::has_single_bit(size) &&
           size - end <= kLargestPadding && end % 8 == 0;
}

// Programs may use other segments, but hardly any does.
bool looks_right(const KernelMemory& kernel, VirtAddr frame) {
    const auto cs = kernel.number(frame, Field::regs_cs).value_or(0) & 0xffff;
    const auto ss = kernel.number(frame, Field::regs_ss).value_or(0) & 0xffff;
    const auto flags = kernel.number(frame, Field::regs_flags).value_or(0);
    return (cs == kUserCode64 || cs == kUserCode32) && ss == kUserData && (flags & kInterruptsEnabled) != 0;
}

std::vector<std::uint64_t> candidates(const KernelMemory& kernel, std::span<const StackTop> tops) {
    std::vector<std::uint64_t> ends;
    for (const auto& [task, top] : tops.first(std::min(tops.size(), kMostTopsTried))) {
        const auto stack = kernel.pointer(task, Field::task_stack);
        if (stack && is_stack_end(top.value - stack->value)) {
            ends.push_back(top.value - stack->value);
        }
    }
    return ends;
}

void add_guesses(std::vector<std::uint64_t>& ends) {
    constexpr std::array<std::uint64_t, 4> kLikeliestFirst{0x4000, 0x8000, 0x2000, 0x10000};
    for (const std::uint64_t size : kLikeliestFirst) {
        for (std::uint64_t padding = 0; padding <= kLargestPadding; padding += 8) {
            ends.push_back(size - padding);
        }
    }
}

}  // namespace

std::optional<VirtAddr> KernelStack::frame(const KernelMemory& kernel, VirtAddr task) const {
    const auto stack = kernel.pointer(task, Field::task_stack);
    const auto size = kernel.layout().size_of(Structure::pt_regs);
    if (!stack || !is_kernel_pointer(*stack) || size == 0 || size > end_) {
        return std::nullopt;
    }
    return VirtAddr{stack->value + end_ - size};
}

std::optional<KernelStack> KernelStack::find(const KernelMemory& kernel, std::span<const StackTop> tops,
                                             std::span<const VirtAddr> tasks) {
    auto ends = candidates(kernel, tops);
    if (tasks.empty()) {
        return ends.empty() ? std::nullopt : std::optional(KernelStack(ends.front()));
    }
    add_guesses(ends);
    std::optional<KernelStack> best;
    std::ptrdiff_t most = 0;
    for (const std::uint64_t end : ends) {
        const KernelStack stack(end);
        const auto fits = [&](VirtAddr task) {
            const auto where = stack.frame(kernel, task);
            return where && looks_right(kernel, *where);
        };
        const auto fitting = std::ranges::count_if(tasks.first(std::min(tasks.size(), kMostTasksTried)), fits);
        if (fitting > most) {
            best = stack;
            most = fitting;
        }
    }
    return best;
}

}  // namespace hvgdb::osi
