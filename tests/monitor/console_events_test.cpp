// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about events and starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ConsoleEventsTest : public testing::Test, public ConsoleFixture {
  protected:
    void tell_exit(osi::ProcessId pid, std::string command) {
        (void)events.tell({.kind = osi::EventKind::exited,
                           .vcpu = {},
                           .pid = pid,
                           .tid = pid,
                           .command = std::move(command),
                           .what = osi::event::Exited{0}});
    }
};

TEST_F(ConsoleEventsTest, EventsTellsWhatIsLoggedAndTheKinds) {
    EXPECT_THAT(ask("events"), StartsWith("nothing is logged\n"
                                          "kind       when it is told\n"
                                          "started    a process runs another program (exec)\n"));
    EXPECT_EQ(ask("events on"), "logged: started, forked, exited, of all processes\n");
    EXPECT_THAT(ask("events"), StartsWith("logged: started, forked, exited, of all processes\nkind "));
    EXPECT_EQ(ask("events threads gone 812"), "logged: threads, gone, of process 812\n");
    EXPECT_EQ(ask("events all 'a\x1b b'"), "logged: all, of processes called a. b\n");
    EXPECT_EQ(ask("events off"), "nothing is logged\n");
}

TEST_F(ConsoleEventsTest, EventsPrintsThem) {
    (void)ask("events exited cat");
    tell_exit(812, "cat");
    tell_exit(813, "dog");
    EXPECT_THAT(printed, testing::EndsWith(" ms [812.812] cat: exited with 0\n"));
    EXPECT_EQ(std::ranges::count(printed, '\n'), 1);
    printed.clear();
    console.clear();
    tell_exit(812, "cat");
    EXPECT_EQ(printed, "");
}

TEST_F(ConsoleEventsTest, ProcessesThatRunAlreadyAreFoundByTheirProgram) {
    os.guest = sample_guest();
    os.guest.processes[3].executable = "/usr/sbin/sshd";
    (void)ask("events exited sshd");
    tell_exit(os.guest.processes[3].process.pid, "sftp: idle");
    EXPECT_THAT(printed, HasSubstr("sftp: idle: exited with 0"));
}

TEST_F(ConsoleEventsTest, EventsTellsWhatCannotBeHad) {
    events.refuse(osi::EventKind::gone);
    EXPECT_EQ(ask("events gone exited"),
              "logged: exited, of all processes\n"
              "not to be had: gone: this kernel does not tell\n");
    events.refuse(osi::EventKind::syscall_returned);
    EXPECT_EQ(ask("events syscalls forked"),
              "logged: forked, syscall entered, of all processes\n"
              "not to be had: syscall returned: this kernel does not tell\n");
    EXPECT_EQ(ask("events gone"), "events: this kernel does not tell\n");
    EXPECT_THAT(ask("events"), StartsWith("nothing is logged\n"));
}

TEST_F(ConsoleEventsTest, EventsTellsThatAKernelIsWaitedFor) {
    events.set_kernel(false);
    EXPECT_EQ(ask("events exited"), "logged: exited, of all processes, once a kernel is found\n");
}

TEST_F(ConsoleEventsTest, WaitOrdersAHold) {
    EXPECT_EQ(ask("wait"), "no program is waited for\n");
    EXPECT_EQ(ask("wait cat"), "waiting for cat, to hold it at its entry point\n");
    EXPECT_EQ(ask("wait '/opt/a b' start"), "waiting for /opt/a b, to hold it before its first instruction\n");
    EXPECT_EQ(ask("wait /bin/x main"), "waiting for /bin/x, to hold it in main\n");
    EXPECT_THAT(orders, testing::ElementsAre(osi::StartOrder{"cat", osi::StopAt::entry},
                                             osi::StartOrder{"/opt/a b", osi::StopAt::start},
                                             osi::StartOrder{"/bin/x", osi::StopAt::main_function}));
    held = {812, "do\x1bg"};
    EXPECT_EQ(ask("wait"),
              "held at  program\n"
              "entry    cat\n"
              "start    /opt/a b\n"
              "main     /bin/x\n"
              "held: 812 (do.g)\n");
}

TEST_F(ConsoleEventsTest, WaitTellsWhyItWasRefused) {
    EXPECT_EQ(ask("wait refused"), "wait: this kernel does not tell\n");
    EXPECT_EQ(ask("wait /usr/bin/"), "wait: \"/usr/bin/\" is no program\n");
    EXPECT_TRUE(orders.empty());
}

TEST_F(ConsoleEventsTest, UnwaitForgetsOneOrAll) {
    orders = {{"cat"}, {"dog"}, {"cow"}};
    held = {812, "bird"};
    EXPECT_EQ(ask("unwait cat"), "held at  program\nentry    dog\nentry    cow\nheld: 812 (bird)\n");
    EXPECT_EQ(ask("unwait dig"), "unwait: \"dig\" is not waited for (did you mean \"dog\"?)\n");
    EXPECT_EQ(ask("unwait elephant"), "unwait: \"elephant\" is not waited for\n");
    EXPECT_EQ(orders.size(), 2u);
    EXPECT_EQ(ask("unwait"), "no program is waited for\n");
    EXPECT_TRUE(orders.empty());
    EXPECT_EQ(held, std::nullopt);
}

TEST_F(ConsoleEventsTest, WithoutEventsTheyAreRefused) {
    Console without(
        ConsoleContext{.machine = machine, .instrumentation = instrumentation, .set_scope = {}, .get_scope = {}});
    for (const std::string name : {"events", "wait", "unwait"}) {
        EXPECT_EQ(without.execute(name, {VcpuId{0}, {}, {}}), name + ": not available here\n");
    }
}

}  // namespace
}  // namespace hvgdb::monitor
