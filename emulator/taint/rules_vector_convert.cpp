// SPDX-License-Identifier: GPL-2.0-or-later
// Vector instructions whose lanes change their size.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

/// `first` and `second`: bytes of a source's and a destination's lane. What is left of a longer destination is zero.
void convert_lanes(Lowering& lowering, Shape shape) {
    const auto to = lowering.target(0);
    const auto source = lowering.value(1);
    // cvtpi2ps writes the lower half and leaves the upper one.
    const unsigned room = lowering.instruction().mnemonic == ZYDIS_MNEMONIC_CVTPI2PS ? 8U : to.size;
    const auto lanes = std::min<unsigned>(source.size / shape.first, room / shape.second);
    const auto from = slots(source.first, std::size_t{lanes} * shape.first);
    const auto mixed = lowering.temporary(from.size);
    lowering.lanes(mixed, from, from, shape.first);
    ByteTable table(room);
    for (unsigned i = 0; i < lanes; ++i) {
        table.repeat(std::size_t{i} * shape.second, mixed.first + std::size_t{i} * shape.first, shape.second);
    }
    table.emit(lowering, to.first);
    lowering.finish(0, to);
}

/// vcvtps2ph: the destination may be memory.
void convert_to_half(Lowering& lowering, Shape) {
    constexpr unsigned kSingle = 4;
    constexpr unsigned kHalf = 2;
    const auto from = lowering.value(1);
    const auto mixed = lowering.temporary(from.size);
    lowering.lanes(mixed, from, from, kSingle);
    const auto to = lowering.target(0);
    ByteTable table(to.size);
    for (unsigned i = 0; i < from.size / kSingle; ++i) {
        table.repeat(std::size_t{i} * kHalf, mixed.first + std::size_t{i} * kSingle, kHalf);
    }
    table.emit(lowering, to.first);
    lowering.finish(0, to);
}

/// pmovzx and pmovsx; in `second` the lowest bit: by the sign.
void extend_lanes(Lowering& lowering, Shape shape) {
    const unsigned from_lane = shape.first;
    const unsigned to_lane = shape.second & ~1U;
    const bool by_sign = (shape.second & 1U) != 0;
    const auto to = lowering.target(0);
    const auto from = lowering.value(1);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size / to_lane; ++i) {
        const auto start = from.first + i * from_lane;
        table.set(std::size_t{i} * to_lane, start, from_lane);
        if (by_sign) {
            table.repeat(std::size_t{i} * to_lane + from_lane, start + from_lane - 1, to_lane - from_lane);
        }
    }
    table.emit(lowering, to.first);
    lowering.finish(0, to);
}

/// Saturated to half the size: the first source's lanes in the lower half of each block, the second's in the upper.
void pack_lanes(Lowering& lowering, Shape shape) {
    const unsigned from_lane = shape.first;
    const auto [one, other] = source_pair(lowering);
    const auto to = lowering.target(0);
    const auto mixed = [&](unsigned index) {
        const auto from = vector_value(lowering, index, to.size);
        const auto result = lowering.temporary(to.size);
        lowering.lanes(result, from, from, from_lane);
        return result;
    };
    const auto first = mixed(one);
    const auto second = mixed(other);
    narrowed(first, second, from_lane / 2).emit(lowering, to.first);
    lowering.finish(0, to);
}

/// pmovmskb, movmskps and movmskpd: bit i from the sign of lane i.
void gather_signs(Lowering& lowering, Shape shape) {
    constexpr unsigned kBits = 8;
    const auto from = lowering.value(1);
    const auto signs = lowering.temporary(kYmmSize);
    ByteTable table(kYmmSize);
    for (unsigned i = 0; i < from.size / shape.first; ++i) {
        table.set(i, from.first + (i + 1U) * shape.first - 1U);
    }
    table.emit(lowering, signs.first);
    const auto to = lowering.target(0);
    for (unsigned i = 0; i < std::min<unsigned>(to.size, kYmmSize / kBits); ++i) {
        lowering.fold(static_cast<Slot>(to.first + i), slots(signs.first + std::size_t{i} * kBits, kBits));
    }
    lowering.clear(slots(to.first + kYmmSize / kBits, to.size > 4 ? to.size - 4U : 0));
    lowering.finish(0, to);
}

#define HVGDB_CONVERT(NAME, FUNCTION, ...)                                     \
    RuleRow HVGDB_TAINT_ROW(NAME, "vector conversion", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "vector conversion", FUNCTION, __VA_ARGS__)
#define HVGDB_CONVERT_ONE(NAME, ...) RuleRow HVGDB_TAINT_ROW(NAME, "vector conversion", convert_lanes, __VA_ARGS__)

constexpr RuleRow kRows[] = {
    HVGDB_CONVERT(CVTDQ2PD, convert_lanes, {4, 8}),
    HVGDB_CONVERT(CVTDQ2PS, convert_lanes, {4, 4}),
    HVGDB_CONVERT(CVTPD2DQ, convert_lanes, {8, 4}),
    HVGDB_CONVERT(CVTTPD2DQ, convert_lanes, {8, 4}),
    HVGDB_CONVERT(CVTPD2PS, convert_lanes, {8, 4}),
    HVGDB_CONVERT(CVTPS2DQ, convert_lanes, {4, 4}),
    HVGDB_CONVERT(CVTTPS2DQ, convert_lanes, {4, 4}),
    HVGDB_CONVERT(CVTPS2PD, convert_lanes, {4, 8}),
    HVGDB_CONVERT_ONE(CVTPD2PI, {8, 4}),
    HVGDB_CONVERT_ONE(CVTTPD2PI, {8, 4}),
    HVGDB_CONVERT_ONE(CVTPS2PI, {4, 4}),
    HVGDB_CONVERT_ONE(CVTTPS2PI, {4, 4}),
    HVGDB_CONVERT_ONE(CVTPI2PD, {4, 8}),
    HVGDB_CONVERT_ONE(CVTPI2PS, {4, 4}),
    HVGDB_CONVERT_ONE(VCVTPH2PS, {2, 4}),
    RuleRow HVGDB_TAINT_ROW(VCVTPS2PH, "vector conversion", convert_to_half),
    HVGDB_CONVERT(PMOVZXBW, extend_lanes, {1, 2}),
    HVGDB_CONVERT(PMOVZXBD, extend_lanes, {1, 4}),
    HVGDB_CONVERT(PMOVZXBQ, extend_lanes, {1, 8}),
    HVGDB_CONVERT(PMOVZXWD, extend_lanes, {2, 4}),
    HVGDB_CONVERT(PMOVZXWQ, extend_lanes, {2, 8}),
    HVGDB_CONVERT(PMOVZXDQ, extend_lanes, {4, 8}),
    HVGDB_CONVERT(PMOVSXBW, extend_lanes, {1, 2 | 1}),
    HVGDB_CONVERT(PMOVSXBD, extend_lanes, {1, 4 | 1}),
    HVGDB_CONVERT(PMOVSXBQ, extend_lanes, {1, 8 | 1}),
    HVGDB_CONVERT(PMOVSXWD, extend_lanes, {2, 4 | 1}),
    HVGDB_CONVERT(PMOVSXWQ, extend_lanes, {2, 8 | 1}),
    HVGDB_CONVERT(PMOVSXDQ, extend_lanes, {4, 8 | 1}),
    HVGDB_CONVERT(PACKSSWB, pack_lanes, {2}),
    HVGDB_CONVERT(PACKUSWB, pack_lanes, {2}),
    HVGDB_CONVERT(PACKSSDW, pack_lanes, {4}),
    HVGDB_CONVERT(PACKUSDW, pack_lanes, {4}),
    HVGDB_CONVERT(PMOVMSKB, gather_signs, {1}),
    HVGDB_CONVERT(MOVMSKPS, gather_signs, {4}),
    HVGDB_CONVERT(MOVMSKPD, gather_signs, {8}),
};

}  // namespace

std::span<const RuleRow> vector_convert_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
