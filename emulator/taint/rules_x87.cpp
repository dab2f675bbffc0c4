// SPDX-License-Identifier: GPL-2.0-or-later
// x87, generic: what is computed with is mixed. Only moves of whole registers are exact.
#include <array>
#include <vector>

#include "emulator/taint/rules_vector.hpp"

namespace hvgdb::emulator::taint {

namespace {

const SlotRange kTop = slots(kX87Slots, kX87Size);

void push(Lowering& lowering) {
    lowering.builder().add({Code::push_x87, 0, 1, kX87Slots, kX87Slots, 0});
}
void pop(Lowering& lowering, unsigned times = 1) {
    for (unsigned i = 0; i < times; ++i) {
        lowering.builder().add({Code::pop_x87, 0, 1, kX87Slots, kX87Slots, 0});
    }
}

/// Whichever visible operand is not the top of the stack; `otherwise` if none.
unsigned other_operand(const Lowering& lowering, unsigned otherwise) {
    for (unsigned i = 0; i < lowering.explicit_count(); ++i) {
        const bool top = lowering.is_register(i) && lowering.operand(i).reg.value == ZYDIS_REGISTER_ST0;
        if (!top && (lowering.is_memory(i) || register_range(lowering.operand(i).reg.value).size == kX87Size)) {
            return i;
        }
    }
    return otherwise;
}

bool is_decimal(const Lowering& lowering) {
    const auto mnemonic = lowering.instruction().mnemonic;
    return mnemonic == ZYDIS_MNEMONIC_FBLD || mnemonic == ZYDIS_MNEMONIC_FBSTP;
}

/// fld, fild, fbld and the constants, which have no operand.
void load(Lowering& lowering, Shape) {
    const auto index = other_operand(lowering, 0);
    const auto loaded = lowering.temporary(kX87Size);
    const bool constant = lowering.explicit_count() == 0;
    const auto from = constant ? zero_range(kX87Size) : lowering.value(index);
    if (from.size == kX87Size && !is_decimal(lowering)) {
        lowering.copy(loaded.first, from);
    } else {
        lowering.fill(loaded, lowering.folded(from));
    }
    push(lowering);
    lowering.copy(kTop.first, loaded);
}

/// `first`: how often it pops.
void store(Lowering& lowering, Shape shape) {
    const auto index = other_operand(lowering, 0);
    if (lowering.is_memory(index) && (lowering.size(index) != kX87Size || is_decimal(lowering))) {
        const auto mixed = lowering.folded(kTop);
        const auto stored = lowering.temporary(lowering.size(index));
        lowering.fill(stored, mixed);
        lowering.finish(index, stored);
    } else {
        lowering.assign(index, kTop);
    }
    pop(lowering, shape.first);
}

void exchange(Lowering& lowering, Shape) {
    const auto other = lowering.value(other_operand(lowering, 0));
    const auto kept = lowering.temporary(kX87Size);
    lowering.copy(kept.first, other);
    lowering.copy(other.first, kTop);
    lowering.copy(kTop.first, kept);
}

/// With one operand or with two, of which one is the top; what is written says Zydis.
void compute(Lowering& lowering, Shape shape) {
    const std::array both{kTop, lowering.value(other_operand(lowering, 0))};
    const auto mixed = lowering.folded(both);
    for (unsigned i = 0; i < lowering.count(); ++i) {
        if (lowering.writes(i) && lowering.is_register(i) && lowering.value(i).size == kX87Size) {
            lowering.fill(lowering.value(i), mixed);
        }
    }
    pop(lowering, shape.first);
}

/// `first`: says in the status word whether it could.
void compute_alone(Lowering& lowering, Shape shape) {
    const auto mixed = lowering.folded(kTop);
    lowering.fill(kTop, mixed);
    lowering.spread({kX87StatusSlot, static_cast<std::uint16_t>(shape.first)}, mixed);
}

/// fpatan and fyl2x take two and leave one.
void compute_pair(Lowering& lowering, Shape shape) {
    const auto mixed = lowering.folded(slots(kX87Slots, std::size_t{2} * kX87Size));
    lowering.fill(slots(kX87Slots + (shape.first != 0 ? kX87Size : 0), kX87Size), mixed);
    pop(lowering, shape.first);
    lowering.fill({kX87StatusSlot, 1}, mixed);
}

/// fptan, fsincos and fxtract take one and leave two.
void compute_two(Lowering& lowering, Shape) {
    const auto mixed = lowering.folded(kTop);
    lowering.spread({kX87StatusSlot, 1}, mixed);
    push(lowering);
    lowering.fill(slots(kX87Slots, std::size_t{2} * kX87Size), mixed);
}

/// `second`: to the processor's flags instead of the status word.
void compare(Lowering& lowering, Shape shape) {
    const auto other = lowering.explicit_count() != 0 ? lowering.value(other_operand(lowering, 0)) : kTop;
    const std::array both{kTop, other.size != 0 ? other : slots(kX87Slots + kX87Size, kX87Size)};
    const auto mixed = lowering.folded(both);
    lowering.fill({kX87StatusSlot, static_cast<std::uint16_t>(shape.second != 0 ? 0 : 1)}, mixed);
    lowering.set_flags(mixed);
    pop(lowering, shape.first);
}

/// fcompp and fucompp compare the two at the top.
void compare_pair(Lowering& lowering, Shape shape) {
    lowering.fill({kX87StatusSlot, 1}, lowering.folded(slots(kX87Slots, std::size_t{2} * kX87Size)));
    pop(lowering, shape.first);
}

void store_status(Lowering& lowering, Shape) {
    const auto to = lowering.target(0);
    lowering.fill(to, kX87StatusSlot);
    lowering.finish(0, to);
}

void store_control(Lowering& lowering, Shape) {
    lowering.finish(0, zero_range(lowering.size(0)));
}

void move_conditional(Lowering& lowering, Shape) {
    const auto from = lowering.value(other_operand(lowering, 0));
    if (lowering.policy().conditions) {
        lowering.spread(kTop, lowering.tested_flags());
    }
    lowering.merge(kTop, kTop, from);
}

void rotate(Lowering& lowering, Shape shape) {
    shape.first != 0 ? pop(lowering) : push(lowering);
}

void initialize(Lowering& lowering, Shape) {
    lowering.clear(slots(kX87Slots, std::size_t{kX87Registers} * kX87Size));
    lowering.clear({kX87StatusSlot, 1});
}

/// fnsave and frstor, fnstenv and fldenv: any byte may be from any register, and the other way round.
void save(Lowering& lowering, Shape shape) {
    lowering.builder().open_entry();
    lowering.builder().set_accesses(Accesses::any);
    const auto stack = slots(kX87Slots, std::size_t{kX87Registers} * kX87Size);
    const auto all = lowering.temporary(1);
    if (shape.first != 0) {
        lowering.fold(all.first, stack);
        lowering.store(all);
        return;
    }
    lowering.clear(all);
    lowering.load(all);
    lowering.spread(stack, all.first);
}

#define HVGDB_X87(NAME, FUNCTION, ...) RuleRow HVGDB_TAINT_ROW(NAME, "x87", FUNCTION, __VA_ARGS__)

constexpr RuleRow kRows[] = {
#include "emulator/taint/x87.def"
};

}  // namespace

std::span<const RuleRow> x87_rules() {
    return kRows;
}

}  // namespace hvgdb::emulator::taint
