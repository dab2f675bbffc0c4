// SPDX-License-Identifier: GPL-2.0-or-later
// Stack, calls and returns. Return addresses are not tainted: where control goes is not followed.
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kRsp = 4;
constexpr unsigned kRbp = 5;

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}

unsigned operand_size(const Lowering& lowering) {
    return lowering.instruction().operand_width / 8U;
}

void move_stack_pointer(Lowering& lowering) {
    lowering.advance(ZYDIS_REGISTER_RSP);
}

/// The size of the implicit stack operand, which for pushes of constants and segments is not that of the explicit one.
unsigned stack_size(const Lowering& lowering) {
    for (unsigned i = 0; i < lowering.count(); ++i) {
        const auto& operand = lowering.operand(i);
        const bool hidden = operand.visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT;
        if (hidden && lowering.is_memory(i) && operand.mem.base >= ZYDIS_REGISTER_SP) {
            return lowering.size(i);
        }
    }
    return operand_size(lowering);
}

/// Of a segment register or a constant nothing is tainted, in all the bytes pushed.
void push(Lowering& lowering, Shape) {
    const auto size = stack_size(lowering);
    const auto value = lowering.value(0);
    if (value.first >= kZeroSlots && value.first < kTemporarySlots) {
        lowering.store(zero_range(size));
    } else {
        lowering.store(part(value.first, size));
    }
    move_stack_pointer(lowering);
}

/// pop rsp: what was popped is the stack pointer. pop [rsp + x] takes the new one, which taint does not distinguish.
void pop(Lowering& lowering, Shape) {
    const auto popped = lowering.temporary(stack_size(lowering));
    lowering.load(popped);
    move_stack_pointer(lowering);
    lowering.assign(0, popped);
}

/// CF, PF, AF, ZF and SF are in the first byte, OF and the control flags in the second, more of those above.
void push_flags(Lowering& lowering, Shape) {
    const auto image = lowering.temporary(stack_size(lowering));
    lowering.clear(image);
    lowering.merge(part(image.first, 1), {kCarrySlot, 1}, {kStatusSlot, 1});
    lowering.merge(part(static_cast<Slot>(image.first + 1), 1), {kStatusSlot, 1}, {kControlSlot, 1});
    lowering.copy(static_cast<Slot>(image.first + 2), part(kControlSlot, image.size > 2 ? 1 : 0));
    lowering.store(image);
    move_stack_pointer(lowering);
}

void pop_flags(Lowering& lowering, Shape) {
    const auto image = lowering.temporary(stack_size(lowering));
    lowering.load(image);
    lowering.copy(kCarrySlot, part(image.first, 1));
    lowering.merge({kStatusSlot, 1}, part(image.first, 1), part(static_cast<Slot>(image.first + 1), 1));
    lowering.fold(kControlSlot, part(static_cast<Slot>(image.first + 1), image.size > 2 ? 2 : 1));
    move_stack_pointer(lowering);
}

void load_flags(Lowering& lowering, Shape) {
    lowering.merge(part(gpr_slot(0) + 1, 1), {kCarrySlot, 1}, {kStatusSlot, 1});
}

void store_flags(Lowering& lowering, Shape) {
    const Slot ah = gpr_slot(0) + 1;
    lowering.copy(kCarrySlot, part(ah, 1));
    lowering.spread({kStatusSlot, 1}, ah);
}

void call(Lowering& lowering, Shape) {
    if (lowering.is_memory(0)) {
        static_cast<void>(lowering.value(0));
    }
    lowering.store(zero_range(stack_size(lowering)));
    move_stack_pointer(lowering);
}

void jump(Lowering& lowering, Shape) {
    if (lowering.explicit_count() != 0 && lowering.is_memory(0)) {
        static_cast<void>(lowering.value(0));
    }
}

void return_near(Lowering& lowering, Shape) {
    lowering.load(lowering.temporary(stack_size(lowering)));
    move_stack_pointer(lowering);
}

void leave(Lowering& lowering, Shape) {
    const auto popped = lowering.temporary(stack_size(lowering));
    const bool wide = popped.size != 4;
    lowering.load(popped);
    lowering.copy(gpr_slot(kRsp), part(gpr_slot(kRbp), kGprSize));
    move_stack_pointer(lowering);
    lowering.copy(gpr_slot(kRbp), popped);
    lowering.clear(part(gpr_slot(kRbp) + 4, wide ? 0 : 4));
}

/// The frame pointers of enclosing procedures are copied from the old frame.
void enter(Lowering& lowering, Shape) {
    constexpr std::uint64_t kLevels = 32;
    const auto size = stack_size(lowering);
    const auto level = lowering.immediate(1).value_or(0) % kLevels;
    const auto copied = lowering.temporary(size);
    lowering.store(part(gpr_slot(kRbp), size));
    for (std::uint64_t i = 1; i < level; ++i) {
        lowering.load(copied);
        lowering.store(copied);
    }
    move_stack_pointer(lowering);
    if (level != 0) {
        lowering.store(part(gpr_slot(kRsp), size));
    }
    lowering.copy(gpr_slot(kRbp), part(gpr_slot(kRsp), kGprSize));
}

constexpr std::array<unsigned, 8> kPushOrder{0, 1, 2, 3, 4, 5, 6, 7};

void push_all(Lowering& lowering, Shape shape) {
    for (const auto number : kPushOrder) {
        lowering.store(part(gpr_slot(number), shape.first));
    }
    move_stack_pointer(lowering);
}

/// The stack pointer's image is skipped.
void pop_all(Lowering& lowering, Shape shape) {
    for (auto at = kPushOrder.rbegin(); at != kPushOrder.rend(); ++at) {
        if (*at != kRsp) {
            lowering.load(part(gpr_slot(*at), shape.first));
        }
    }
    move_stack_pointer(lowering);
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(PUSH, "stack", push),
    RuleRow HVGDB_TAINT_ROW(POP, "stack", pop),
    RuleRow HVGDB_TAINT_ROW(PUSHF, "flags", push_flags),
    RuleRow HVGDB_TAINT_ROW(PUSHFD, "flags", push_flags),
    RuleRow HVGDB_TAINT_ROW(PUSHFQ, "flags", push_flags),
    RuleRow HVGDB_TAINT_ROW(POPF, "flags", pop_flags),
    RuleRow HVGDB_TAINT_ROW(POPFD, "flags", pop_flags),
    RuleRow HVGDB_TAINT_ROW(POPFQ, "flags", pop_flags),
    RuleRow HVGDB_TAINT_ROW(LAHF, "flags", load_flags),
    RuleRow HVGDB_TAINT_ROW(SAHF, "flags", store_flags),
    RuleRow HVGDB_TAINT_ROW(CALL, "call", call),
    RuleRow HVGDB_TAINT_ROW(RET, "call", return_near),
    RuleRow HVGDB_TAINT_ROW(JMP, "call", jump),
    RuleRow HVGDB_TAINT_ROW(LEAVE, "stack", leave),
    RuleRow HVGDB_TAINT_ROW(ENTER, "stack", enter),
    RuleRow HVGDB_TAINT_ROW(PUSHA, "stack", push_all, {2}),
    RuleRow HVGDB_TAINT_ROW(PUSHAD, "stack", push_all, {4}),
    RuleRow HVGDB_TAINT_ROW(POPA, "stack", pop_all, {2}),
    RuleRow HVGDB_TAINT_ROW(POPAD, "stack", pop_all, {4}),
};

}  // namespace

std::span<const RuleRow> stack_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
