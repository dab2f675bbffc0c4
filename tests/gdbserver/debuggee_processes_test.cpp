// SPDX-License-Identifier: GPL-2.0-or-later
// Processes as inferiors: whose stop it is, and the end of a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

using gdbserver::cmd::PointKind;
using testing::ElementsAre;
using testing::IsEmpty;

struct Processes : WithProcesses {};

TEST_F(Processes, TheirBreakpointsCountInTheirAddressSpaceOnly) {
    rig.attach(kFirst);
    rig.insert(kFirst, kEntry + 4);
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "running");
    EXPECT_EQ(rig.interrupt(), "T2 500.500");
    rig.os.run(kVcpu1, kWorker);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 swbreak");
    EXPECT_EQ(rig.machine.pc(kVcpu1), kEntry + 4);
}

TEST_F(Processes, TheSameAddressMeansEachItsOwn) {
    for (const auto pid : {kMachine, kFirst, kSecond}) {
        rig.attach(pid);
    }
    rig.insert(kFirst, kEntry + 2, PointKind::hardware);
    rig.insert(kSecond, kEntry + 2);
    rig.insert(kMachine, kEntry + 6);
    rig.os.run(kVcpu0, kFirst);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.500 hwbreak");
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 600.600 swbreak");
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000001 swbreak");
}

TEST_F(Processes, BreakpointsFollowAnotherAddressSpace) {
    rig.attach(kFirst);
    rig.insert(kFirst, kEntry + 4);
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.interrupt(), "T2 500.500");
    rig.os.guest.processes.front().process.user_space = AddressSpace{0x999000};  // it has executed another program
    rig.os.run(kVcpu0, kFirst);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.500 swbreak");
}

TEST_F(Processes, AThreadThatSharesTheMemoryButIsNotAttachedPassesInSilence) {
    rig.attach(kFirst);
    rig.insert(kFirst, kEntry + 4);
    rig.os.guest.processes.back().process.user_space = ScheduledOs::space_of(kFirst);
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.next(), "running");
    EXPECT_GT(rig.machine.resumes().size(), 2U) << "it stopped nowhere";
    EXPECT_EQ(rig.interrupt(), "T2 500.500");
}

TEST_F(Processes, WatchpointsHitByOthersArePassed) {
    rig.attach(kFirst);
    rig.insert(kFirst, 0x5000, PointKind::write);
    rig.os.run(kVcpu0, kSecond);
    rig.os.run(kVcpu1, kWorker);
    rig.resume();
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "running");
    rig.deliver_watchpoint(kVcpu1, 0x5001);
    EXPECT_EQ(rig.next(), "running") << "another address";
    rig.deliver_watchpoint(kVcpu1, 0x5000);
    EXPECT_EQ(rig.next(), "T5 500.501 watch");
}

TEST_F(Processes, WatchpointsOfTheMachineAreForEverybody) {
    rig.attach(kFirst);
    rig.attach(kMachine);
    rig.insert(kMachine, 0x5000, PointKind::write);
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    rig.deliver_watchpoint(kVcpu0, 0x5000);
    EXPECT_EQ(rig.next(), "T5 10000000.10000001 watch");
}

struct CtrlC : Processes {};

TEST_F(CtrlC, PicksTheRunningThreadOfTheSelectedInferior) {
    rig.attach(kFirst);
    rig.attach(kSecond);
    struct Case {
        std::uint32_t selected;
        osi::ThreadId on_vcpu0, on_vcpu1;
        std::string report;
    };
    for (const auto& it : {Case{kFirst, kSecond, kWorker, "T2 500.501"}, Case{kFirst, kFirst, kSecond, "T2 500.500"},
                           Case{kSecond, kWorker, kFirst, "T2 600.600"}}) {
        rig.debuggee.prefer(it.selected);
        rig.os.run(kVcpu0, it.on_vcpu0);
        rig.os.run(kVcpu1, it.on_vcpu1);
        rig.resume();
        EXPECT_EQ(rig.interrupt(), it.report);
    }
}

TEST_F(CtrlC, PrefersAThreadInUserCodeToOneInTheKernel) {
    rig.attach(kFirst);
    rig.os.run(kVcpu0, kFirst);
    rig.machine.set_pc(kVcpu0, kKernel);
    rig.os.run(kVcpu1, kWorker);
    rig.resume();
    EXPECT_EQ(rig.interrupt(), "T2 500.501");
}

TEST_F(CtrlC, StaysWithTheThreadThatStoppedLastWhenNoneRuns) {
    rig.attach(kFirst);
    rig.insert(kFirst, kEntry + 4);
    rig.os.run(kVcpu0, kWorker);
    rig.resume();
    ASSERT_EQ(rig.run_to_report(), "T5 500.501 swbreak");
    rig.os.leave(kVcpu0);
    rig.resume();
    EXPECT_EQ(rig.interrupt(), "T2 500.501");
}

TEST_F(CtrlC, OnTheMachineIsAVcpu) {
    rig.attach(kFirst);
    rig.attach(kMachine);
    rig.debuggee.prefer(kMachine);
    rig.os.run(kVcpu0, kFirst);
    rig.resume();
    EXPECT_EQ(rig.interrupt(), "T2 10000000.10000001");
}

TEST_F(Processes, AnEndIsReportedAndTheMachineRunsOn) {
    struct Case {
        char state;
        std::uint32_t code;
        std::string report;
    };
    for (const auto& it : {Case{'?', 0, "W0 500"}, Case{'Z', 3 << 8, "W3 500"}, Case{'Z', 9, "X9 500"},
                           Case{'X', 0x86, "X6 500"}}) {  // 0x80: with a core
        DebuggeeRig fresh;
        fresh.attach(kFirst);
        fresh.insert(kFirst, kEntry);
        fresh.resume();
        auto& process = fresh.os.guest.processes.front().process;
        process.state = it.state;
        process.exit_code = it.code;
        if (it.state == '?') {
            fresh.os.end(kFirst);
        }
        EXPECT_EQ(fresh.interrupt(), it.report);
        EXPECT_EQ(fresh.next(), "running");
        EXPECT_FALSE(fresh.debuggee.attached());
        EXPECT_THAT(fresh.instrumentation.sites(), IsEmpty());
    }
}

TEST_F(Processes, TheEndOfOneLeavesTheOtherPaused) {
    rig.attach(kFirst);
    rig.attach(kSecond);
    rig.resume();
    rig.debuggee.prefer(kFirst);
    rig.os.end(kFirst);
    EXPECT_EQ(rig.interrupt(), "W0 500");
    EXPECT_EQ(rig.next(), "paused");
    EXPECT_THAT(attached_pids(), ElementsAre(kSecond));
    rig.resume();
    EXPECT_EQ(rig.interrupt(), "T2 600.600");
}

TEST_F(Processes, AnotherProcessWithTheSameNumberIsNotTheSame) {
    rig.os.guest.processes.front().process.start_time = 1;
    rig.attach(kFirst);
    rig.resume();
    rig.os.guest.processes.front().process.start_time = 2;
    EXPECT_EQ(rig.interrupt(), "W0 500");
}

TEST_F(Processes, ABreakpointInMemoryThatMustNotBeExecutedLetsItBeExecuted) {
    rig.attach(kFirst);
    rig.insert(kFirst, 0x70000100);
    rig.insert(kFirst, 0x70000200);
    const auto pages = [this] { return rig.os.executable_pages().size(); };
    EXPECT_EQ(pages(), 1U);
    rig.debuggee.remove(kFirst, {.kind = PointKind::software, .address = VirtAddr{0x70000100}, .length = 1});
    EXPECT_EQ(pages(), 1U);
    rig.debuggee.remove(kFirst, {.kind = PointKind::software, .address = VirtAddr{0x70000200}, .length = 1});
    EXPECT_EQ(pages(), 0U);
    rig.insert(kFirst, 0x70000100);
    rig.debuggee.detach(kFirst);
    EXPECT_EQ(pages(), 0U);
}

}  // namespace
}  // namespace hvgdb::test
