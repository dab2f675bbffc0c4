// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/registers.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hvgdb::emulator::taint;

TEST(ShadowRegisters, NamesAndTheirParts) {
    struct Case {
        std::string_view name;
        SlotRange range;
    };
    for (const auto& [name, range] : {
             Case{"rax", {gpr_slot(0), 8}},
             Case{"eax", {gpr_slot(0), 4}},
             Case{"ax", {gpr_slot(0), 2}},
             Case{"al", {gpr_slot(0), 1}},
             Case{"ah", {gpr_slot(0) + 1, 1}},
             Case{"bh", {gpr_slot(3) + 1, 1}},
             Case{"spl", {gpr_slot(4), 1}},
             Case{"dil", {gpr_slot(7), 1}},
             Case{"rdi", {gpr_slot(7), 8}},
             Case{"r8", {gpr_slot(8), 8}},
             Case{"r8d", {gpr_slot(8), 4}},
             Case{"r15w", {gpr_slot(15), 2}},
             Case{"r8b", {gpr_slot(8), 1}},
             Case{"xmm3", {vector_slot(3), 16}},
             Case{"ymm15", {vector_slot(15), 32}},
             Case{"mm1", {x87_slot(1), 8}},
             Case{"st7", {x87_slot(7), 10}},
             Case{"eflags", {kCarrySlot, 3}},
         }) {
        const auto found = find_register(name);
        ASSERT_TRUE(found) << name;
        EXPECT_EQ(*found, range) << name;
    }
}

TEST(ShadowRegisters, OtherNamesAreNone) {
    for (const auto* const name :
         {"", "r", "rip", "r7", "r16", "r08", "xmm", "xmm16", "st8", "sph", "raxx", "cs", "rb"}) {
        EXPECT_FALSE(find_register(name)) << name;
    }
}

TEST(ShadowRegisters, LiveIsExact) {
    ShadowRegisters registers;
    EXPECT_TRUE(registers.clean());
    registers.set({gpr_slot(3) + 2, 2}, 5);
    registers.set({vector_slot(1) + 31, 1}, 6);
    registers.set({kStatusSlot, 1}, 6);
    EXPECT_EQ(registers.live(),
              (RegisterMask{1} << 3) | (RegisterMask{1} << (kVectorBit + 1)) | (RegisterMask{1} << kFlagsBit));
    EXPECT_EQ(registers.get({gpr_slot(3) + 1, 3})[1], 5U);
    registers.set({gpr_slot(3), 3}, kNoLabels);
    EXPECT_FALSE(registers.clean());
    registers.set({gpr_slot(3), 8}, kNoLabels);
    registers.set({vector_slot(1), 32}, kNoLabels);
    registers.set({kCarrySlot, 3}, kNoLabels);
    EXPECT_TRUE(registers.clean());
}

TEST(ShadowRegisters, EveryRegistersSlotsAreItsOwn) {
    RegisterMask seen = 0;
    for (unsigned bit = 0; bit < kTemporaryBit; ++bit) {
        EXPECT_EQ(register_mask(register_slots(bit)), RegisterMask{1} << bit);
        seen |= register_mask(register_slots(bit));
    }
    EXPECT_EQ(seen, (RegisterMask{1} << kTemporaryBit) - 1);
}

}  // namespace
