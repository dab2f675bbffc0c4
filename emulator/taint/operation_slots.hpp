// SPDX-License-Identifier: GPL-2.0-or-later
// Which slots an operation reads and writes.
#pragma once

#include <span>

#include "emulator/taint/operation.hpp"

namespace hvgdb::emulator::taint {

[[nodiscard]] constexpr bool moves_x87_stack(Code code) {
    return code == Code::push_x87 || code == Code::pop_x87;
}

inline constexpr SlotRange kX87StackSlots{kX87Slots, kX87StackSize};

/// All of them are written, whatever they held.
[[nodiscard]] constexpr SlotRange written_slots(const Operation& operation) {
    if (moves_x87_stack(operation.code)) {
        return kX87StackSlots;
    }
    return {operation.to, operation.code == Code::fold ? std::uint16_t{1} : operation.count};
}

/// visit(SlotRange) for each range that is read. `tables` are those of the operation's block.
template <typename Visit>
void each_read(const Operation& operation, std::span<const Slot> tables, Visit visit) {
    const SlotRange from{operation.from, operation.count};
    const SlotRange also{operation.also, operation.count};
    switch (operation.code) {
        case Code::clear:
            return;
        case Code::copy:
        case Code::fold:
            visit(from);
            return;
        case Code::pick:
            for (const auto slot : tables.subspan(operation.from, operation.count)) {
                visit(SlotRange{slot, 1});
            }
            return;
        case Code::spread:
            visit(written_slots(operation));
            [[fallthrough]];
        case Code::fill:
            visit(SlotRange{operation.from, 1});
            return;
        case Code::push_x87:
        case Code::pop_x87:
            visit(kX87StackSlots);
            return;
        case Code::merge:
        case Code::ascend:
        case Code::descend:
        case Code::lanes:
            visit(from);
            visit(also);
            return;
    }
}

}  // namespace hvgdb::emulator::taint
