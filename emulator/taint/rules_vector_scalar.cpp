// SPDX-License-Identifier: GPL-2.0-or-later
// Instructions on the lowest lane alone. The bytes above are the destination's own, or with VEX the first source's.
#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

bool is_legacy(const Lowering& lowering) {
    return lowering.instruction().encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
}

/// `result` of `size` bytes, and above it what belongs there.
void write_lowest(Lowering& lowering, Slot result, unsigned size) {
    const auto to = lowering.target(0);
    if (!is_legacy(lowering) && !lowering.same(0, 1)) {
        const auto above = lowering.value(1).first + size;
        lowering.copy(static_cast<Slot>(to.first + size), slots(above, kXmmSize - size));
    }
    lowering.fill(slots(to.first, size), result);
    lowering.finish(0, to);
}

/// `first`: bytes of the lane.
void combine_lowest(Lowering& lowering, Shape shape) {
    const auto [one, other] = source_pair(lowering);
    const std::array both{vector_value(lowering, one, shape.first), vector_value(lowering, other, shape.first)};
    write_lowest(lowering, lowering.folded(both), shape.first);
}

/// One source: the last register or memory operand. `second`: its bytes, if not the result's; 0xff: all it has.
void compute_lowest(Lowering& lowering, Shape shape) {
    constexpr std::uint8_t kAll = 0xff;
    const auto source = source_pair(lowering).other;
    const auto value = lowering.value(source);
    const unsigned size = shape.second == 0 ? shape.first : shape.second == kAll ? value.size : shape.second;
    write_lowest(lowering, lowering.folded(slots(value.first, size)), shape.first);
}

void fuse_lowest(Lowering& lowering, Shape shape) {
    const std::array all{vector_value(lowering, 0, shape.first), vector_value(lowering, 1, shape.first),
                         vector_value(lowering, 2, shape.first)};
    const auto to = lowering.target(0);
    lowering.fill(slots(to.first, shape.first), lowering.folded(all));
    lowering.finish(0, to);
}

void compare_lowest(Lowering& lowering, Shape shape) {
    const std::array both{vector_value(lowering, 0, shape.first), vector_value(lowering, 1, shape.first)};
    lowering.set_flags(lowering.folded(both));
}

/// To a general register. `first`: bytes of the source.
void convert_to_integer(Lowering& lowering, Shape shape) {
    const auto all = lowering.folded(vector_value(lowering, 1, shape.first));
    const auto to = lowering.target(0);
    lowering.fill(to, all);
    lowering.finish(0, to);
}

#define HVGDB_SCALAR(NAME, FUNCTION, ...)                                      \
    RuleRow HVGDB_TAINT_ROW(NAME, "scalar arithmetic", FUNCTION, __VA_ARGS__), \
        RuleRow HVGDB_TAINT_ROW(V##NAME, "scalar arithmetic", FUNCTION, __VA_ARGS__)
#define HVGDB_REALS(NAME, FUNCTION) HVGDB_SCALAR(NAME##SS, FUNCTION, {4}), HVGDB_SCALAR(NAME##SD, FUNCTION, {8})
#define HVGDB_FUSED(NAME)                                                     \
    RuleRow HVGDB_TAINT_ROW(NAME##SS, "scalar arithmetic", fuse_lowest, {4}), \
        RuleRow HVGDB_TAINT_ROW(NAME##SD, "scalar arithmetic", fuse_lowest, {8})
#define HVGDB_FUSED_ORDERS(NAME) HVGDB_FUSED(NAME##132), HVGDB_FUSED(NAME##213), HVGDB_FUSED(NAME##231)

constexpr RuleRow kRows[] = {
    HVGDB_REALS(ADD, combine_lowest),
    HVGDB_REALS(SUB, combine_lowest),
    HVGDB_REALS(MUL, combine_lowest),
    HVGDB_REALS(DIV, combine_lowest),
    HVGDB_REALS(MIN, combine_lowest),
    HVGDB_REALS(MAX, combine_lowest),
    HVGDB_REALS(CMP, combine_lowest),
    HVGDB_REALS(SQRT, compute_lowest),
    HVGDB_REALS(ROUND, compute_lowest),
    HVGDB_SCALAR(RCPSS, compute_lowest, {4}),
    HVGDB_SCALAR(RSQRTSS, compute_lowest, {4}),
    HVGDB_SCALAR(CVTSS2SD, compute_lowest, {8, 4}),
    HVGDB_SCALAR(CVTSD2SS, compute_lowest, {4, 8}),
    HVGDB_SCALAR(CVTSI2SS, compute_lowest, {4, 0xff}),
    HVGDB_SCALAR(CVTSI2SD, compute_lowest, {8, 0xff}),
    HVGDB_REALS(COMI, compare_lowest),
    HVGDB_REALS(UCOMI, compare_lowest),
    HVGDB_SCALAR(CVTSS2SI, convert_to_integer, {4}),
    HVGDB_SCALAR(CVTTSS2SI, convert_to_integer, {4}),
    HVGDB_SCALAR(CVTSD2SI, convert_to_integer, {8}),
    HVGDB_SCALAR(CVTTSD2SI, convert_to_integer, {8}),
    HVGDB_FUSED_ORDERS(VFMADD),
    HVGDB_FUSED_ORDERS(VFMSUB),
    HVGDB_FUSED_ORDERS(VFNMADD),
    HVGDB_FUSED_ORDERS(VFNMSUB),
};

}  // namespace

std::span<const RuleRow> vector_scalar_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
