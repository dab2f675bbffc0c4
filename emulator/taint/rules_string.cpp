// SPDX-License-Identifier: GPL-2.0-or-later
// String instructions. With a repeat prefix what concerns the whole is done before, what concerns an element at its
// accesses, as often as they come. How often is not followed into memory.
#include <array>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr unsigned kRax = 0;
constexpr unsigned kRcx = 1;
constexpr unsigned kRsi = 6;
constexpr unsigned kRdi = 7;

SlotRange part(Slot first, std::size_t size) {
    return {first, static_cast<std::uint16_t>(size)};
}
SlotRange whole(unsigned number) {
    return part(gpr_slot(number), kGprSize);
}

bool is_repeated(const Lowering& lowering) {
    constexpr auto kPrefixes = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
    return (lowering.instruction().attributes & kPrefixes) != 0;
}

/// The pointer moves by a distance that the direction flag and, repeated, the count say.
void move_pointer(Lowering& lowering, unsigned number) {
    const auto pointer = whole(number);
    lowering.ascend(pointer, pointer, is_repeated(lowering) ? whole(kRcx) : zero_range(kGprSize), kGprSize);
    lowering.spread(pointer, kControlSlot);
}

/// The count ends as zero, unless a comparison ends the loop before.
void begin_repeated(Lowering& lowering, std::span<const unsigned> pointers, bool counts_down_to_zero) {
    if (!is_repeated(lowering)) {
        return;
    }
    lowering.builder().open_entry();
    lowering.builder().set_accesses(Accesses::repeated);
    for (const auto pointer : pointers) {
        move_pointer(lowering, pointer);
    }
    if (counts_down_to_zero) {
        lowering.clear(whole(kRcx));
    } else {
        lowering.ascend(whole(kRcx), whole(kRcx), zero_range(kGprSize), kGprSize);
    }
}

void end_single(Lowering& lowering, std::span<const unsigned> pointers) {
    if (!is_repeated(lowering)) {
        for (const auto pointer : pointers) {
            move_pointer(lowering, pointer);
        }
    }
}

/// What ended the loop decides the count and the pointers.
void end_comparison(Lowering& lowering, std::span<const unsigned> pointers, Slot compared) {
    lowering.set_flags(compared, is_repeated(lowering));
    if (!is_repeated(lowering)) {
        end_single(lowering, pointers);
        return;
    }
    lowering.spread(whole(kRcx), compared);
    for (const auto pointer : pointers) {
        lowering.spread(whole(pointer), compared);
    }
}

void move_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRsi, kRdi};
    begin_repeated(lowering, kPointers, true);
    const auto element = lowering.temporary(shape.first);
    lowering.load(element);
    lowering.store(element);
    end_single(lowering, kPointers);
}

void store_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRdi};
    begin_repeated(lowering, kPointers, true);
    lowering.store(part(gpr_slot(kRax), shape.first));
    end_single(lowering, kPointers);
}

void load_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRsi};
    begin_repeated(lowering, kPointers, true);
    lowering.load(part(gpr_slot(kRax), shape.first));
    lowering.clear(part(gpr_slot(kRax) + 4, shape.first == 4 ? 4 : 0));
    end_single(lowering, kPointers);
}

void scan_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRdi};
    begin_repeated(lowering, kPointers, false);
    const auto element = lowering.temporary(shape.first);
    lowering.load(element);
    const std::array compared{element, part(gpr_slot(kRax), shape.first)};
    end_comparison(lowering, kPointers, lowering.folded(compared));
}

void compare_strings(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRsi, kRdi};
    begin_repeated(lowering, kPointers, false);
    const auto one = lowering.temporary(shape.first);
    const auto other = lowering.temporary(shape.first);
    lowering.load(one);
    lowering.load(other);
    const std::array compared{one, other};
    end_comparison(lowering, kPointers, lowering.folded(compared));
}

void input_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRdi};
    begin_repeated(lowering, kPointers, true);
    lowering.store(zero_range(shape.first));
    end_single(lowering, kPointers);
}

void output_string(Lowering& lowering, Shape shape) {
    constexpr std::array kPointers{kRsi};
    begin_repeated(lowering, kPointers, true);
    lowering.load(lowering.temporary(shape.first));
    end_single(lowering, kPointers);
}

constexpr std::array kRows{
    RuleRow HVGDB_TAINT_ROW(MOVSB, "string", move_string, {1}),
    RuleRow HVGDB_TAINT_ROW(MOVSW, "string", move_string, {2}),
    RuleRow HVGDB_TAINT_ROW(MOVSD, "string", move_string, {4}),
    RuleRow HVGDB_TAINT_ROW(MOVSQ, "string", move_string, {8}),
    RuleRow HVGDB_TAINT_ROW(STOSB, "string", store_string, {1}),
    RuleRow HVGDB_TAINT_ROW(STOSW, "string", store_string, {2}),
    RuleRow HVGDB_TAINT_ROW(STOSD, "string", store_string, {4}),
    RuleRow HVGDB_TAINT_ROW(STOSQ, "string", store_string, {8}),
    RuleRow HVGDB_TAINT_ROW(LODSB, "string", load_string, {1}),
    RuleRow HVGDB_TAINT_ROW(LODSW, "string", load_string, {2}),
    RuleRow HVGDB_TAINT_ROW(LODSD, "string", load_string, {4}),
    RuleRow HVGDB_TAINT_ROW(LODSQ, "string", load_string, {8}),
    RuleRow HVGDB_TAINT_ROW(SCASB, "string", scan_string, {1}),
    RuleRow HVGDB_TAINT_ROW(SCASW, "string", scan_string, {2}),
    RuleRow HVGDB_TAINT_ROW(SCASD, "string", scan_string, {4}),
    RuleRow HVGDB_TAINT_ROW(SCASQ, "string", scan_string, {8}),
    RuleRow HVGDB_TAINT_ROW(CMPSB, "string", compare_strings, {1}),
    RuleRow HVGDB_TAINT_ROW(CMPSW, "string", compare_strings, {2}),
    RuleRow HVGDB_TAINT_ROW(CMPSD, "string", compare_strings, {4}),
    RuleRow HVGDB_TAINT_ROW(CMPSQ, "string", compare_strings, {8}),
    RuleRow HVGDB_TAINT_ROW(INSB, "string", input_string, {1}),
    RuleRow HVGDB_TAINT_ROW(INSW, "string", input_string, {2}),
    RuleRow HVGDB_TAINT_ROW(INSD, "string", input_string, {4}),
    RuleRow HVGDB_TAINT_ROW(OUTSB, "string", output_string, {1}),
    RuleRow HVGDB_TAINT_ROW(OUTSW, "string", output_string, {2}),
    RuleRow HVGDB_TAINT_ROW(OUTSD, "string", output_string, {4}),
};

}  // namespace

std::span<const RuleRow> string_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
