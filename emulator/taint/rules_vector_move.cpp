// SPDX-License-Identifier: GPL-2.0-or-later
// Vector moves: whole registers, their halves and lowest lanes, insertions and extractions.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kHalf = 8;

/// `first`: bytes that are moved, 0 for all; the rest of a destination becomes zero.
void move(Lowering& lowering, Shape shape) {
    const unsigned operands = std::min(lowering.size(0), lowering.size(1));
    const unsigned size = shape.first != 0 ? std::min<unsigned>(shape.first, operands) : operands;
    if (lowering.is_memory(0)) {
        lowering.finish(0, vector_value(lowering, 1, size));
        return;
    }
    const auto to = lowering.target(0);
    if (lowering.is_memory(1) && lowering.loads_directly(1) && lowering.size(1) == size) {
        lowering.load_into(1, slots(to.first, size));
    } else {
        lowering.copy(to.first, vector_value(lowering, 1, size));
    }
    lowering.clear(slots(to.first + size, to.size - size));
    lowering.finish(0, to);
}

/// movss and movsd: from memory the rest becomes zero, between registers it remains, or comes from the first source.
void move_lowest(Lowering& lowering, Shape shape) {
    if (lowering.explicit_count() == 2 && (lowering.is_memory(0) || lowering.is_memory(1))) {
        move(lowering, shape);
        return;
    }
    const auto [one, other] = source_pair(lowering);
    ByteTable table(kXmmSize);
    table.set(0, lowering.value(other).first, shape.first);
    table.set(shape.first, lowering.value(one).first + shape.first, kXmmSize - shape.first);
    write_table(lowering, table);
}

/// movlps, movhps and their like; `first`: the half of the register that is read or written.
void move_half(Lowering& lowering, Shape shape) {
    if (lowering.is_memory(0)) {
        lowering.finish(0, slots(lowering.value(1).first + shape.first, kHalf));
        return;
    }
    const auto [one, other] = source_pair(lowering);
    const auto loaded = lowering.value(other).first;
    const auto kept = lowering.value(one).first;
    ByteTable table(kXmmSize);
    table.set(0, kept, kXmmSize);
    table.set(shape.first, loaded, kHalf);
    write_table(lowering, table);
}

/// movhlps and movlhps: `first`: the destination's half, the source's is the other.
void cross_halves(Lowering& lowering, Shape shape) {
    const auto [one, other] = source_pair(lowering);
    ByteTable table(kXmmSize);
    table.set(0, lowering.value(one).first, kXmmSize);
    table.set(shape.first, lowering.value(other).first + (kHalf - shape.first), kHalf);
    write_table(lowering, table);
}

/// pinsr: `first`: bytes of an element.
void insert(Lowering& lowering, Shape shape) {
    const auto [one, other] = source_pair(lowering);
    const auto to_size = lowering.value(0).size;
    const auto place = lowering.immediate(other + 1).value_or(0) % (to_size / shape.first);
    const auto value = lowering.value(other).first;
    ByteTable table(to_size);
    table.set(0, lowering.value(one).first, to_size);
    table.set(place * shape.first, value, shape.first);
    write_table(lowering, table);
}

void extract(Lowering& lowering, Shape shape) {
    const auto from = lowering.value(1);
    const auto place = lowering.immediate(2).value_or(0) % (from.size / shape.first);
    const auto element = slots(from.first + place * shape.first, shape.first);
    if (lowering.is_memory(0)) {
        lowering.finish(0, element);
        return;
    }
    const auto to = lowering.target(0);
    lowering.copy(to.first, element);
    lowering.clear(slots(to.first + shape.first, to.size - std::min<unsigned>(to.size, shape.first)));
    lowering.finish(0, to);
}

/// insertps: bits 7 and 6 of the constant select the source's element, 5 and 4 the place, the others what is zeroed.
void insert_single(Lowering& lowering, Shape) {
    constexpr unsigned kSingle = 4;
    const auto [one, other] = source_pair(lowering);
    const auto control = static_cast<unsigned>(lowering.immediate(other + 1).value_or(0));
    const auto element = lowering.is_memory(other) ? 0 : (control >> 6) & 3U;
    const auto value = lowering.value(other).first;
    ByteTable table(kXmmSize);
    for (unsigned i = 0; i < kXmmSize / kSingle; ++i) {
        if ((control & (1U << i)) == 0) {
            const bool here = i == ((control >> 4) & 3U);
            const auto from = here ? value + element * kSingle : lowering.value(one).first + i * kSingle;
            table.set(std::size_t{i} * kSingle, from, kSingle);
        }
    }
    write_table(lowering, table);
}

void insert_block(Lowering& lowering, Shape) {
    const auto place = lowering.immediate(3).value_or(0) & 1;
    const auto value = lowering.value(2).first;
    ByteTable table(kYmmSize);
    table.set(0, lowering.value(1).first, kYmmSize);
    table.set(place * kXmmSize, value, kXmmSize);
    write_table(lowering, table);
}

void extract_block(Lowering& lowering, Shape) {
    const auto place = lowering.immediate(2).value_or(0) & 1;
    lowering.assign(0, slots(lowering.value(1).first + place * kXmmSize, kXmmSize));
}

/// `first`: bytes of the element that is repeated.
void broadcast(Lowering& lowering, Shape shape) {
    const auto from = lowering.value(1).first;
    const auto size = lowering.value(0).size;
    ByteTable table(size);
    for (unsigned i = 0; i < size; i += shape.first) {
        table.set(i, from, shape.first);
    }
    write_table(lowering, table);
}

void clear_upper_halves(Lowering& lowering, Shape) {
    for (unsigned i = 0; i < kVectors; ++i) {
        lowering.clear(slots(vector_slot(i) + kXmmSize, kXmmSize));
    }
}

void clear_vectors(Lowering& lowering, Shape) {
    lowering.clear(slots(kVectorSlots, std::size_t{kVectors} * kYmmSize));
}

#define HVGDB_MOVE(NAME, FUNCTION, ...)                                  \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector move", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector move", FUNCTION, __VA_ARGS__)
#define HVGDB_MOVE_ONE(NAME, FUNCTION, ...) RuleRow HVGDB_TAINT_ROW(NAME, "vector move", FUNCTION, __VA_ARGS__)

constexpr RuleRow kRows[] = {
    HVGDB_MOVE(MOVAPS, move, {}),
    HVGDB_MOVE(MOVAPD, move, {}),
    HVGDB_MOVE(MOVUPS, move, {}),
    HVGDB_MOVE(MOVUPD, move, {}),
    HVGDB_MOVE(MOVDQA, move, {}),
    HVGDB_MOVE(MOVDQU, move, {}),
    HVGDB_MOVE(LDDQU, move, {}),
    HVGDB_MOVE(MOVNTDQ, move, {}),
    HVGDB_MOVE(MOVNTDQA, move, {}),
    HVGDB_MOVE(MOVNTPS, move, {}),
    HVGDB_MOVE(MOVNTPD, move, {}),
    HVGDB_MOVE_ONE(MOVNTQ, move, {}),
    HVGDB_MOVE(MOVD, move, {4}),
    HVGDB_MOVE(MOVQ, move, {8}),
    HVGDB_MOVE_ONE(MOVDQ2Q, move, {8}),
    HVGDB_MOVE_ONE(MOVQ2DQ, move, {8}),
    HVGDB_MOVE(MOVSS, move_lowest, {4}),
    HVGDB_MOVE(MOVSD, move_lowest, {8}),
    HVGDB_MOVE(MOVLPS, move_half, {0}),
    HVGDB_MOVE(MOVLPD, move_half, {0}),
    HVGDB_MOVE(MOVHPS, move_half, {kHalf}),
    HVGDB_MOVE(MOVHPD, move_half, {kHalf}),
    HVGDB_MOVE(MOVHLPS, cross_halves, {0}),
    HVGDB_MOVE(MOVLHPS, cross_halves, {kHalf}),
    HVGDB_MOVE(PINSRB, insert, {1}),
    HVGDB_MOVE(PINSRW, insert, {2}),
    HVGDB_MOVE(PINSRD, insert, {4}),
    HVGDB_MOVE(PINSRQ, insert, {8}),
    HVGDB_MOVE(PEXTRB, extract, {1}),
    HVGDB_MOVE(PEXTRW, extract, {2}),
    HVGDB_MOVE(PEXTRD, extract, {4}),
    HVGDB_MOVE(PEXTRQ, extract, {8}),
    HVGDB_MOVE(EXTRACTPS, extract, {4}),
    HVGDB_MOVE(INSERTPS, insert_single, {}),
    HVGDB_MOVE_ONE(VINSERTF128, insert_block, {}),
    HVGDB_MOVE_ONE(VINSERTI128, insert_block, {}),
    HVGDB_MOVE_ONE(VEXTRACTF128, extract_block, {}),
    HVGDB_MOVE_ONE(VEXTRACTI128, extract_block, {}),
    HVGDB_MOVE_ONE(VPBROADCASTB, broadcast, {1}),
    HVGDB_MOVE_ONE(VPBROADCASTW, broadcast, {2}),
    HVGDB_MOVE_ONE(VPBROADCASTD, broadcast, {4}),
    HVGDB_MOVE_ONE(VPBROADCASTQ, broadcast, {8}),
    HVGDB_MOVE_ONE(VBROADCASTSS, broadcast, {4}),
    HVGDB_MOVE_ONE(VBROADCASTSD, broadcast, {8}),
    HVGDB_MOVE_ONE(VBROADCASTF128, broadcast, {kXmmSize}),
    HVGDB_MOVE_ONE(VBROADCASTI128, broadcast, {kXmmSize}),
    HVGDB_MOVE_ONE(VZEROUPPER, clear_upper_halves, {}),
    HVGDB_MOVE_ONE(VZEROALL, clear_vectors, {}),
};

}  // namespace

std::span<const RuleRow> vector_move_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
