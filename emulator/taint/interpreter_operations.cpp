// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cstring>

#include "emulator/taint/interpreter.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr std::size_t kMostPicked = 64;

/// A running union in either direction, that starts anew in each lane.
void run_carry(SetId* slots, const Operation& operation, Unions& unite) {
    const bool down = operation.code == Code::descend;
    for (unsigned lane = 0; lane < operation.count; lane += operation.lane) {
        SetId all = kNoLabels;
        for (unsigned i = 0; i < operation.lane; ++i) {
            const auto at = lane + (down ? operation.lane - 1 - i : i);
            all = unite(all, unite(slots[operation.from + at], slots[operation.also + at]));
            slots[operation.to + at] = all;
        }
    }
}

void run_pick(SetId* slots, std::span<const Slot> table, Slot to) {
    std::array<SetId, kMostPicked> picked;
    for (std::size_t i = 0; i < table.size(); ++i) {
        picked[i] = slots[table[i]];
    }
    std::copy_n(picked.begin(), table.size(), slots + to);
}

void rotate_x87(SetId* slots, bool push) {
    auto* const stack = slots + kX87Slots;
    auto* const end = stack + kX87StackSize;
    std::rotate(stack, push ? end - kX87Size : stack + kX87Size, end);
}

}  // namespace

void VcpuTaint::run(const Block& block, const Segment& segment) {
    for (const auto& operation : block.operations_of(segment)) {
        run(block, operation);
    }
}

void VcpuTaint::run_lanes(const Operation& operation) {
    auto* const slots = registers_.slots();
    for (unsigned lane = 0; lane < operation.count; lane += operation.lane) {
        SetId all = kNoLabels;
        for (unsigned i = lane; i < lane + operation.lane; ++i) {
            all = unions_(all, unions_(slots[operation.from + i], slots[operation.also + i]));
        }
        std::fill_n(slots + operation.to + lane, operation.lane, all);
    }
}

void VcpuTaint::run(const Block& block, const Operation& operation) {
    auto* const slots = registers_.slots();
    auto* const to = slots + operation.to;
    const auto* const from = slots + operation.from;
    switch (operation.code) {
        case Code::clear:
            std::fill_n(to, operation.count, kNoLabels);
            return;
        case Code::copy:
            std::memmove(to, from, operation.count * sizeof *to);
            return;
        case Code::pick:
            run_pick(slots, std::span(block.tables).subspan(operation.from, operation.count), operation.to);
            return;
        case Code::merge:
            for (unsigned i = 0; i < operation.count; ++i) {
                to[i] = unions_(from[i], slots[operation.also + i]);
            }
            return;
        case Code::ascend:
        case Code::descend:
            run_carry(slots, operation, unions_);
            return;
        case Code::lanes:
            run_lanes(operation);
            return;
        case Code::fold:
            *to = united({operation.from, operation.count});
            return;
        case Code::fill:
            std::fill_n(to, operation.count, SetId{*from});
            return;
        case Code::spread:
            for (unsigned i = 0; i < operation.count; ++i) {
                to[i] = unions_(to[i], *from);
            }
            return;
        case Code::push_x87:
        case Code::pop_x87:
            rotate_x87(slots, operation.code == Code::push_x87);
            return;
    }
}

}  // namespace hvgdb::emulator::taint
