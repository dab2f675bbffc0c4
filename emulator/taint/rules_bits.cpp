// SPDX-License-Identifier: GPL-2.0-or-later
// Bit tests, bit scans, bit fields, compare-and-exchange, CRC.
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kBitsOfByte = 8;

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}
SlotRange low_byte(SlotRange range) {
    return {range.first, 1};
}

enum class BitTest : std::uint8_t { test, change, toggle };

/// Only the carry gets the bit. A bit that becomes a constant leaves its byte's taint as it is: the others remain.
void test_bit(Lowering& lowering, Shape shape) {
    const auto kind = static_cast<BitTest>(shape.first);
    const auto value = lowering.value(0);
    if (const auto constant = lowering.immediate(1)) {
        const auto byte = *constant / kBitsOfByte % value.size;
        const auto bit = lowering.folded(part(static_cast<Slot>(value.first + byte), 1));
        if (kind != BitTest::test) {
            lowering.assign(0, value);
        }
        lowering.set_carry(bit);
        return;
    }
    // Of a memory operand the index selects the byte too, which is a matter of addresses.
    const bool addresses = lowering.is_memory(0) && lowering.policy().loads != PointerTaint::off;
    const auto number = lowering.value(1);
    const auto index = lowering.folded(addresses ? number : low_byte(number));
    const std::array both{value, part(index, 1)};
    const auto bit = lowering.folded(both);
    if (kind != BitTest::test) {
        lowering.spread(value, index);
        lowering.assign(0, value);
    }
    lowering.set_carry(bit);
}

/// lzcnt, tzcnt and popcnt: a number below 256.
void count_bits(Lowering& lowering, Shape) {
    const auto all = lowering.folded(lowering.value(1));
    const auto to = lowering.target(0);
    lowering.clear(to);
    lowering.fill(low_byte(to), all);
    lowering.finish(0, to);
    lowering.set_flags(all);
}

/// Of zero, the destination remains as it was.
void scan_bits(Lowering& lowering, Shape) {
    const auto all = lowering.folded(lowering.value(1));
    const auto to = lowering.target(0);
    lowering.spread(to, all);
    if (to.size == 4) {
        // Whether the upper half is cleared depends on the source too.
        lowering.spread(part(static_cast<Slot>(to.first + 4), 4), all);
    }
    lowering.set_flags(all);
}

/// blsi, blsr, blsmsk, and pdep with two operands: the way of a carry.
void propagate_up(Lowering& lowering, Shape) {
    const auto one = lowering.value(1);
    const auto other = lowering.explicit_count() > 2 ? lowering.value(2) : zero_range(one.size);
    const auto to = lowering.target(0);
    const std::array both{one, other};
    const auto all = lowering.folded(both);
    lowering.ascend(to, one, other, to.size);
    lowering.finish(0, to);
    if (lowering.explicit_count() == 2) {
        lowering.set_flags(all);
        // Whether the source was zero, which Zydis 4.0 has as a constant.
        lowering.set_carry(all);
    }
}

void extract_bits(Lowering& lowering, Shape) {
    const auto from = lowering.value(1);
    const auto mask = lowering.folded(lowering.value(2));
    const auto to = lowering.target(0);
    lowering.descend(to, from, to.size);
    lowering.spread(to, mask);
    lowering.finish(0, to);
}

/// bextr: the second byte is the field's length, so nothing lies above what the first byte moved down.
void extract_field(Lowering& lowering, Shape) {
    const auto control = lowering.folded(part(lowering.value(2).first, 2));
    const auto from = lowering.value(1);
    const auto to = lowering.target(0);
    lowering.descend(to, from, to.size);
    lowering.spread(to, control);
    lowering.finish(0, to);
    lowering.set_flags(lowering.folded(to));
}

void zero_high_bits(Lowering& lowering, Shape) {
    const auto from = lowering.value(1);
    const auto index = lowering.folded(low_byte(lowering.value(2)));
    const auto to = lowering.target(0);
    lowering.copy(to.first, from);
    lowering.spread(to, index);
    lowering.finish(0, to);
    lowering.set_flags(lowering.folded(to));
    lowering.set_carry(index);
}

void and_not(Lowering& lowering, Shape) {
    const auto one = lowering.value(1);
    const auto other = lowering.value(2);
    const auto to = lowering.target(0);
    if (lowering.same(1, 2)) {
        lowering.clear(to);
    } else {
        lowering.merge(to, one, other);
    }
    lowering.finish(0, to);
    lowering.set_flags(lowering.folded(to));
}

void checksum(Lowering& lowering, Shape) {
    const std::array both{part(lowering.value(0).first, 4), lowering.value(1)};
    const auto all = lowering.folded(both);
    const auto to = lowering.target(0);
    lowering.clear(to);
    lowering.fill(part(to.first, 4), all);
    lowering.finish(0, to);
}

/// Which of the two happens is open: each destination gets both. 32-bit destinations keep their upper half's taint,
/// since the one that is not written keeps its upper half.
void compare_and_exchange(Lowering& lowering, Shape) {
    const auto old = lowering.value(0);
    const auto wanted = lowering.value(1);
    const auto accumulator = part(gpr_slot(0), old.size);
    const auto result = lowering.temporary(old.size);
    const std::array compared{old, accumulator};
    const auto condition = lowering.folded(compared);
    lowering.merge(result, old, wanted);
    if (lowering.policy().conditions) {
        lowering.spread(result, condition);
    }
    if (lowering.is_memory(0)) {
        lowering.finish(0, result);
        lowering.merge(accumulator, accumulator, old);
    } else {
        const auto kept = lowering.temporary(old.size);
        lowering.merge(kept, accumulator, old);
        lowering.copy(old.first, result);
        lowering.merge(accumulator, accumulator, kept);
    }
    if (lowering.policy().conditions) {
        lowering.spread(accumulator, condition);
        if (old.size == 4) {
            lowering.spread(part(gpr_slot(0) + 4, 4), condition);
            lowering.spread(lowering.is_memory(0) ? zero_range(0) : part(static_cast<Slot>(old.first + 4), 4),
                            condition);
        }
    }
    lowering.set_flags(condition);
}

/// cmpxchg8b and cmpxchg16b; `first`: bytes of a half.
void compare_and_exchange_pair(Lowering& lowering, Shape shape) {
    constexpr std::array<unsigned, 4> kRaxRdxRbxRcx{0, 2, 3, 1};
    const std::size_t half = shape.first;
    const auto old = lowering.value(0);
    const auto expected = lowering.temporary(2 * half);
    const auto wanted = lowering.temporary(2 * half);
    const auto high = [&](SlotRange range) { return part(static_cast<Slot>(range.first + half), half); };
    lowering.copy(expected.first, part(gpr_slot(kRaxRdxRbxRcx[0]), half));
    lowering.copy(high(expected).first, part(gpr_slot(kRaxRdxRbxRcx[1]), half));
    lowering.copy(wanted.first, part(gpr_slot(kRaxRdxRbxRcx[2]), half));
    lowering.copy(high(wanted).first, part(gpr_slot(kRaxRdxRbxRcx[3]), half));
    const std::array compared{old, expected};
    const auto condition = lowering.folded(compared);
    lowering.merge(wanted, wanted, old);
    lowering.merge(expected, expected, old);
    if (lowering.policy().conditions) {
        lowering.spread(wanted, condition);
        lowering.spread(expected, condition);
        for (unsigned i = 0; i < 2 && half == 4; ++i) {
            lowering.spread(part(gpr_slot(kRaxRdxRbxRcx[i]) + 4, 4), condition);
        }
    }
    lowering.finish(0, wanted);
    lowering.copy(gpr_slot(kRaxRdxRbxRcx[0]), part(expected.first, half));
    lowering.copy(gpr_slot(kRaxRdxRbxRcx[1]), high(expected));
    lowering.set_flags(condition);
}

constexpr Shape bits(BitTest kind) {
    return {static_cast<std::uint8_t>(kind)};
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(BT, "bit test", test_bit, bits(BitTest::test)),
    RuleRow HVGDB_TAINT_ROW(BTS, "bit test", test_bit, bits(BitTest::change)),
    RuleRow HVGDB_TAINT_ROW(BTR, "bit test", test_bit, bits(BitTest::change)),
    RuleRow HVGDB_TAINT_ROW(BTC, "bit test", test_bit, bits(BitTest::toggle)),
    RuleRow HVGDB_TAINT_ROW(POPCNT, "bit count", count_bits),
    RuleRow HVGDB_TAINT_ROW(LZCNT, "bit count", count_bits),
    RuleRow HVGDB_TAINT_ROW(TZCNT, "bit count", count_bits),
    RuleRow HVGDB_TAINT_ROW(BSF, "bit scan", scan_bits),
    RuleRow HVGDB_TAINT_ROW(BSR, "bit scan", scan_bits),
    RuleRow HVGDB_TAINT_ROW(BLSI, "bit field", propagate_up),
    RuleRow HVGDB_TAINT_ROW(BLSR, "bit field", propagate_up),
    RuleRow HVGDB_TAINT_ROW(BLSMSK, "bit field", propagate_up),
    RuleRow HVGDB_TAINT_ROW(PDEP, "bit field", propagate_up),
    RuleRow HVGDB_TAINT_ROW(PEXT, "bit field", extract_bits),
    RuleRow HVGDB_TAINT_ROW(BEXTR, "bit field", extract_field),
    RuleRow HVGDB_TAINT_ROW(BZHI, "bit field", zero_high_bits),
    RuleRow HVGDB_TAINT_ROW(ANDN, "logic", and_not),
    RuleRow HVGDB_TAINT_ROW(CRC32, "checksum", checksum),
    RuleRow HVGDB_TAINT_ROW(CMPXCHG, "compare and exchange", compare_and_exchange),
    RuleRow HVGDB_TAINT_ROW(CMPXCHG8B, "compare and exchange", compare_and_exchange_pair, {4}),
    RuleRow HVGDB_TAINT_ROW(CMPXCHG16B, "compare and exchange", compare_and_exchange_pair, {8}),
};

}  // namespace

std::span<const RuleRow> bit_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
