// SPDX-License-Identifier: GPL-2.0-or-later
// Processes as inferiors: attaching and detaching.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

using gdbserver::ThreadId;
using gdbserver::cmd::PointKind;
using testing::ElementsAre;
using testing::IsEmpty;

struct AttachedProcesses : WithProcesses {};

TEST_F(AttachedProcesses, AttachingPausesTheRunningMachine) {
    ASSERT_TRUE(rig.debuggee.attach(kFirst));
    EXPECT_TRUE(rig.debuggee.pausing());
    EXPECT_FALSE(rig.debuggee.attached());
    EXPECT_EQ(rig.run_to_report(), "T0 500.500");
    EXPECT_FALSE(rig.machine.running());
    EXPECT_THAT(rig.debuggee.threads(), ElementsAre(ThreadId{kFirst, kFirst}, ThreadId{kFirst, kWorker}));
}

TEST_F(AttachedProcesses, AttachingIsDoneAtOnceWhenTheMachineIsPaused) {
    rig.machine.deliver({});
    ASSERT_TRUE(rig.debuggee.attach(kFirst));
    EXPECT_FALSE(rig.debuggee.pausing());
    EXPECT_EQ(rig.debuggee.last_stop()->thread, (ThreadId{kFirst, kFirst}));
    EXPECT_EQ(rig.next(), "paused");
}

TEST_F(AttachedProcesses, TwoAndTheMachineAreAttachedAtOnce) {
    for (const auto pid : {kSecond, kMachine, kFirst, kSecond}) {
        rig.attach(pid);
    }
    EXPECT_THAT(rig.debuggee.threads(),
                ElementsAre(ThreadId{kSecond, kSecond}, ThreadId{kMachine, kMachine + 1},
                            ThreadId{kMachine, kMachine + 2}, ThreadId{kFirst, kFirst}, ThreadId{kFirst, kWorker}));
}

TEST_F(AttachedProcesses, UnknownOnesAreRefusedWithoutAPause) {
    const auto attached = rig.debuggee.attach(77);
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().code, Errc::not_found);
    EXPECT_EQ(rig.machine.interrupts(), 0U);
    EXPECT_TRUE(rig.machine.running());
    rig.machine.deliver({});
    EXPECT_FALSE(rig.debuggee.attach(77));
    EXPECT_FALSE(rig.debuggee.attached());
}

TEST_F(AttachedProcesses, WithoutAnOperatingSystemThereAreNone) {
    rig.debuggee.set_os(nullptr);
    EXPECT_FALSE(rig.debuggee.attach(kFirst));
    rig.machine.deliver({});
    EXPECT_FALSE(rig.debuggee.attach(kFirst));
    EXPECT_TRUE(rig.debuggee.attach(kMachine));
}

TEST_F(AttachedProcesses, OneThatIsGoneByTheTimeOfThePauseIsNotAttached) {
    ASSERT_TRUE(rig.debuggee.attach(kFirst));
    rig.os.end(kFirst);
    (void)rig.machine.run_until_stop(1);
    EXPECT_EQ(rig.next(), "failed");
    EXPECT_EQ(rig.next(), "running");
    EXPECT_FALSE(rig.debuggee.attached());
}

TEST_F(AttachedProcesses, AGlanceLetsTheMachineRunOn) {
    ASSERT_TRUE(rig.debuggee.glance());
    EXPECT_EQ(rig.run_to_report(), "glanced");
    EXPECT_EQ(rig.next(), "running");
    rig.attach(kFirst);
    EXPECT_FALSE(rig.debuggee.glance()) << "it is paused already";
}

TEST_F(AttachedProcesses, DetachingOneOfTwoLeavesTheOthersBreakpoints) {
    rig.attach(kFirst);
    rig.attach(kSecond);
    rig.insert(kFirst, kEntry + 2);
    rig.insert(kSecond, kEntry + 4);
    rig.insert(kFirst, 0x5000, PointKind::write);
    rig.debuggee.detach(kFirst);
    EXPECT_THAT(attached_pids(), ElementsAre(kSecond));
    EXPECT_EQ(rig.next(), "paused");
    rig.os.run(kVcpu0, kFirst);
    rig.os.run(kVcpu1, kSecond);
    rig.resume();
    EXPECT_THAT(rig.machine.watchpoints(), IsEmpty());
    EXPECT_EQ(rig.run_to_report(), "T5 600.600 swbreak");
    rig.debuggee.detach(kSecond);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
}

TEST_F(AttachedProcesses, DetachingAllWhileTheyRunPausesOnceToCleanUp) {
    rig.attach(kFirst);
    rig.attach(kSecond);
    rig.insert(kFirst, kEntry + 2);
    rig.resume();
    rig.debuggee.detach_all();
    EXPECT_EQ(rig.run_to_report(), "running");
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
    EXPECT_FALSE(rig.debuggee.attached());
}

}  // namespace
}  // namespace hvgdb::test
