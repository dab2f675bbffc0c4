// SPDX-License-Identifier: GPL-2.0-or-later
// Copies between general registers and memory.
#include <algorithm>
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}

/// The rest of a longer destination becomes zero.
void move(Lowering& lowering, Shape) {
    const auto size = std::min(lowering.size(0), lowering.size(1));
    if (lowering.is_memory(0)) {
        auto value = lowering.value(1);
        value.size = static_cast<std::uint16_t>(size);
        lowering.finish(0, value);
        return;
    }
    const auto to = lowering.target(0);
    const auto moved = part(to.first, std::min<std::size_t>(size, to.size));
    if (lowering.is_memory(1) && lowering.loads_directly(1) && to.first != kZeroSlots && moved.size == size) {
        lowering.load_into(1, moved);
    } else {
        lowering.copy(to.first, part(lowering.value(1).first, moved.size));
    }
    lowering.clear(part(static_cast<Slot>(to.first + moved.size), to.size - moved.size));
    lowering.finish(0, to);
}

void move_sign_extended(Lowering& lowering, Shape) {
    const auto from = lowering.value(1);
    const auto to = lowering.target(0);
    std::array<Slot, kGprSize> table;
    for (unsigned i = 0; i < to.size; ++i) {
        table[i] = static_cast<Slot>(from.first + std::min<unsigned>(i, from.size - 1U));
    }
    lowering.pick(to.first, std::span(table).first(to.size));
    lowering.finish(0, to);
}

/// cbw, cwde and cdqe; `first`: bytes of the source.
void extend_accumulator(Lowering& lowering, Shape shape) {
    const auto size = shape.first;
    lowering.fill(part(gpr_slot(0) + size, size), static_cast<Slot>(gpr_slot(0) + size - 1));
    lowering.clear(part(gpr_slot(0) + 4, size == 2 ? 4 : 0));
}

/// cwd, cdq and cqo; `first`: bytes of each half.
void sign_to_rdx(Lowering& lowering, Shape shape) {
    constexpr unsigned kRdx = 2;
    lowering.fill(part(gpr_slot(kRdx), shape.first), static_cast<Slot>(gpr_slot(0) + shape.first - 1));
    lowering.clear(part(gpr_slot(kRdx) + 4, shape.first == 4 ? 4 : 0));
}

/// bswap has one operand, movbe two.
void swap_bytes(Lowering& lowering, Shape shape) {
    const auto from = lowering.value(shape.first);
    const auto to = lowering.target(0);
    std::array<Slot, kGprSize> table;
    for (unsigned i = 0; i < to.size; ++i) {
        table[i] = static_cast<Slot>(from.first + to.size - 1U - i);
    }
    lowering.pick(to.first, std::span(table).first(to.size));
    lowering.finish(0, to);
}

/// Of 32-bit registers both upper halves become zero.
void exchange(Lowering& lowering, Shape) {
    const unsigned first = lowering.is_memory(1) ? 1 : 0;
    const auto old = lowering.value(first);
    if (lowering.is_memory(first)) {
        lowering.finish(first, lowering.value(1 - first));
        lowering.assign(1 - first, old);
        return;
    }
    const auto kept = lowering.temporary(old.size);
    lowering.copy(kept.first, old);
    lowering.assign(first, lowering.value(1 - first));
    lowering.assign(1 - first, kept);
}

void conditional_move(Lowering& lowering, Shape) {
    const auto to = lowering.target(0);
    const auto from = lowering.value(1);
    if (lowering.policy().conditions) {
        lowering.spread(to, lowering.tested_flags());
    }
    lowering.merge(to, to, from);
    lowering.finish(0, to);
}

void set_condition(Lowering& lowering, Shape) {
    const auto flags = lowering.tested_flags();
    const auto to = lowering.target(0);
    lowering.fill(to, flags);
    lowering.finish(0, to);
}

void load_address(Lowering& lowering, Shape) {
    lowering.assign(0, lowering.address_value(1, lowering.size(0)));
}

/// xlat: the table's address and the index taint by the policy for loads.
void translate(Lowering& lowering, Shape) {
    const auto byte = lowering.temporary(1);
    lowering.load(byte);
    if (lowering.policy().loads != PointerTaint::off) {
        lowering.spread(byte, gpr_slot(0));
    }
    lowering.copy(gpr_slot(0), byte);
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(MOV, "copy", move),
    RuleRow HVGDB_TAINT_ROW(MOVNTI, "copy", move),
    RuleRow HVGDB_TAINT_ROW(MOVDIRI, "copy", move),
    RuleRow HVGDB_TAINT_ROW(MOVZX, "extend", move),
    RuleRow HVGDB_TAINT_ROW(MOVSX, "extend", move_sign_extended),
    RuleRow HVGDB_TAINT_ROW(MOVSXD, "extend", move_sign_extended),
    RuleRow HVGDB_TAINT_ROW(CBW, "extend", extend_accumulator, {1}),
    RuleRow HVGDB_TAINT_ROW(CWDE, "extend", extend_accumulator, {2}),
    RuleRow HVGDB_TAINT_ROW(CDQE, "extend", extend_accumulator, {4}),
    RuleRow HVGDB_TAINT_ROW(CWD, "extend", sign_to_rdx, {2}),
    RuleRow HVGDB_TAINT_ROW(CDQ, "extend", sign_to_rdx, {4}),
    RuleRow HVGDB_TAINT_ROW(CQO, "extend", sign_to_rdx, {8}),
    RuleRow HVGDB_TAINT_ROW(BSWAP, "byte swap", swap_bytes, {0}),
    RuleRow HVGDB_TAINT_ROW(MOVBE, "byte swap", swap_bytes, {1}),
    RuleRow HVGDB_TAINT_ROW(XCHG, "exchange", exchange),
    RuleRow HVGDB_TAINT_ROW(LEA, "address", load_address),
    RuleRow HVGDB_TAINT_ROW(XLAT, "table", translate),
    RuleRow HVGDB_TAINT_ROW(CMOVB, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVBE, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVL, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVLE, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNB, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNBE, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNL, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNLE, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNO, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNP, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNS, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVNZ, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVO, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVP, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVS, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(CMOVZ, "conditional move", conditional_move),
    RuleRow HVGDB_TAINT_ROW(SETB, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETBE, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETL, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETLE, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNB, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNBE, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNL, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNLE, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNO, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNP, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNS, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETNZ, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETO, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETP, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETS, "set condition", set_condition),
    RuleRow HVGDB_TAINT_ROW(SETZ, "set condition", set_condition),
};

}  // namespace

std::span<const RuleRow> move_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
