// SPDX-License-Identifier: GPL-2.0-or-later
// Vector shifts.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kBlock = 16;
constexpr int kBitsOfByte = 8;

enum class Direction : std::uint8_t { left, right, arithmetic };

/// The byte of a lane that a bit of byte i comes from, `distance` bytes away.
std::size_t source_byte(std::size_t lane, unsigned size, int index, Direction direction) {
    if (direction == Direction::arithmetic) {
        index = std::min(index, static_cast<int>(size) - 1);
    }
    const bool inside = index >= 0 && index < static_cast<int>(size);
    return inside ? lane + static_cast<unsigned>(index) : std::size_t{kZeroSlots};
}

void shift_by_constant(Lowering& lowering, SlotRange from, unsigned lane, std::uint64_t count, Direction direction) {
    const auto bits = std::min<std::uint64_t>(count, std::uint64_t{lane} * kBitsOfByte);
    const int whole = static_cast<int>(bits) / kBitsOfByte;
    const bool left = direction == Direction::left;
    const auto to = lowering.target(0);
    const auto other = lowering.temporary(to.size);
    ByteTable near(to.size);
    ByteTable far(to.size);
    for (unsigned i = 0; i < to.size; ++i) {
        const int in_lane = static_cast<int>(i % lane);
        const int source = left ? in_lane - whole : in_lane + whole;
        const auto start = from.first + i - i % lane;
        near.set(i, source_byte(start, lane, source, direction));
        far.set(i, source_byte(start, lane, left ? source - 1 : source + 1, direction));
    }
    far.emit(lowering, other.first);
    near.emit(lowering, to.first);
    if (bits % kBitsOfByte != 0) {
        lowering.merge(to, to, other);
    }
    lowering.finish(0, to);
}

/// Legacy: (register, count); VEX: (destination, source, count). `first`: bytes of a lane.
void shift_lanes(Lowering& lowering, Shape shape) {
    const auto direction = static_cast<Direction>(shape.second);
    const auto [one, number] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto from = vector_value(lowering, one, to.size);
    if (const auto count = lowering.immediate(number)) {
        shift_by_constant(lowering, from, shape.first, *count, direction);
        return;
    }
    const auto count = lowering.folded(vector_value(lowering, number, 8));
    if (direction == Direction::left) {
        lowering.ascend(to, from, from, shape.first);
    } else {
        lowering.descend(to, from, shape.first);
    }
    lowering.spread(to, count);
    lowering.finish(0, to);
}

/// Each lane has its own count.
void shift_each(Lowering& lowering, Shape shape) {
    const auto to = lowering.target(0);
    const auto from = vector_value(lowering, 1, to.size);
    const auto counts = vector_value(lowering, 2, to.size);
    const auto spread = lowering.temporary(to.size);
    lowering.lanes(spread, counts, counts, shape.first);
    if (static_cast<Direction>(shape.second) == Direction::left) {
        lowering.ascend(to, from, spread, shape.first);
    } else {
        const auto moved = lowering.temporary(to.size);
        lowering.descend(moved, from, shape.first);
        lowering.merge(to, moved, spread);
    }
    lowering.finish(0, to);
}

/// pslldq and psrldq: whole bytes within blocks.
void shift_bytes(Lowering& lowering, Shape shape) {
    const auto [one, number] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto count = std::min<std::uint64_t>(lowering.immediate(number).value_or(0), kBlock);
    shift_by_constant(lowering, vector_value(lowering, one, to.size), kBlock, count * kBitsOfByte,
                      static_cast<Direction>(shape.second));
}

constexpr Shape shape_of(std::uint8_t lane, Direction direction) {
    return {lane, static_cast<std::uint8_t>(direction)};
}

#define HVGDB_SHIFT(NAME, FUNCTION, ...)                                  \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector shift", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector shift", FUNCTION, __VA_ARGS__)
#define HVGDB_SHIFT_EACH(NAME, ...) RuleRow HVGDB_TAINT_ROW(NAME, "vector shift", shift_each, __VA_ARGS__)

constexpr RuleRow kRows[] = {
    HVGDB_SHIFT(PSLLW, shift_lanes, shape_of(2, Direction::left)),
    HVGDB_SHIFT(PSLLD, shift_lanes, shape_of(4, Direction::left)),
    HVGDB_SHIFT(PSLLQ, shift_lanes, shape_of(8, Direction::left)),
    HVGDB_SHIFT(PSRLW, shift_lanes, shape_of(2, Direction::right)),
    HVGDB_SHIFT(PSRLD, shift_lanes, shape_of(4, Direction::right)),
    HVGDB_SHIFT(PSRLQ, shift_lanes, shape_of(8, Direction::right)),
    HVGDB_SHIFT(PSRAW, shift_lanes, shape_of(2, Direction::arithmetic)),
    HVGDB_SHIFT(PSRAD, shift_lanes, shape_of(4, Direction::arithmetic)),
    HVGDB_SHIFT(PSLLDQ, shift_bytes, shape_of(0, Direction::left)),
    HVGDB_SHIFT(PSRLDQ, shift_bytes, shape_of(0, Direction::right)),
    HVGDB_SHIFT_EACH(VPSLLVD, shape_of(4, Direction::left)),
    HVGDB_SHIFT_EACH(VPSLLVQ, shape_of(8, Direction::left)),
    HVGDB_SHIFT_EACH(VPSRLVD, shape_of(4, Direction::right)),
    HVGDB_SHIFT_EACH(VPSRLVQ, shape_of(8, Direction::right)),
    HVGDB_SHIFT_EACH(VPSRAVD, shape_of(4, Direction::arithmetic)),
};

}  // namespace

std::span<const RuleRow> vector_shift_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
