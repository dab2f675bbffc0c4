// SPDX-License-Identifier: GPL-2.0-or-later
// One instruction on its way from Zydis' operands to operations on slots: what the rules are written with.
#pragma once

#include <Zydis/Zydis.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emulator/taint/block_builder.hpp"
#include "emulator/taint/policy.hpp"
#include "emulator/taint/slots.hpp"

namespace hvgdb::emulator::taint {

struct Decoded {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
};

/// The slots of a register; of one that is not followed, slots that are never tainted.
[[nodiscard]] SlotRange register_range(ZydisRegister name);

/// A slot for each group of flags that the instruction tests.
[[nodiscard]] std::vector<SlotRange> tested_flag_slots(const ZydisDecodedInstruction& instruction);
/// Of a memory operand, implicit ones too. A segment's base counts for FS and GS only.
[[nodiscard]] EffectiveAddress effective_address(const Decoded& decoded, const ZydisDecodedOperand& operand);

/// Values are ranges of slots. A value in a register's slots is what the register holds at that point, so rules read
/// all they need before they write, or keep it in a temporary().
class Lowering {
  public:
    Lowering(BlockBuilder& builder, const Decoded& decoded, const Policy& policy)
        : builder_(builder), decoded_(decoded), policy_(policy) {}

    [[nodiscard]] const ZydisDecodedInstruction& instruction() const { return decoded_.instruction; }
    [[nodiscard]] const ZydisDecodedOperand& operand(unsigned index) const { return decoded_.operands[index]; }
    [[nodiscard]] unsigned explicit_count() const { return decoded_.instruction.operand_count_visible; }
    [[nodiscard]] unsigned count() const { return decoded_.instruction.operand_count; }
    [[nodiscard]] const Policy& policy() const { return policy_; }
    [[nodiscard]] BlockBuilder& builder() { return builder_; }

    [[nodiscard]] unsigned size(unsigned index) const { return operand(index).size / 8U; }
    [[nodiscard]] bool is_memory(unsigned index) const { return operand(index).type == ZYDIS_OPERAND_TYPE_MEMORY; }
    [[nodiscard]] bool is_register(unsigned index) const { return operand(index).type == ZYDIS_OPERAND_TYPE_REGISTER; }
    [[nodiscard]] bool reads(unsigned index) const {
        return (operand(index).actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
    }
    [[nodiscard]] bool writes(unsigned index) const {
        return (operand(index).actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
    }
    [[nodiscard]] bool is_vex() const { return instruction().encoding == ZYDIS_INSTRUCTION_ENCODING_VEX; }
    /// Sign-extended; nothing if the operand is none.
    [[nodiscard]] std::optional<std::uint64_t> immediate(unsigned index) const;
    /// The same register twice.
    [[nodiscard]] bool same(unsigned one, unsigned other) const;
    /// Explicit operands and vector registers that are read, in their order.
    [[nodiscard]] std::vector<unsigned> sources() const;

    /// The operand's value: a register's slots, a memory operand loaded once, none for immediates.
    [[nodiscard]] SlotRange value(unsigned index);
    /// Where to compute the operand's new value, to be followed by finish(): its slots, or a temporary to be stored.
    [[nodiscard]] SlotRange target(unsigned index);
    /// Stores, or clears what a write of this register clears besides.
    void finish(unsigned index, SlotRange computed);
    /// target(), copy and finish().
    void assign(unsigned index, SlotRange value);
    /// A load that needs no temporary: straight to the destination register, unless addresses taint.
    void load_into(unsigned index, SlotRange to);
    [[nodiscard]] bool loads_directly(unsigned memory) const;

    [[nodiscard]] SlotRange temporary(std::size_t size) { return builder_.temporary(size); }
    void clear(SlotRange range) { add(Code::clear, range, {}, {}); }
    void copy(Slot to, SlotRange from) { add(Code::copy, {to, from.size}, from, {}); }
    void merge(SlotRange to, SlotRange one, SlotRange other) { add(Code::merge, to, one, other); }
    void ascend(SlotRange to, SlotRange one, SlotRange other, unsigned lane);
    void descend(SlotRange to, SlotRange from, unsigned lane);
    void lanes(SlotRange to, SlotRange one, SlotRange other, unsigned lane);
    void fold(Slot to, SlotRange from) { builder_.add({Code::fold, 0, from.size, to, from.first, 0}); }
    void fill(SlotRange to, Slot from) { add(Code::fill, to, {from, 1}, {}); }
    void spread(SlotRange to, Slot from) { add(Code::spread, to, {from, 1}, {}); }
    void pick(Slot to, std::span<const Slot> from) { builder_.pick(to, from); }
    /// A temporary with all sets of the ranges together.
    [[nodiscard]] Slot folded(std::span<const SlotRange> ranges);
    [[nodiscard]] Slot folded(SlotRange range) { return folded(std::span(&range, 1)); }

    /// A temporary with the sets of the flags that the instruction tests.
    [[nodiscard]] Slot tested_flags();
    [[nodiscard]] bool tests_flags() const;
    /// The flags that the instruction changes, from the set at `from`; `keeps` if it may leave them as they are.
    void set_flags(Slot from, bool keeps = false);
    void set_carry(Slot from) { fill({kCarrySlot, 1}, from); }

    /// A transfer at an implicit address: the stack, a string.
    void load(SlotRange to) { builder_.load(to); }
    void store(SlotRange from) { builder_.store(from); }
    /// What follows an addition of a constant to a pointer.
    void advance(ZydisRegister pointer);
    /// The effective address as far as taint goes: registers and how they are added up.
    [[nodiscard]] SlotRange address_value(unsigned index, unsigned size);
    void describe_address(unsigned index);

  private:
    void add(Code code, SlotRange to, SlotRange one, SlotRange other, unsigned lane = 0);
    void taint_by_address(unsigned index, SlotRange value, PointerTaint policy);
    void set_flag_group(std::uint32_t group, Slot slot, Slot from, bool keeps);

    BlockBuilder& builder_;
    const Decoded& decoded_;
    const Policy& policy_;
    std::array<SlotRange, ZYDIS_MAX_OPERAND_COUNT> loaded_{};
};

}  // namespace hvgdb::emulator::taint
