// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_mode.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kProtected = 1;
constexpr std::uint64_t kPaged = 0x8000'0001;
constexpr std::uint64_t kLongMode = 0x500;    // LME and LMA
constexpr std::uint64_t kLongModeNx = 0xd00;  // with NXE

TEST(X86Mode, IsNamedFromTheControlRegisters) {
    const struct {
        X86ControlState state;
        std::string_view name;
    } rows[] = {
        {{.cs = 0xf000, .cr0 = 0x6000'0010}, "real"},
        {{.cs = 0xf003, .cr0 = 0}, "real"},
        {{.cs = 0x33, .cr0 = kPaged, .efer = kLongMode}, "user 64-bit"},
        {{.cs = 0x10, .cr0 = kPaged, .efer = kLongMode}, "kernel 64-bit"},
        {{.cs = 0x23, .cr0 = kPaged, .efer = kLongMode}, "user 32-bit"},
        {{.cs = 0x73, .cr0 = kPaged}, "user 32-bit"},
        {{.cs = 0x60, .cr0 = kPaged}, "kernel 32-bit"},
        {{.cs = 0x08, .cr0 = kProtected, .efer = 0x100}, "kernel 32-bit"},
        {{.cs = 0x1003, .eflags = 1 << 17, .cr0 = kPaged}, "virtual 8086"},
        {{.cs = 0x33, .eflags = 1 << 17, .cr0 = kPaged, .efer = kLongMode}, "user 64-bit"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(x86_mode_name(row.state), row.name) << std::hex << row.state.cs;
    }
}

TEST(X86Paging, IsFourOrFiveLevels) {
    const auto four = x86_paging({.cr0 = kPaged, .cr4 = 0x20, .efer = kLongMode});
    ASSERT_TRUE(four && four->has_value());
    EXPECT_EQ((*four)->levels, 4u);
    EXPECT_FALSE((*four)->execute_disable);

    const auto five = x86_paging({.cr0 = kPaged, .cr4 = 0x1020, .efer = kLongModeNx});
    ASSERT_TRUE(five && five->has_value());
    EXPECT_EQ((*five)->levels, 5u);
    EXPECT_TRUE((*five)->execute_disable);
}

TEST(X86Paging, IsOffWithoutTheBit) {
    const auto paging = x86_paging({.cr0 = kProtected, .cr4 = 0x1020, .efer = kLongModeNx});
    ASSERT_TRUE(paging);
    EXPECT_FALSE(paging->has_value());
}

TEST(X86Paging, OfOlderKindsIsRefusedByName) {
    const auto pae = x86_paging({.cr0 = kPaged, .cr4 = 0x20});
    ASSERT_FALSE(pae);
    EXPECT_EQ(pae.error().code, Errc::unsupported);
    EXPECT_NE(pae.error().detail.find("PAE"), std::string::npos) << pae.error().detail;

    const auto plain = x86_paging({.cr0 = kPaged});
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().code, Errc::unsupported);
    EXPECT_NE(plain.error().detail.find("32-bit"), std::string::npos) << plain.error().detail;
}

TEST(X86ControlState, ComesOutOfARegisterBlock) {
    test::FakeMachine machine(2);
    constexpr VcpuId vcpu{1};
    machine.set_register(vcpu, "cs", 0x33);
    machine.set_register(vcpu, "eflags", 0x246);
    machine.set_register(vcpu, "cr0", 0x8005'0033);
    machine.set_register(vcpu, "cr4", 0x3706f0);
    machine.set_register(vcpu, "efer", 0xd01);
    const auto block = machine.read_registers(vcpu);
    ASSERT_TRUE(block);

    const auto state = x86_control_state(machine.description(), *block);
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ(state->cs, 0x33u);
    EXPECT_EQ(state->eflags, 0x246u);
    EXPECT_EQ(state->cr0, 0x8005'0033u);
    EXPECT_EQ(state->cr4, 0x3706f0u);
    EXPECT_EQ(state->efer, 0xd01u);
}

TEST(X86ControlState, NeedsTheRegistersAndTheWholeBlock) {
    const auto missing = x86_control_state(emulator::TargetDescription{}, {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::unsupported);

    test::FakeMachine machine(1);
    const auto block = machine.read_registers(VcpuId{0});
    ASSERT_TRUE(block);
    const auto end = machine.description().find("efer")->offset + machine.description().find("efer")->size;
    EXPECT_TRUE(x86_control_state(machine.description(), std::span(*block).first(end)));
    const auto cut = x86_control_state(machine.description(), std::span(*block).first(end - 1));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Errc::bad_argument);
}

}  // namespace
}  // namespace hvgdb::osi
