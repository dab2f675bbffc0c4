// SPDX-License-Identifier: GPL-2.0-or-later
// Vector tests, string comparisons, masked moves and gathers.
#include <algorithm>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

/// ptest and vtestps: only flags.
void test(Lowering& lowering, Shape) {
    const std::array both{lowering.value(0), lowering.value(1)};
    lowering.set_flags(lowering.folded(both));
}

/// The sign of each lane of the mask, for all of the lane.
SlotRange signs_of(Lowering& lowering, SlotRange mask, unsigned lane) {
    const auto signs = lowering.temporary(mask.size);
    ByteTable table(mask.size);
    for (unsigned i = 0; i < mask.size; i += lane) {
        table.repeat(i, mask.first + i + lane - 1U, lane);
    }
    table.emit(lowering, signs.first);
    return signs;
}

/// vmaskmov: the emulator accesses the chosen lanes alone. Those left out are zero in a register.
void move_masked(Lowering& lowering, Shape shape) {
    lowering.builder().open_entry();
    lowering.builder().set_accesses(Accesses::masked);
    const bool conditions = lowering.policy().conditions;
    const auto signs = signs_of(lowering, lowering.value(1), shape.first);
    if (lowering.is_memory(0)) {
        lowering.describe_address(0);
        const auto stored = lowering.temporary(signs.size);
        lowering.copy(stored.first, lowering.value(2));
        if (conditions) {
            lowering.merge(stored, stored, signs);
        }
        lowering.store(stored);
        return;
    }
    lowering.describe_address(2);
    const auto to = lowering.target(0);
    if (conditions) {
        lowering.copy(to.first, signs);
    } else {
        lowering.clear(to);
    }
    lowering.finish(0, to);
    lowering.builder().load(to, true);
}

/// maskmovdqu and maskmovq: single bytes at the address in rdi.
void store_masked(Lowering& lowering, Shape shape) {
    constexpr std::uint8_t kRdi = 7;
    lowering.builder().open_entry();
    lowering.builder().set_accesses(Accesses::masked);
    lowering.builder().instruction().address.base = kRdi;
    lowering.builder().instruction().address.bits = lowering.instruction().address_width;
    const auto stored = lowering.temporary(shape.first);
    lowering.copy(stored.first, vector_value(lowering, 0, shape.first));
    if (lowering.policy().conditions) {
        lowering.merge(stored, stored, signs_of(lowering, vector_value(lowering, 1, shape.first), 1));
    }
    lowering.store(stored);
}

/// A load for each chosen element, of which it is not known which one it is. The mask becomes zero.
void gather(Lowering& lowering, Shape shape) {
    lowering.builder().open_entry();
    lowering.builder().set_accesses(Accesses::repeated);
    const auto to = lowering.value(0);
    const auto mask = lowering.value(2);
    if (lowering.policy().conditions) {
        lowering.merge(to, to, signs_of(lowering, slots(mask.first, to.size), shape.first));
    }
    lowering.clear(slots(mask.first, kYmmSize));
    if (to.size == kXmmSize) {
        lowering.clear(slots(to.first + kXmmSize, kXmmSize));
    }
    const auto element = lowering.temporary(shape.first);
    const auto everywhere = lowering.temporary(to.size);
    lowering.load(element);
    ByteTable table(to.size);
    for (unsigned i = 0; i < to.size; i += shape.first) {
        table.set(i, element.first, shape.first);
    }
    table.emit(lowering, everywhere.first);
    lowering.merge(to, to, everywhere);
}

/// pcmpestri and its like. `first`: the result is a mask in xmm0, not a number in ecx; `second`: lengths in rax and
/// rdx.
void compare_strings(Lowering& lowering, Shape shape) {
    constexpr unsigned kRax = 0;
    constexpr unsigned kRcx = 1;
    constexpr unsigned kRdx = 2;
    const std::array all{vector_value(lowering, 0, kXmmSize), vector_value(lowering, 1, kXmmSize),
                         slots(gpr_slot(kRax), shape.second != 0 ? kGprSize : 0),
                         slots(gpr_slot(kRdx), shape.second != 0 ? kGprSize : 0)};
    const auto mixed = lowering.folded(std::span(all).first(shape.second != 0 ? all.size() : 2));
    if (shape.first != 0) {
        lowering.fill(slots(vector_slot(0), kXmmSize), mixed);
        lowering.clear(slots(vector_slot(0) + kXmmSize, lowering.is_vex() ? kXmmSize : 0));
    } else {
        lowering.clear(slots(gpr_slot(kRcx), kGprSize));
        lowering.fill(slots(gpr_slot(kRcx), 1), mixed);
    }
    lowering.set_flags(mixed);
}

#define HVGDB_MASK(NAME, CLASS, FUNCTION, ...) RuleRow HVGDB_TAINT_ROW(NAME, CLASS, FUNCTION, __VA_ARGS__)

constexpr RuleRow kRows[] = {
    HVGDB_MASK(PTEST, "vector test", test, {}),
    HVGDB_MASK(VPTEST, "vector test", test, {}),
    HVGDB_MASK(VTESTPS, "vector test", test, {}),
    HVGDB_MASK(VTESTPD, "vector test", test, {}),
    HVGDB_MASK(VMASKMOVPS, "masked move", move_masked, {4}),
    HVGDB_MASK(VMASKMOVPD, "masked move", move_masked, {8}),
    HVGDB_MASK(VPMASKMOVD, "masked move", move_masked, {4}),
    HVGDB_MASK(VPMASKMOVQ, "masked move", move_masked, {8}),
    HVGDB_MASK(MASKMOVDQU, "masked move", store_masked, {kXmmSize}),
    HVGDB_MASK(VMASKMOVDQU, "masked move", store_masked, {kXmmSize}),
    HVGDB_MASK(MASKMOVQ, "masked move", store_masked, {kMmxSize}),
    HVGDB_MASK(VPGATHERDD, "gather", gather, {4}),
    HVGDB_MASK(VPGATHERQD, "gather", gather, {4}),
    HVGDB_MASK(VGATHERDPS, "gather", gather, {4}),
    HVGDB_MASK(VGATHERQPS, "gather", gather, {4}),
    HVGDB_MASK(VPGATHERDQ, "gather", gather, {8}),
    HVGDB_MASK(VPGATHERQQ, "gather", gather, {8}),
    HVGDB_MASK(VGATHERDPD, "gather", gather, {8}),
    HVGDB_MASK(VGATHERQPD, "gather", gather, {8}),
    HVGDB_MASK(PCMPISTRI, "vector string", compare_strings, {0, 0}),
    HVGDB_MASK(PCMPISTRM, "vector string", compare_strings, {1, 0}),
    HVGDB_MASK(PCMPESTRI, "vector string", compare_strings, {0, 1}),
    HVGDB_MASK(PCMPESTRM, "vector string", compare_strings, {1, 1}),
    HVGDB_MASK(VPCMPISTRI, "vector string", compare_strings, {0, 0}),
    HVGDB_MASK(VPCMPISTRM, "vector string", compare_strings, {1, 0}),
    HVGDB_MASK(VPCMPESTRI, "vector string", compare_strings, {0, 1}),
    HVGDB_MASK(VPCMPESTRM, "vector string", compare_strings, {1, 1}),
};

}  // namespace

std::span<const RuleRow> vector_mask_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
