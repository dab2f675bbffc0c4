// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_vcpu_state.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

TEST(X86VcpuState, ComesOutOfARegisterBlock) {
    test::FakeMachine machine(2);
    constexpr VcpuId vcpu{1};
    machine.set_register(vcpu, "rax", 1);
    machine.set_register(vcpu, "rsp", 0x7ffc'0000'1000);
    machine.set_register(vcpu, "r15", 15);
    machine.set_register(vcpu, "rip", 0x40'1000);
    machine.set_register(vcpu, "eflags", 0x246);
    machine.set_register(vcpu, "cs", 0x33);
    machine.set_register(vcpu, "ss", 0x2b);
    machine.set_register(vcpu, "fs_base", 0x7f00'0000'2000);
    machine.set_register(vcpu, "gs_base", 5);
    machine.set_register(vcpu, "k_gs_base", 0xffff'8881'0000'0000);
    const auto block = machine.read_registers(vcpu);
    ASSERT_TRUE(block);

    const auto state = x86_vcpu_state(machine.description(), *block);
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ((*state)[X86General::rax], 1u);
    EXPECT_EQ((*state)[X86General::rsp], 0x7ffc'0000'1000u);
    EXPECT_EQ((*state)[X86General::r15], 15u);
    EXPECT_EQ(state->rip, 0x40'1000u);
    EXPECT_EQ(state->eflags, 0x246u);
    EXPECT_EQ(state->ss, 0x2b);
    EXPECT_EQ(state->fs_base, 0x7f00'0000'2000u);
    EXPECT_EQ(state->gs_base, 5u);
    EXPECT_EQ(state->k_gs_base, 0xffff'8881'0000'0000u);
    EXPECT_TRUE(state->user_mode());
}

TEST(X86VcpuState, NeedsTheRegistersAndTheWholeBlock) {
    const auto missing = x86_vcpu_state(emulator::TargetDescription{}, {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::unsupported);

    test::FakeMachine machine(1);
    const auto block = machine.read_registers(VcpuId{0});
    ASSERT_TRUE(block);
    const auto* last = machine.description().find("k_gs_base");
    ASSERT_NE(last, nullptr);
    const auto cut = x86_vcpu_state(machine.description(), std::span(*block).first(last->offset + last->size - 1));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Errc::bad_argument);
}

}  // namespace
}  // namespace hvgdb::osi
