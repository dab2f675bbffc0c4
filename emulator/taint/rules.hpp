// SPDX-License-Identifier: GPL-2.0-or-later
// Which rule is whose. A rule is a function that writes down an instruction's flow of taint through Lowering.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "emulator/taint/lowering.hpp"

namespace hvgdb::emulator::taint {

/// What one rule needs to know to serve several mnemonics; each says what it means by it.
struct Shape {
    std::uint8_t first = 0;
    std::uint8_t second = 0;
};

struct Rule {
    std::string_view name;  ///< the class, for statistics
    void (*lower)(Lowering&, Shape) = nullptr;
    Shape shape{};
};

struct RuleRow {
    ZydisMnemonic mnemonic;
    Rule rule;
};

/// The instruction's rule; nullptr if it has none and its operands have to do.
[[nodiscard]] const Rule* find_rule(const Decoded& decoded);

[[nodiscard]] std::span<const RuleRow> move_rules();
[[nodiscard]] std::span<const RuleRow> integer_rules();
[[nodiscard]] std::span<const RuleRow> bit_rules();
[[nodiscard]] std::span<const RuleRow> shift_rules();
[[nodiscard]] std::span<const RuleRow> stack_rules();
[[nodiscard]] std::span<const RuleRow> string_rules();
[[nodiscard]] std::span<const RuleRow> system_rules();
[[nodiscard]] std::span<const RuleRow> x87_rules();
[[nodiscard]] std::span<const RuleRow> vector_move_rules();
[[nodiscard]] std::span<const RuleRow> vector_lane_rules();
[[nodiscard]] std::span<const RuleRow> vector_scalar_rules();
[[nodiscard]] std::span<const RuleRow> vector_shift_rules();
[[nodiscard]] std::span<const RuleRow> vector_convert_rules();
[[nodiscard]] std::span<const RuleRow> vector_shuffle_rules();
[[nodiscard]] std::span<const RuleRow> vector_mask_rules();

/// All that it reads goes into all that it writes, flags too.
void mix_all(Lowering& lowering, Shape shape);
/// The same for an instruction of which only the operands are known, and not how it accesses memory; what it writes
/// keeps its taint besides.
void mix_unknown(Lowering& lowering);
/// Nothing flows.
void no_flow(Lowering& lowering, Shape shape);
/// What it writes has nothing to do with what it reads.
void clear_all(Lowering& lowering, Shape shape);

// Rows of one name and of the same with a v before it.
#define HVGDB_TAINT_ROW(NAME, ...) \
    {                              \
        ZYDIS_MNEMONIC_##NAME, {   \
            __VA_ARGS__            \
        }                          \
    }
#define HVGDB_TAINT_BOTH(NAME, ...) HVGDB_TAINT_ROW(NAME, __VA_ARGS__), HVGDB_TAINT_ROW(V##NAME, __VA_ARGS__)

}  // namespace hvgdb::emulator::taint
