// SPDX-License-Identifier: GPL-2.0-or-later
// Hits of watchpoints that QEMU keeps, and those that it tells twice.
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

using gdbserver::cmd::PointKind;

struct HitsAtOnce : WithProcesses {
    /// vCPU 1 executes one instruction, and no other does anything.
    void expect_asked() {
        EXPECT_EQ(rig.plan().others, emulator::RunMode::stay);
        EXPECT_EQ(rig.plan().vcpus, (std::vector{std::pair{kVcpu1, emulator::RunMode::step}}));
    }
    void run_with_watchpoint(osi::ThreadId on_vcpu0) {
        rig.attach(kFirst);
        rig.insert(kFirst, 0x5000, PointKind::write);
        rig.os.run(kVcpu0, on_vcpu0);
        rig.os.run(kVcpu1, kWorker);
        rig.resume();
    }
};

TEST_F(HitsAtOnce, OneBehindThatOfAnotherProcessIsFound) {
    run_with_watchpoint(kSecond);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "running");
    expect_asked();
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.501 watch");
}

TEST_F(HitsAtOnce, TheSecondOfTwoIsToldWhenTheClientGoesOn) {
    run_with_watchpoint(kFirst);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.500 watch");
    rig.resume();
    expect_asked();
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.501 watch");
    rig.resume();
    EXPECT_TRUE(rig.plan().vcpus.empty()) << "all have been asked";
}

TEST_F(HitsAtOnce, WithoutAnyTheMachineGoesOn) {
    run_with_watchpoint(kSecond);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    expect_asked();
    rig.run();
    EXPECT_EQ(rig.next(), "running");
    EXPECT_TRUE(rig.plan().vcpus.empty());
}

TEST_F(HitsAtOnce, AStepThatEndsBeforeItsInstructionIsRepeated) {
    run_with_watchpoint(kSecond);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    expect_asked();
    rig.deliver(emulator::MachineStop::Reason::stepped, kVcpu1);
    expect_asked();
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.501 watch");
}

TEST_F(HitsAtOnce, AnInstructionThatStaysWhereItIsIsNotSteppedForEver) {
    run_with_watchpoint(kSecond);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    unsigned steps = 0;
    for (; steps < 100 && !rig.plan().vcpus.empty(); ++steps) {
        rig.deliver(emulator::MachineStop::Reason::stepped, kVcpu1);
    }
    EXPECT_EQ(steps, 1 + gdbserver::HitSearch::kMaxRepeats);
    EXPECT_EQ(rig.next(), "running");
}

TEST_F(HitsAtOnce, WhatMayBeHaltedIsNotAsked) {
    run_with_watchpoint(kSecond);
    rig.os.leave(kVcpu1);
    rig.machine.set_pc(kVcpu1, 0xffff'ffff'8100'0000);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_TRUE(rig.plan().vcpus.empty());
}

TEST_F(HitsAtOnce, AThreadInTheKernelIsAsked) {
    run_with_watchpoint(kSecond);
    rig.machine.set_pc(kVcpu1, 0xffff'ffff'8100'0000);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    expect_asked();
}

TEST_F(HitsAtOnce, AWatchpointStaysUntilAllHaveBeenAsked) {
    run_with_watchpoint(kFirst);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.500 watch");
    rig.debuggee.remove(kFirst, {.kind = PointKind::write, .address = VirtAddr{0x5000}, .length = 1});
    rig.resume();
    expect_asked();
    EXPECT_EQ(rig.machine.watchpoints().size(), 1U);
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_TRUE(rig.machine.watchpoints().empty());
}

TEST_F(HitsAtOnce, AllAreAskedBeforeTheLastClientLeaves) {
    run_with_watchpoint(kFirst);
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.500 watch");
    rig.debuggee.detach(kFirst);
    expect_asked();
    EXPECT_EQ(rig.machine.watchpoints().size(), 1U);
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_TRUE(rig.plan().vcpus.empty());
    EXPECT_TRUE(rig.machine.watchpoints().empty());
}

TEST_F(HitsAtOnce, ThatQemuTellsOnceMoreAfterTheLastClientLeftHoldsNobody) {
    run_with_watchpoint(kFirst);
    rig.debuggee.detach_all();
    rig.run();
    rig.deliver(emulator::MachineStop::Reason::stray);
    EXPECT_EQ(rig.next(), "running");
}

}  // namespace
}  // namespace hvgdb::test
