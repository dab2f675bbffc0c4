// SPDX-License-Identifier: GPL-2.0-or-later
// Vector arithmetic: what happens in each lane on its own.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kBlock = 16;

/// x ^ x, x - x and x == x are constants.
bool is_constant(const Lowering& lowering) {
    const auto [one, other] = source_pair(lowering);
    return lowering.explicit_count() > other && lowering.same(one, other);
}

void set_constant(Lowering& lowering) {
    const auto to = lowering.target(0);
    lowering.clear(to);
    lowering.finish(0, to);
}

/// `first`: bytes of a lane; `second`: of equal operands the result is a constant.
void mix_lanes(Lowering& lowering, Shape shape) {
    if (shape.second != 0 && is_constant(lowering)) {
        set_constant(lowering);
        return;
    }
    const auto to = lowering.target(0);
    const auto sources = lowering.sources();
    auto all = vector_value(lowering, sources.front(), to.size);
    const auto result = sources.size() > 2 ? lowering.temporary(to.size) : to;
    if (sources.size() == 1) {
        lowering.lanes(result, all, all, shape.first);
    }
    for (std::size_t i = 1; i < sources.size(); ++i) {
        lowering.lanes(result, all, vector_value(lowering, sources[i], to.size), shape.first);
        all = result;
    }
    if (result != to) {
        lowering.copy(to.first, result);
    }
    lowering.finish(0, to);
}

/// Sums and differences, and products cut to the size of the factors. The same two numbers.
void add_lanes(Lowering& lowering, Shape shape) {
    if (shape.second != 0 && is_constant(lowering)) {
        set_constant(lowering);
        return;
    }
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto first = vector_value(lowering, one, to.size);
    lowering.ascend(to, first, vector_value(lowering, other, to.size), shape.first);
    lowering.finish(0, to);
}

void combine_bits(Lowering& lowering, Shape shape) {
    if (shape.second != 0 && is_constant(lowering)) {
        set_constant(lowering);
        return;
    }
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto first = vector_value(lowering, one, to.size);
    lowering.merge(to, first, vector_value(lowering, other, to.size));
    lowering.finish(0, to);
}

/// pmuldq and pmuludq: of each eight bytes the lower four.
void multiply_even(Lowering& lowering, Shape) {
    constexpr unsigned kLane = 8;
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto halves = [&](unsigned index) {
        const auto from = vector_value(lowering, index, to.size);
        const auto result = lowering.temporary(to.size);
        ByteTable table(to.size);
        for (unsigned lane = 0; lane < to.size; lane += kLane) {
            table.set(lane, from.first + lane, kLane / 2);
        }
        table.emit(lowering, result.first);
        return result;
    };
    const auto first = halves(one);
    lowering.ascend(to, first, halves(other), kLane);
    lowering.finish(0, to);
}

/// Neighbours of both operands: results from the first in the lower half of each block, from the second in the upper.
void combine_neighbours(Lowering& lowering, Shape shape) {
    const unsigned lane = shape.first;
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto mixed = [&](unsigned index) {
        const auto from = vector_value(lowering, index, to.size);
        const auto result = lowering.temporary(to.size);
        lowering.lanes(result, from, from, 2 * lane);
        return result;
    };
    const auto first = mixed(one);
    const auto second = mixed(other);
    narrowed(first, second, lane).emit(lowering, to.first);
    lowering.finish(0, to);
}

/// psadbw: each eight bytes give a sum of two bytes.
void sum_differences(Lowering& lowering, Shape shape) {
    constexpr unsigned kLane = 8;
    mix_lanes(lowering, {kLane, 1});
    const auto to = lowering.value(0);
    for (unsigned lane = 0; lane < to.size; lane += kLane) {
        lowering.clear(slots(to.first + lane + shape.first, kLane - shape.first));
    }
}

/// A minimum and its place, in the lowest three bytes.
void find_minimum(Lowering& lowering, Shape) {
    const auto all = lowering.folded(vector_value(lowering, 1, kBlock));
    const auto to = lowering.target(0);
    lowering.clear(to);
    lowering.fill(slots(to.first, 3), all);
    lowering.finish(0, to);
}

/// pclmulqdq: of each block the half that the constant selects.
void multiply_carryless(Lowering& lowering, Shape) {
    constexpr unsigned kHalf = 8;
    constexpr std::uint64_t kSecondFactor = 0x10;
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto selector = lowering.immediate(other + 1).value_or(0);
    const auto first = vector_value(lowering, one, to.size);
    const auto second = vector_value(lowering, other, to.size);
    const auto product = lowering.temporary(to.size);
    ByteTable low(to.size);
    ByteTable high(to.size);
    for (unsigned block = 0; block < to.size; block += kBlock) {
        low.set(block, first.first + block + ((selector & 1) != 0 ? kHalf : 0), kHalf);
        high.set(block, second.first + block + ((selector & kSecondFactor) != 0 ? kHalf : 0), kHalf);
    }
    const auto factor = lowering.temporary(to.size);
    low.emit(lowering, product.first);
    high.emit(lowering, factor.first);
    lowering.lanes(to, product, factor, kBlock);
    lowering.finish(0, to);
}

#define HVGDB_MIX(NAME, ...)                                                    \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector arithmetic", mix_lanes, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector arithmetic", mix_lanes, __VA_ARGS__)
#define HVGDB_ADD(NAME, ...)                                                  \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector addition", add_lanes, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector addition", add_lanes, __VA_ARGS__)
#define HVGDB_BITS(NAME, ...)                                                 \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector logic", combine_bits, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector logic", combine_bits, __VA_ARGS__)
#define HVGDB_BLOCK(NAME) RuleRow HVGDB_TAINT_ROW(NAME, "vector blocks", mix_lanes, {kBlock, 0})
#define HVGDB_OTHER(NAME, FUNCTION, ...)                                       \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector arithmetic", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector arithmetic", FUNCTION, __VA_ARGS__)

constexpr RuleRow kRows[] = {
#include "emulator/taint/vector_lanes.def"
};

}  // namespace

std::span<const RuleRow> vector_lane_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
