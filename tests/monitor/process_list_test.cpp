// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Call = test::FakeOs::Call;

class ProcessListTest : public testing::Test, public ConsoleFixture {
  protected:
    ProcessListTest() { os.guest = sample_guest(); }

    void add(osi::ProcessId pid, std::optional<osi::ProcessId> parent) {
        osi::Process process;
        process.pid = pid;
        process.parent = parent;
        process.command = "p" + std::to_string(pid);
        os.guest.add(process);
    }
};

TEST_F(ProcessListTest, IsATable) {
    const auto text = ask("proclist");
    EXPECT_EQ(text,
              " pid  ppid   uid  mode  s  thr  start  name         command line\n"
              "   1     0     0  user  S    1   0.01  systemd      /sbin/init\n"
              "   2     0     0  kern  I    1   0.01  kthreadd     [kthreadd]\n"
              "  17     2     0  kern  I    1   0.01  kworker/0:1  [kworker/0:1]\n"
              " 812     1  1000  user  R    2   4.81  sshd         sshd: /usr/sbin/sshd -D [...\n"
              "1001   812  1000  user  S    1  61.25  bash         -bash -c for i in $(seq 1...\n");
    EXPECT_EQ(ask("proclist flat"), text);
}

TEST_F(ProcessListTest, IsATree) {
    EXPECT_EQ(ask("proclist tree"),
              " pid   uid  s  name           command line\n"
              "   1     0  S  systemd        /sbin/init\n"
              " 812  1000  R    sshd         sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 ...\n"
              "1001  1000  S      bash       -bash -c for i in $(seq 1 100000); do echo $i; ...\n"
              "   2     0  I  kthreadd       [kthreadd]\n"
              "  17     0  I    kworker/0:1  [kworker/0:1]\n");
}

TEST_F(ProcessListTest, IsFilteredByNameProgramAndFirstWord) {
    const struct {
        std::string_view name;
        std::vector<unsigned> pids;
    } rows[] = {{"ssh", {812}}, {"systemd/", {1}}, {"-bash", {1001}},         {"kworker/0:1", {17}}, {"sshd:", {812}},
                {"SSH", {}},    {"seq", {}},       {"/usr/", {1, 812, 1001}}, {"th", {2}},           {"listener", {}}};
    for (const auto& row : rows) {
        const auto text = ask("proclist " + std::string(row.name));
        for (const unsigned pid : {1u, 2u, 17u, 812u, 1001u}) {
            const bool listed = std::ranges::any_of(os.guest.processes, [&](const test::FakeProcess& it) {
                return it.process.pid == pid && text.contains("  " + it.process.command + " ");
            });
            EXPECT_EQ(listed, std::ranges::find(row.pids, pid) != row.pids.end()) << row.name << " " << pid << "\n"
                                                                                  << text;
        }
    }
    EXPECT_EQ(ask("proclist nonsense"), "no such process\n");
    EXPECT_EQ(ask("proclist tree nonsense"), "no such process\n");
}

TEST_F(ProcessListTest, ATreeShowsTheAncestorsOfWhatMatches) {
    EXPECT_EQ(ask("proclist tree bash"),
              " pid   uid  s  name      command line\n"
              "   1     0  S  systemd   /sbin/init\n"
              " 812  1000  R    sshd    sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\n"
              "1001  1000  S      bash  -bash -c for i in $(seq 1 100000); do echo $i; done\n");
}

TEST_F(ProcessListTest, WhatIsUnknownIsADash) {
    os.guest = {};
    os.guest.add({});
    EXPECT_EQ(ask("proclist"),
              "pid  ppid  uid  mode  s  thr  start  name  command line\n"
              "  0     -    -  user  ?    1      -        []\n");
}

TEST_F(ProcessListTest, UnreadableCommandLinesLeaveTheRest) {
    os.refuse(Call::arguments, {Errc::fault, "no memory there"});
    os.refuse(Call::executable, {Errc::fault, "no memory there"});
    const auto text = ask("proclist sshd");
    EXPECT_THAT(text, HasSubstr("sshd  unreadable\n"));
}

TEST_F(ProcessListTest, HostileStringsAreHarmless) {
    os.guest.processes[3].process.command = std::string(kHostile) + std::string(1000, 'x');
    os.guest.processes[3].arguments = {kHostile, std::string(100'000, 'y')};
    const auto text = ask("proclist");
    EXPECT_THAT(text, HasSubstr(".]0;owned.  row ...  .]0;owned.  row ....\n"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 6);
}

TEST_F(ProcessListTest, RingsOfParentsAreShownOnce) {
    os.guest = {};
    add(5, 6);
    add(6, 7);
    add(7, 5);
    add(8, 8);
    add(9, 4711);
    add(8, 9);
    EXPECT_EQ(ask("proclist tree"),
              "pid  uid  s  name    command line\n"
              "  8    -  ?  p8      [p8]\n"
              "  9    -  ?  p9      [p9]\n"
              "  8    -  ?    p8    [p8]\n"
              "  5    -  ?  p5      [p5]\n"
              "  7    -  ?    p7    [p7]\n"
              "  6    -  ?      p6  [p6]\n");
    EXPECT_THAT(ask("proclist tree p6"), HasSubstr("p5"));
    EXPECT_THAT(ask("proclist tree p6"), Not(HasSubstr("p8")));
}

TEST_F(ProcessListTest, TenThousandProcessesAreAllShown) {
    os.guest = {};
    constexpr unsigned kMany = 10'000;
    for (unsigned pid = 1; pid <= kMany; ++pid) {
        add(pid, pid - 1);
    }
    for (const std::string line : {"proclist", "proclist tree"}) {
        const auto text = ask(line);
        EXPECT_EQ(std::ranges::count(text, '\n'), kMany + 1) << line;
        EXPECT_THAT(text, HasSubstr("p10000  ["));
        EXPECT_EQ(std::ranges::count(ask(line + " p1000"), '\n'), line.ends_with("tree") ? kMany + 1 : 3);
    }
}

TEST_F(ProcessListTest, FailsWhereTheListFails) {
    os.refuse(Call::processes, {Errc::fault, "the list of tasks\n is damaged"});
    EXPECT_EQ(ask("proclist"), "proclist: the list of tasks is damaged\n");
}

}  // namespace
}  // namespace hvgdb::monitor
