// SPDX-License-Identifier: GPL-2.0-or-later
// Integer arithmetic and logic.
#include <array>
#include <optional>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kRax = 0;
constexpr unsigned kRdx = 2;
constexpr unsigned kBitsOfByte = 8;
constexpr std::uint64_t kByte = 0xff;

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}
SlotRange last_byte(SlotRange range) {
    return {static_cast<Slot>(range.first + range.size - 1), 1};
}

/// x - x and x ^ x are zero whatever x is.
bool is_zero_idiom(const Lowering& lowering) {
    return lowering.explicit_count() == 2 && lowering.same(0, 1);
}

/// add, sub, cmp, inc, dec and neg, and adc and sbb with the carry. `first`: the result is only looked at; `second`:
/// the carry comes in; 2: from the flag that only adox uses.
void add_numbers(Lowering& lowering, Shape shape) {
    const bool unary = lowering.explicit_count() == 1;
    const auto one = lowering.value(0);
    const auto other = unary ? zero_range(one.size) : lowering.value(1);
    const auto carry = shape.second != 0 ? lowering.tested_flags() : Slot{kZeroSlots};
    const auto to = shape.first != 0 ? lowering.temporary(one.size) : lowering.target(0);
    lowering.ascend(to, one, other, to.size);
    if (shape.second != 0) {
        lowering.spread(to, carry);
    }
    if (shape.first == 0) {
        lowering.finish(0, to);
    }
    lowering.set_flags(last_byte(to).first);
}

void subtract(Lowering& lowering, Shape shape) {
    if (!is_zero_idiom(lowering)) {
        add_numbers(lowering, shape);
        return;
    }
    if (shape.first == 0) {
        const auto to = lowering.target(0);
        lowering.clear(to);
        lowering.finish(0, to);
    }
    lowering.set_flags(kZeroSlots);
}

/// sbb x, x is the carry in every bit.
void subtract_with_borrow(Lowering& lowering, Shape shape) {
    if (!is_zero_idiom(lowering)) {
        add_numbers(lowering, shape);
        return;
    }
    const auto carry = lowering.tested_flags();
    const auto to = lowering.target(0);
    lowering.fill(to, carry);
    lowering.finish(0, to);
    lowering.set_flags(carry);
}

/// Bytes that the constant makes 0x00 (and) or 0xff (or) whatever the other operand is.
void clear_absorbed(Lowering& lowering, SlotRange result, std::uint64_t constant, std::uint64_t absorbing) {
    for (unsigned i = 0; i < result.size; ++i) {
        if (((constant >> (i * kBitsOfByte)) & kByte) == absorbing) {
            lowering.clear(part(static_cast<Slot>(result.first + i), 1));
        }
    }
}

enum class Logic : std::uint8_t { conjunction, disjunction, difference, test };

void combine_bits(Lowering& lowering, Shape shape) {
    const auto logic = static_cast<Logic>(shape.first);
    const auto one = lowering.value(0);
    const auto other = lowering.value(1);
    const auto to = logic == Logic::test ? lowering.temporary(one.size) : lowering.target(0);
    if (logic == Logic::difference && is_zero_idiom(lowering)) {
        lowering.clear(to);
    } else {
        lowering.merge(to, one, other);
    }
    if (const auto constant = lowering.immediate(1); constant && logic != Logic::difference) {
        clear_absorbed(lowering, to, *constant, logic == Logic::disjunction ? kByte : 0);
    }
    if (logic != Logic::test) {
        lowering.finish(0, to);
    }
    lowering.set_flags(lowering.folded(to));
}

void invert(Lowering& lowering, Shape) {
    lowering.assign(0, lowering.value(0));
}

/// Byte i of a product depends on the bytes up to i of the factors.
void multiply_truncated(Lowering& lowering, unsigned one, std::optional<unsigned> other) {
    const auto to = lowering.target(0);
    const auto first = lowering.value(one);
    const auto second = other ? lowering.value(*other) : zero_range(first.size);
    const std::array both{first, second};
    const auto all = lowering.folded(both);
    lowering.ascend(to, first, second, to.size);
    lowering.finish(0, to);
    lowering.set_flags(all);
}

void multiply_wide(Lowering& lowering, Shape) {
    const auto factor = lowering.value(0);
    const auto accumulator = part(gpr_slot(kRax), factor.size);
    const std::array both{factor, accumulator};
    const auto all = lowering.folded(both);
    lowering.ascend(accumulator, accumulator, factor, factor.size);
    const auto high = factor.size == 1 ? part(gpr_slot(kRax) + 1, 1) : part(gpr_slot(kRdx), factor.size);
    lowering.fill(high, all);
    if (factor.size == 4) {
        lowering.clear(part(gpr_slot(kRax) + 4, 4));
        lowering.clear(part(gpr_slot(kRdx) + 4, 4));
    }
    lowering.set_flags(all);
}

void multiply_signed(Lowering& lowering, Shape shape) {
    if (lowering.explicit_count() == 1) {
        multiply_wide(lowering, shape);
    } else if (lowering.immediate(2)) {
        multiply_truncated(lowering, 1, std::nullopt);
    } else {
        multiply_truncated(lowering, 0, 1);
    }
}

/// mulx high, low, factor. If both destinations are one register, it gets the high half.
void multiply_without_flags(Lowering& lowering, Shape) {
    const auto factor = lowering.value(2);
    const auto other = part(gpr_slot(kRdx), factor.size);
    const std::array both{factor, other};
    const auto all = lowering.folded(both);
    const auto low = lowering.temporary(factor.size);
    lowering.ascend(low, factor, other, factor.size);
    lowering.assign(1, low);
    const auto high = lowering.target(0);
    lowering.fill(high, all);
    lowering.finish(0, high);
}

void divide(Lowering& lowering, Shape) {
    const auto divisor = lowering.value(0);
    const auto size = divisor.size;
    const auto low = part(gpr_slot(kRax), size == 1 ? 2 : size);
    const auto high = size == 1 ? part(kZeroSlots, 1) : part(gpr_slot(kRdx), size);
    const std::array all{divisor, low, high};
    const auto mixed = lowering.folded(all);
    lowering.fill(low, mixed);
    lowering.fill(high, mixed);
    if (size == 4) {
        lowering.clear(part(gpr_slot(kRax) + 4, 4));
        lowering.clear(part(gpr_slot(kRdx) + 4, 4));
    }
    lowering.set_flags(mixed);
}

void exchange_and_add(Lowering& lowering, Shape) {
    const auto one = lowering.value(0);
    const auto other = lowering.value(1);
    const auto sum = lowering.temporary(one.size);
    lowering.ascend(sum, one, other, sum.size);
    if (lowering.is_memory(0)) {
        lowering.finish(0, sum);
        lowering.assign(1, one);
    } else {
        lowering.assign(1, one);
        lowering.assign(0, sum);
    }
    lowering.set_flags(last_byte(sum).first);
}

constexpr Shape logic(Logic kind) {
    return {static_cast<std::uint8_t>(kind)};
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(ADD, "addition", add_numbers),
    RuleRow HVGDB_TAINT_ROW(INC, "addition", add_numbers),
    RuleRow HVGDB_TAINT_ROW(DEC, "addition", add_numbers),
    RuleRow HVGDB_TAINT_ROW(NEG, "addition", add_numbers),
    RuleRow HVGDB_TAINT_ROW(ADC, "addition", add_numbers, {0, 1}),
    RuleRow HVGDB_TAINT_ROW(ADCX, "addition", add_numbers, {0, 1}),
    RuleRow HVGDB_TAINT_ROW(ADOX, "addition", add_numbers, {0, 1}),
    RuleRow HVGDB_TAINT_ROW(SUB, "addition", subtract),
    RuleRow HVGDB_TAINT_ROW(CMP, "comparison", subtract, {1, 0}),
    RuleRow HVGDB_TAINT_ROW(SBB, "addition", subtract_with_borrow, {0, 1}),
    RuleRow HVGDB_TAINT_ROW(AND, "logic", combine_bits, logic(Logic::conjunction)),
    RuleRow HVGDB_TAINT_ROW(OR, "logic", combine_bits, logic(Logic::disjunction)),
    RuleRow HVGDB_TAINT_ROW(XOR, "logic", combine_bits, logic(Logic::difference)),
    RuleRow HVGDB_TAINT_ROW(TEST, "logic", combine_bits, logic(Logic::test)),
    RuleRow HVGDB_TAINT_ROW(NOT, "logic", invert),
    RuleRow HVGDB_TAINT_ROW(MUL, "multiplication", multiply_wide),
    RuleRow HVGDB_TAINT_ROW(IMUL, "multiplication", multiply_signed),
    RuleRow HVGDB_TAINT_ROW(MULX, "multiplication", multiply_without_flags),
    RuleRow HVGDB_TAINT_ROW(DIV, "division", divide),
    RuleRow HVGDB_TAINT_ROW(IDIV, "division", divide),
    RuleRow HVGDB_TAINT_ROW(XADD, "exchange", exchange_and_add),
};

}  // namespace

std::span<const RuleRow> integer_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
