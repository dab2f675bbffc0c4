// SPDX-License-Identifier: GPL-2.0-or-later
// Shifts and rotations of general registers: by constants exact per byte.
#include <algorithm>
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr int kBitsOfByte = 8;

enum class Shift : std::uint8_t {
    left,
    right,
    arithmetic_right,
    rotate_left,
    rotate_right,
    through_left,
    through_right
};

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}

/// The byte of `from` at `index`, as the shift sees it outside of the operand too.
Slot byte_at(SlotRange from, int index, Shift kind) {
    const int size = from.size;
    if (kind == Shift::rotate_left || kind == Shift::rotate_right) {
        index = (index % size + size) % size;
    } else if (kind == Shift::arithmetic_right) {
        index = std::min(index, size - 1);
    }
    return index >= 0 && index < size ? static_cast<Slot>(from.first + index) : Slot{kZeroSlots};
}

/// to[i] = the one or two bytes that the bits of byte i come from.
void shift_bytes(Lowering& lowering, SlotRange to, SlotRange from, int count, Shift kind) {
    const bool left = kind == Shift::left || kind == Shift::rotate_left;
    const int whole = count / kBitsOfByte;
    const bool split = count % kBitsOfByte != 0;
    std::array<Slot, kGprSize> near{};
    std::array<Slot, kGprSize> far{};
    for (int i = 0; i < from.size; ++i) {
        const int source = left ? i - whole : i + whole;
        near[static_cast<std::size_t>(i)] = byte_at(from, source, kind);
        far[static_cast<std::size_t>(i)] = byte_at(from, left ? source - 1 : source + 1, kind);
    }
    const auto other = lowering.temporary(split ? from.size : 0);
    if (split) {
        lowering.pick(other.first, std::span(far).first(from.size));
    }
    lowering.pick(to.first, std::span(near).first(from.size));
    if (split) {
        lowering.merge(to, to, other);
    }
}

/// The last bit that a constant shift moves out of the operand.
SlotRange shifted_out(SlotRange from, int count, Shift kind) {
    const int bits = from.size * kBitsOfByte;
    const bool left = kind == Shift::left || kind == Shift::rotate_left;
    int bit = left ? bits - count : count - 1;
    if (kind == Shift::rotate_left || kind == Shift::rotate_right) {
        bit = (bit % bits + bits) % bits;
    }
    const int byte = bit >= 0 ? bit / kBitsOfByte : -1;
    return part(byte_at(from, byte, kind), 1);
}

void shift_by_constant(Lowering& lowering, int count, Shift kind) {
    const auto from = lowering.value(0);
    const auto carry = lowering.temporary(1);
    const auto top = lowering.temporary(1);
    lowering.copy(carry.first, shifted_out(from, count, kind));
    lowering.copy(top.first, part(static_cast<Slot>(from.first + from.size - 1), 1));
    const auto to = lowering.target(0);
    shift_bytes(lowering, to, from, count, kind);
    lowering.finish(0, to);
    const std::array sources{to, carry, top};
    lowering.set_flags(lowering.folded(sources));
    lowering.set_carry(carry.first);
}

/// Through the carry, or by a number that is not known: a shift moves bytes one way, a rotation everywhere.
void shift_by_any(Lowering& lowering, SlotRange number, Shift kind) {
    const auto from = lowering.value(0);
    const auto through = kind == Shift::through_left || kind == Shift::through_right;
    const std::array with_carry{number, part(kCarrySlot, through ? 1 : 0)};
    const auto index = lowering.folded(with_carry);
    const std::array all_sources{from, part(index, 1)};
    const auto all = lowering.folded(all_sources);
    const auto to = lowering.target(0);
    if (kind == Shift::left) {
        lowering.ascend(to, from, zero_range(from.size), from.size);
    } else if (kind == Shift::right || kind == Shift::arithmetic_right) {
        lowering.descend(to, from, from.size);
    } else {
        lowering.lanes(to, from, from, from.size);
    }
    lowering.spread(to, index);
    lowering.finish(0, to);
    lowering.set_flags(all, true);
}

std::uint64_t count_mask(unsigned size) {
    constexpr std::uint64_t kNarrow = 31;
    constexpr std::uint64_t kWide = 63;
    return size == kGprSize ? kWide : kNarrow;
}

void shift(Lowering& lowering, Shape shape) {
    const auto kind = static_cast<Shift>(shape.first);
    const auto number = lowering.immediate(1);
    if (!number) {
        shift_by_any(lowering, part(lowering.value(1).first, 1), kind);
        return;
    }
    const auto count = *number & count_mask(lowering.size(0));
    if (count == 0) {
        lowering.assign(0, lowering.value(0));
    } else if (kind == Shift::through_left || kind == Shift::through_right) {
        shift_by_any(lowering, zero_range(1), kind);
    } else {
        shift_by_constant(lowering, static_cast<int>(count), kind);
    }
}

/// shld and shrd: the operands are one number of twice the size, of which one half is kept.
void shift_double(Lowering& lowering, Shape shape) {
    const auto kind = static_cast<Shift>(shape.first);
    const auto from = lowering.value(0);
    const auto filler = lowering.value(1);
    const auto number = lowering.immediate(2);
    const auto count = number.value_or(0) & count_mask(from.size);
    if (number && count == 0) {
        lowering.assign(0, from);
        return;
    }
    const auto index = number ? zero_range(1) : part(lowering.value(2).first, 1);
    const std::array sources{from, filler, index};
    const auto all = lowering.folded(sources);
    const auto to = lowering.target(0);
    const auto bits = from.size * kBitsOfByte;
    if (number && count <= static_cast<std::uint64_t>(bits)) {
        const auto kept = lowering.temporary(from.size);
        const bool left = kind == Shift::left;
        shift_bytes(lowering, kept, filler, bits - static_cast<int>(count), left ? Shift::right : Shift::left);
        shift_bytes(lowering, to, from, static_cast<int>(count), kind);
        lowering.merge(to, to, kept);
    } else {
        lowering.fill(to, all);
    }
    lowering.finish(0, to);
    lowering.set_flags(all, !number);
}

/// shlx, shrx, sarx and rorx change no flags.
void shift_without_flags(Lowering& lowering, Shape shape) {
    const auto kind = static_cast<Shift>(shape.first);
    const auto from = lowering.value(1);
    const auto number = lowering.immediate(2);
    const auto to = lowering.target(0);
    if (number) {
        shift_bytes(lowering, to, from, static_cast<int>(*number & count_mask(from.size)), kind);
    } else {
        const auto index = lowering.folded(part(lowering.value(2).first, 1));
        if (kind == Shift::left) {
            lowering.ascend(to, from, zero_range(from.size), from.size);
        } else {
            lowering.descend(to, from, from.size);
        }
        lowering.spread(to, index);
    }
    lowering.finish(0, to);
}

constexpr Shape shape_of(Shift kind) {
    return {static_cast<std::uint8_t>(kind)};
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(SHL, "shift", shift, shape_of(Shift::left)),
    RuleRow HVGDB_TAINT_ROW(SHR, "shift", shift, shape_of(Shift::right)),
    RuleRow HVGDB_TAINT_ROW(SAR, "shift", shift, shape_of(Shift::arithmetic_right)),
    RuleRow HVGDB_TAINT_ROW(ROL, "rotation", shift, shape_of(Shift::rotate_left)),
    RuleRow HVGDB_TAINT_ROW(ROR, "rotation", shift, shape_of(Shift::rotate_right)),
    RuleRow HVGDB_TAINT_ROW(RCL, "rotation", shift, shape_of(Shift::through_left)),
    RuleRow HVGDB_TAINT_ROW(RCR, "rotation", shift, shape_of(Shift::through_right)),
    RuleRow HVGDB_TAINT_ROW(SHLD, "shift", shift_double, shape_of(Shift::left)),
    RuleRow HVGDB_TAINT_ROW(SHRD, "shift", shift_double, shape_of(Shift::right)),
    RuleRow HVGDB_TAINT_ROW(SHLX, "shift", shift_without_flags, shape_of(Shift::left)),
    RuleRow HVGDB_TAINT_ROW(SHRX, "shift", shift_without_flags, shape_of(Shift::right)),
    RuleRow HVGDB_TAINT_ROW(SARX, "shift", shift_without_flags, shape_of(Shift::arithmetic_right)),
    RuleRow HVGDB_TAINT_ROW(RORX, "rotation", shift_without_flags, shape_of(Shift::rotate_right)),
};

}  // namespace

std::span<const RuleRow> shift_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
