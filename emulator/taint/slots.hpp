// SPDX-License-Identifier: GPL-2.0-or-later
// Where a vCPU's shadow registers lie: one array of label sets, a set a byte of a register. Taint operations name
// their operands by places in it ("slots"), so an instruction's registers are resolved when it is compiled.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hvgdb::emulator::taint {

using Slot = std::uint16_t;

/// Consecutive slots.
struct SlotRange {
    Slot first = 0;
    std::uint16_t size = 0;
    friend bool operator==(const SlotRange&, const SlotRange&) = default;
};

inline constexpr unsigned kGprs = 16;
inline constexpr unsigned kX87Registers = 8;
inline constexpr unsigned kVectors = 16;
inline constexpr unsigned kGprSize = 8;
inline constexpr unsigned kX87Size = 10;
inline constexpr std::size_t kX87StackSize = std::size_t{kX87Registers} * kX87Size;
inline constexpr unsigned kMmxSize = 8;
inline constexpr unsigned kXmmSize = 16;
inline constexpr unsigned kYmmSize = 32;

inline constexpr Slot kGprSlots = 0;
/// The flags are four slots: carry; PF, AF, ZF, SF and OF together; all others; and the x87 status word.
inline constexpr Slot kCarrySlot = kGprSlots + kGprs * kGprSize;
inline constexpr Slot kStatusSlot = kCarrySlot + 1;
inline constexpr Slot kControlSlot = kCarrySlot + 2;
inline constexpr Slot kX87StatusSlot = kCarrySlot + 3;
inline constexpr unsigned kFlagSlots = 4;
/// By their distance from the top of the stack, as FXSAVE stores them. MMX registers are the same ones: each MMX
/// instruction makes the top 0, so MMi is ST(i) where programs keep the two apart by EMMS, as they must.
inline constexpr Slot kX87Slots = kCarrySlot + 2 * kFlagSlots;
inline constexpr Slot kVectorSlots = kX87Slots + kX87Registers * kX87Size + 8;
/// Never tainted: immediate operands and what is cleared.
inline constexpr Slot kZeroSlots = kVectorSlots + kVectors * kYmmSize;
inline constexpr unsigned kZeroSize = 64;
/// Memory operands and intermediate results of one instruction.
inline constexpr Slot kTemporarySlots = kZeroSlots + kZeroSize;
inline constexpr unsigned kTemporarySize = 512;
inline constexpr unsigned kSlots = kTemporarySlots + kTemporarySize;

/// A set of whole registers, a bit each; temporaries together are one.
using RegisterMask = std::uint64_t;
inline constexpr unsigned kFlagsBit = kGprs;
inline constexpr unsigned kX87Bit = kFlagsBit + 1;
inline constexpr unsigned kVectorBit = kX87Bit + kX87Registers;
inline constexpr unsigned kTemporaryBit = kVectorBit + kVectors;

[[nodiscard]] constexpr Slot gpr_slot(unsigned number) {
    return static_cast<Slot>(kGprSlots + number * kGprSize);
}
[[nodiscard]] constexpr Slot x87_slot(unsigned number) {
    return static_cast<Slot>(kX87Slots + number * kX87Size);
}
[[nodiscard]] constexpr Slot vector_slot(unsigned number) {
    return static_cast<Slot>(kVectorSlots + number * kYmmSize);
}
[[nodiscard]] constexpr SlotRange zero_range(unsigned size) {
    return {kZeroSlots, static_cast<std::uint16_t>(size)};
}

/// The bit of the register that a slot belongs to; 64 for slots of none.
[[nodiscard]] constexpr unsigned register_bit(Slot slot) {
    if (slot < kCarrySlot) {
        return slot / kGprSize;
    }
    if (slot < kX87Slots) {
        return kFlagsBit;
    }
    if (slot < kVectorSlots) {
        return kX87Bit + (slot - kX87Slots) / kX87Size;
    }
    if (slot < kZeroSlots) {
        return kVectorBit + (slot - kVectorSlots) / kYmmSize;
    }
    constexpr unsigned kNone = 64;
    return slot >= kTemporarySlots ? kTemporaryBit : kNone;
}

/// The registers that a range of slots touches.
[[nodiscard]] constexpr RegisterMask register_mask(SlotRange range) {
    RegisterMask mask = 0;
    for (unsigned i = 0; i < range.size; ++i) {
        const auto bit = register_bit(static_cast<Slot>(range.first + i));
        mask |= bit < 64 ? RegisterMask{1} << bit : 0;
    }
    return mask;
}

/// The slots of one register of a mask.
[[nodiscard]] constexpr SlotRange register_slots(unsigned bit) {
    if (bit < kFlagsBit) {
        return {gpr_slot(bit), kGprSize};
    }
    if (bit == kFlagsBit) {
        return {kCarrySlot, kFlagSlots};
    }
    if (bit < kVectorBit) {
        return {x87_slot(bit - kX87Bit), kX87Size};
    }
    if (bit < kTemporaryBit) {
        return {vector_slot(bit - kVectorBit), kYmmSize};
    }
    return {kTemporarySlots, kTemporarySize};
}

}  // namespace hvgdb::emulator::taint
