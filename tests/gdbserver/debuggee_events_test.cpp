// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/gdbserver/debuggee_events_fixture.hpp"

namespace hvgdb::test {
namespace {

using gdbserver::Stopped;
using osi::EventKind;

constexpr std::uint32_t kChild = 700;
constexpr unsigned kUsr1 = 10;  // Linux's
constexpr unsigned kProtocolUsr1 = 30;
constexpr unsigned kProtocolUsr2 = 31;

TEST_F(WithEvents, WithoutAClientNothingIsSubscribedTo) {
    rig.attach(kFirst);
    rig.resume();
    EXPECT_EQ(events.subscribers(EventKind::exited), 1);
    EXPECT_EQ(events.subscribers(EventKind::forked), 0) << "nobody wants it";
    EXPECT_EQ(rig.interrupt(), "T2 500.500");
    rig.debuggee.detach_all();
    for (std::size_t kind = 0; kind < osi::kEventKinds; ++kind) {
        EXPECT_EQ(events.subscribers(static_cast<EventKind>(kind)), 0) << kind;
    }
}

TEST_F(WithEvents, TheRunningMachineIsPausedOnlyToTakeOutWhatIsInIt) {
    const struct {
        const char* name;
        std::uint32_t pid;
        bool told;  ///< by the kernel
        unsigned pauses;
    } rows[] = {{"the machine", kMachine, true, 0},
                {"a process", kFirst, true, 1},
                {"a process of which nothing is told", kFirst, false, 0}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        FakeEvents other;
        for (const auto kind : {EventKind::started, EventKind::exited, EventKind::signal}) {
            if (!row.told) {
                other.refuse(kind);
            }
        }
        rig.debuggee.set_os(&rig.os, &other);
        rig.attach(row.pid);
        rig.resume();
        const auto before = rig.machine.interrupts();
        rig.debuggee.detach_all();
        EXPECT_EQ(rig.machine.interrupts() - before, row.pauses);
        rig.run();
        EXPECT_EQ(rig.next(), "running");
        rig.debuggee.set_os(&rig.os);
    }
}

TEST_F(WithEvents, TheEndOfAProcessIsToldWhenItComes) {
    const struct {
        std::uint32_t status;
        const char* report;
    } rows[] = {{0x300, "W3 500"}, {0x0b, "X11 500"}, {0x8b, "X11 500"}, {0, "W0 500"}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.report);
        rig.attach(kSecond);
        rig.attach(kFirst);
        happens(EventKind::exited, kFirst, kFirst, osi::event::Exited{.status = row.status});
        rig.resume();
        EXPECT_EQ(rig.run_to_report(), row.report);
        EXPECT_EQ(attached_pids(), std::vector{kSecond}) << "the session goes on";
        EXPECT_FALSE(rig.machine.running());
    }
}

TEST_F(WithEvents, AForksChildIsAttachedBeforeItRuns) {
    rig.debuggee.set_wishes({.forks = true});
    rig.os.add_process(kChild, "child");
    rig.attach(kFirst);
    happens(EventKind::forked, kFirst, kWorker, osi::event::Forked{.child = kChild});
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 fork");
    EXPECT_EQ(rig.debuggee.last_stop()->related, (gdbserver::ThreadId{.pid = kChild, .tid = kChild}));
    EXPECT_NE(rig.debuggee.find_inferior(kChild), nullptr);
    rig.debuggee.detach(kChild);
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.next(), "running");
}

TEST_F(WithEvents, AVforkEndsWithTheChildsProgram) {
    rig.debuggee.set_wishes({.vforks = true});
    rig.os.add_process(kChild, "child");
    rig.attach(kFirst);
    happens(EventKind::forked, kFirst, kFirst, osi::event::Forked{.child = kChild, .vfork = true});
    rig.resume();
    ASSERT_EQ(rig.run_to_report(), "T5 500.500 vfork");
    rig.debuggee.detach(kChild);
    starts("/bin/true", kChild);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.500 vforkdone");
    starts("/bin/true", kChild);
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.next(), "running") << "its next program concerns nobody";
}

TEST_F(WithEvents, ANewProgramHasNoBreakpointsOfTheOldOne) {
    for (const bool told : {false, true}) {
        SCOPED_TRACE(told);
        rig.debuggee.set_wishes({.execs = told});
        rig.attach(kFirst);
        rig.insert(kFirst, kProgram);
        starts("/bin/new", kFirst);
        rig.resume();
        rig.run();
        EXPECT_EQ(rig.next(), told ? "T5 500.500 exec" : "running");
        EXPECT_FALSE(rig.instrumentation.has_enabled_site(kProgram));
        if (told) {
            EXPECT_EQ(rig.debuggee.last_stop()->path, "/bin/new");
        } else {
            EXPECT_EQ(rig.interrupt(), "T2 500.500");
        }
        rig.debuggee.detach_all();
        rig.run();
    }
}

TEST_F(WithEvents, SignalsAreDeliveredAsTheClientWants) {
    const struct {
        const char* name;
        unsigned with;  ///< what the thread is resumed with
        std::vector<FakeOs::SignalOfThread> discarded, raised;
    } rows[] = {
        {"the same", kProtocolUsr1, {}, {}},
        {"none", 0, {{kWorker, kUsr1}}, {}},
        {"another", kProtocolUsr2, {{kWorker, kUsr1}}, {{kWorker, 12}}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        SetUp();
        rig.attach(kFirst);
        happens(EventKind::signal, kFirst, kWorker, osi::event::Signal{.number = kUsr1});
        rig.resume();
        ASSERT_EQ(rig.run_to_report(), "T30 500.501");
        EXPECT_TRUE(rig.debuggee.last_stop()->siginfo.has_value());
        const auto discarded = rig.os.discarded_signals().size();
        const auto raised = rig.os.raised_signals().size();
        rig.resume({{.motion = gdbserver::cmd::Motion::go,
                     .begin = {},
                     .end = {},
                     .thread = {.pid = kFirst, .tid = kWorker},
                     .signal = row.with},
                    {}});
        const auto& now_discarded = rig.os.discarded_signals();
        const auto& now_raised = rig.os.raised_signals();
        EXPECT_EQ(std::vector(now_discarded.begin() + static_cast<std::ptrdiff_t>(discarded), now_discarded.end()),
                  row.discarded);
        EXPECT_EQ(std::vector(now_raised.begin() + static_cast<std::ptrdiff_t>(raised), now_raised.end()), row.raised);
        EXPECT_EQ(rig.interrupt(), "T2 500.501");
        rig.debuggee.detach_all();
        rig.run();
    }
}

TEST_F(WithEvents, SignalsThatAreToBePassedDoNotStop) {
    gdbserver::Debuggee::Wishes wishes;
    wishes.passed_signals.resize(kProtocolUsr1 + 1);
    wishes.passed_signals[kProtocolUsr1] = true;
    rig.debuggee.set_wishes(wishes);
    rig.attach(kFirst);
    happens(EventKind::signal, kFirst, kWorker, osi::event::Signal{.number = kUsr1});
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.next(), "running");
}

TEST_F(WithEvents, SystemCallsOfOneProcessAreCaught) {
    rig.attach(kFirst);
    EXPECT_FALSE(rig.debuggee.catch_syscalls(kSecond, {{}})) << "not attached";
    ASSERT_TRUE(rig.debuggee.catch_syscalls(kFirst, {{39}}));
    happens(EventKind::syscall_entered, kFirst, kWorker, osi::event::SyscallEntered{.number = 39});
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 enters");
    EXPECT_EQ(rig.debuggee.last_stop()->syscall, 39U);
    happens(EventKind::syscall_returned, kFirst, kWorker, osi::event::SyscallReturned{.number = 39});
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 returns");
    happens(EventKind::syscall_entered, kFirst, kWorker, osi::event::SyscallEntered{.number = 1});
    rig.resume();
    rig.run();
    EXPECT_EQ(rig.next(), "running") << "not one of them";
}

TEST_F(WithEvents, ThreadsAreToldToWhoWantsThem) {
    rig.debuggee.set_wishes({.threads = true});
    rig.attach(kFirst);
    happens(EventKind::thread_created, kFirst, kFirst, osi::event::ThreadCreated{.thread = kWorker});
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 create");
    happens(EventKind::thread_exited, kFirst, kWorker, osi::event::ThreadExited{.status = 0x200});
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "w2 501");
}

}  // namespace
}  // namespace hvgdb::test
