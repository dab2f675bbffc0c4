// SPDX-License-Identifier: GPL-2.0-or-later
// Programs whose start is waited for.
#include <gtest/gtest.h>

#include "tests/gdbserver/debuggee_events_fixture.hpp"

namespace hvgdb::test {
namespace {

using osi::EventKind;

TEST_F(WithEvents, AProgramThatStartsIsAttached) {
    const struct {
        const char* name;
        osi::StopAt stop_at;
        std::uint64_t pc;
    } rows[] = {{"start", osi::StopAt::start, kEntry}, {"entry", osi::StopAt::entry, kProgram}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ASSERT_TRUE(rig.debuggee.attach_start({.program = "second", .stop_at = row.stop_at}));
        EXPECT_TRUE(rig.debuggee.pausing());
        starts("/bin/other");
        rig.run();
        EXPECT_EQ(rig.next(), "running");
        starts("/bin/second");
        rig.machine.set_next(notice, row.pc);
        EXPECT_EQ(rig.run_to_report(), "T5 600.600");
        EXPECT_EQ(attached_pids(), std::vector{kSecond});
        EXPECT_FALSE(rig.debuggee.pausing());
        rig.debuggee.detach_all();
        rig.run();
        EXPECT_EQ(rig.next(), "running");
    }
}

TEST_F(WithEvents, CtrlCEndsTheWaiting) {
    ASSERT_TRUE(rig.debuggee.attach_start({.program = "second"}));
    EXPECT_EQ(rig.interrupt(), "failed");
    EXPECT_FALSE(rig.debuggee.pausing());
    EXPECT_TRUE(rig.machine.running());
    starts("/bin/second");
    rig.run();
    EXPECT_EQ(rig.next(), "running");
}

TEST_F(WithEvents, WhatEndsBeforeItArrivesCannotBeAttached) {
    ASSERT_TRUE(rig.debuggee.attach_start({.program = "/bin/second"}));
    rig.run(1);
    starts("/bin/second");
    rig.run();
    EXPECT_EQ(rig.next(), "running");
    happens(EventKind::exited, kSecond, kSecond, osi::event::Exited{.status = 9});
    EXPECT_EQ(rig.run_to_report(), "failed");
}

TEST_F(WithEvents, AProgramThatStartsIsHeldUntilItIsAttached) {
    ASSERT_TRUE(rig.debuggee.hold_start({.program = "second", .stop_at = osi::StopAt::start}));
    EXPECT_FALSE(rig.debuggee.pausing());
    rig.debuggee.look_for_kernel();
    rig.run(1);
    starts("/bin/second");
    EXPECT_EQ(rig.run_to_report(), "held 600");
    EXPECT_FALSE(rig.machine.running());
    ASSERT_TRUE(rig.debuggee.attach(kSecond));
    EXPECT_FALSE(rig.debuggee.held());
    rig.resume();
    EXPECT_EQ(rig.next(), "running");
}

TEST_F(WithEvents, WhatIsHeldIsToldOfWhatIsAttached) {
    rig.attach(kFirst);
    ASSERT_TRUE(rig.debuggee.hold_start({.program = "second", .stop_at = osi::StopAt::start}));
    rig.resume();
    starts("/bin/second");
    EXPECT_EQ(rig.run_to_report(), "T0 500.500");
    ASSERT_TRUE(rig.debuggee.held());
    EXPECT_EQ(rig.debuggee.held()->pid, kSecond);
    rig.resume();
    EXPECT_FALSE(rig.debuggee.held());
}

TEST_F(WithEvents, WhatIsHeldRunsOnWhenNobodyWantsIt) {
    for (const bool for_good : {false, true}) {
        ASSERT_TRUE(rig.debuggee.hold_start({.program = "second", .stop_at = osi::StopAt::start}, for_good));
        rig.debuggee.look_for_kernel();
        rig.run(1);
        starts("/bin/second");
        ASSERT_EQ(rig.run_to_report(), "held 600");
        rig.debuggee.forget_starts();
        EXPECT_EQ(rig.machine.running(), !for_good);
    }
}

}  // namespace
}  // namespace hvgdb::test
