// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/console.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>
#include <vector>

#include "monitor/command_table.hpp"
#include "monitor/text.hpp"
#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

class ConsoleTest : public testing::Test, public ConsoleFixture {};

TEST_F(ConsoleTest, WrongTargetGetsACaret) {
    EXPECT_EQ(ask("taint &0x55555555 3"),
              "Error:\n"
              "    taint &0x55555555 3\n"
              "          ^------ Invalid syntax, expected an address (example: *0x55555555) or\n"
              "                  a register name\n");
}

TEST_F(ConsoleTest, WrongCommandGetsTheListAndAProposal) {
    EXPECT_EQ(ask("gte_taint *0x55555555"),
              "Error:\n"
              "    gte_taint *0x55555555\n"
              "    ^------ Invalid syntax, expected one of the following: \"check_taint\",\n"
              "            \"get_taint\", \"taint\", \"untaint\", \"taint_file\", \"taint_fd\",\n"
              "            \"taint_argv\", \"taint_sources\", \"untaint_source\", \"taint_report\",\n"
              "            \"taint_break\", \"taint_sinks\", \"untaint_sink\", \"taint_policy\",\n"
              "            \"taint_stats\", \"osinfo\", \"proclist\", \"procinfo\", \"threadinfo\",\n"
              "            \"meminfo\", \"files\", \"modules\", \"ksym\", \"osjson\", \"events\", \"wait\",\n"
              "            \"unwait\", \"hook\", \"unhook\", \"vcpus\", \"translate\", \"sites\", \"scope\",\n"
              "            \"version\", \"help\"\n"
              "            (did you mean \"get_taint\"?)\n");
}

TEST_F(ConsoleTest, UnknownRegisterGetsNearOnes) {
    EXPECT_EQ(ask(" check_taint  eaxx "),
              "Error:\n"
              "    check_taint  eaxx\n"
              "                 ^------ Unknown register \"eaxx\"\n"
              "                         (gdb's \"info all-registers\" lists them)\n");
    EXPECT_EQ(ask("taint rsk 1"),
              "Error:\n"
              "    taint rsk 1\n"
              "          ^------ Unknown register \"rsk\"\n"
              "                  (did you mean \"rsi\" or \"rsp\"?)\n");
}

TEST_F(ConsoleTest, EveryExampleOfTheTableIsAnswered) {
    os.guest = sample_guest();
    for (const auto& command : kCommands) {
        const auto answer = ask(command.example);
        EXPECT_FALSE(answer.starts_with("Error:")) << answer;
        EXPECT_EQ(answer.find("not available"), std::string::npos) << answer;
    }
}

TEST_F(ConsoleTest, HelpListsEveryCommand) {
    const auto text = ask("help");
    for (const auto& command : kCommands) {
        const auto start = "\n  " + std::string(command.name) + " ";
        EXPECT_NE(text.find(start), std::string::npos) << command.name << "\n" << text;
        EXPECT_NE(text.find(command.summary), std::string::npos) << command.summary;
    }
    EXPECT_EQ(ask(""), text);
    EXPECT_EQ(ask(" \t\n"), text);
}

TEST_F(ConsoleTest, HelpExplainsOneCommand) {
    EXPECT_EQ(ask("help get_taint"),
              "get_taint TARGET[:LENGTH]\n"
              "    Lists the taint labels of bytes of memory, or of a register. Neighbours with\n"
              "    the same labels are one line; a byte without labels is not listed. \"a..b\"\n"
              "    are all numbers from a to b.\n"
              "    Example: monitor get_taint rax\n");
    EXPECT_EQ(ask("help version"),
              "version\n"
              "    Tells the version of hvgdb and the architecture of the machine.\n"
              "    Example: monitor version\n");
}

TEST_F(ConsoleTest, VersionNamesTheMachine) {
    EXPECT_EQ(ask("version"), "hvgdb " HVGDB_VERSION "\nmachine: i386:x86-64, 2 vCPUs\n");
}

TEST_F(ConsoleTest, VcpusShowsWhatEachDoes) {
    enter_long_mode(0, 0x10, 0x1234'0000);
    enter_long_mode(1, 0x33, 0x8000'0000'0567'8801);
    machine.set_pc(VcpuId{0}, 0xffff'ffff'8100'0000);
    machine.set_pc(VcpuId{1}, 0x40'1136);
    EXPECT_EQ(ask("vcpus", 1),
              "  vCPU  state   pc                  mode           address space\n"
              "  0     paused  0xffffffff81000000  kernel 64-bit  0x12340000\n"
              "* 1     paused  0x401136            user 64-bit    0x5678000\n");
    EXPECT_NE(ask("vcpus", 0).find("\n* 0 "), std::string::npos);
    EXPECT_EQ(ask("vcpus", 7).find('*'), std::string::npos);
}

TEST_F(ConsoleTest, VcpusOfARunningMachineAreRunning) {
    machine.start();
    EXPECT_EQ(ask("vcpus"),
              "  vCPU  state    pc  mode  address space\n"
              "* 0     running\n"
              "  1     running\n");
}

TEST_F(ConsoleTest, VcpusTellsWhatFailed) {
    machine.fail_call(1, Error{Errc::timeout, "QEMU does not answer"});
    EXPECT_EQ(ask("vcpus"), "vcpus: QEMU does not answer\n");
}

TEST_F(ConsoleTest, SitesListsThem) {
    EXPECT_EQ(ask("sites"), "no sites\n");
    const auto go_on = [](emulator::VcpuContext&) { return emulator::Verdict::go_on; };
    const auto first = instrumentation.add_site({VirtAddr{0x40'1136}, AddressSpace{0x567'8000}}, {}, go_on);
    const auto second = instrumentation.add_site({VirtAddr{0xffff'ffff'8100'0000}, std::nullopt}, {}, go_on);
    second.disable();
    EXPECT_EQ(ask("sites"),
              "address             scope      state     hits\n"
              "0x401136            0x5678000  enabled   0\n"
              "0xffffffff81000000  any        disabled  0\n");
}

TEST_F(ConsoleTest, SitesCountsHits) {
    const auto site = instrumentation.add_site({VirtAddr{0x2000}, std::nullopt}, {},
                                               [](emulator::VcpuContext&) { return emulator::Verdict::go_on; });
    machine.set_pc(VcpuId{0}, 0x1fff);
    ASSERT_TRUE(instrumentation.prepare_resume());
    ASSERT_TRUE(machine.resume({}));
    machine.run_until_stop(4);
    EXPECT_EQ(ask("sites"),
              "address  scope  state    hits\n"
              "0x2000   any    enabled  1\n");
}

TEST_F(ConsoleTest, SitesStopsAfterAFewHundred) {
    std::vector<emulator::SiteHandle> handles;
    for (unsigned i = 0; i < 502; ++i) {
        handles.push_back(instrumentation.add_site({VirtAddr{0x1000 + i}, std::nullopt}, {},
                                                   [](emulator::VcpuContext&) { return emulator::Verdict::go_on; }));
    }
    const auto text = ask("sites");
    EXPECT_TRUE(text.ends_with("\nand 2 more\n")) << text.substr(text.size() - 100);
    EXPECT_EQ(std::ranges::count(text, '\n'), 502);
}

TEST_F(ConsoleTest, ScopeIsToldAndChanged) {
    enter_long_mode(1, 0x33, 0x567'8801);
    EXPECT_EQ(ask("scope"), "breakpoints count in any address space\n");
    EXPECT_EQ(ask("scope here", 1), "breakpoints count in address space 0x5678000 only\n");
    EXPECT_EQ(scope, AddressSpace{0x567'8000});
    EXPECT_EQ(ask("scope"), "breakpoints count in address space 0x5678000 only\n");
    EXPECT_EQ(ask("scope 0x1000"), "breakpoints count in address space 0x1000 only\n");
    EXPECT_EQ(scope, AddressSpace{0x1000});
    EXPECT_EQ(ask("scope any"), "breakpoints count in any address space\n");
    EXPECT_EQ(scope, std::nullopt);
}

TEST_F(ConsoleTest, ScopeRefusesWhatIsNoRoot) {
    EXPECT_EQ(ask("scope 0x1801"), "scope: 0x1801 has bits that no page-table root has, the nearest is 0x1000\n");
    EXPECT_EQ(scope, std::nullopt);
    machine.fail_call(1, Error{Errc::timeout, "QEMU does not answer"});
    EXPECT_EQ(ask("scope here"), "scope: QEMU does not answer\n");
}

TEST_F(ConsoleTest, ScopeTellsWhyItWasRefused) {
    Console refusing(ConsoleContext{
        machine, instrumentation,
        [](std::optional<AddressSpace>) -> Expected<void> { return fail(Errc::unsupported, "not with\x1b this one"); },
        [] { return std::optional<AddressSpace>{}; }});
    EXPECT_EQ(refusing.execute("scope any", {VcpuId{0}, {}, {}}), "scope: not with. this one\n");
    Console without(ConsoleContext{machine, instrumentation, {}, {}});
    EXPECT_EQ(without.execute("scope any", {VcpuId{0}, {}, {}}), "scope: not available here\n");
}

TEST_F(ConsoleTest, OverlongLinesAreRefusedInOneLine) {
    EXPECT_EQ(ask(std::string(4097, ' ')), "line too long: 4097 bytes, at most 4096\n");
    EXPECT_EQ(ask("version" + std::string(4089, ' ')), ask("version"));
}

TEST_F(ConsoleTest, AnswersArePlainNarrowTextWhateverIsAsked) {
    const std::string long_word(3000, 'x');
    const std::string escape = "\x1b]0;title\x07";
    for (const auto& line : {long_word, "taint " + long_word, "taint rax " + long_word, escape, "help " + escape,
                             "taint " + escape + " 1", "proclist " + escape, std::string("\0\n\0", 3),
                             std::string(2000, ' ') + "t" + std::string(1000, '\t') + "&"}) {
        const auto text = ask(line);
        ASSERT_TRUE(text.ends_with('\n'));
        std::istringstream stream(text);
        for (std::string row; std::getline(stream, row);) {
            EXPECT_LE(row.size(), kColumns) << row;
            EXPECT_EQ(row, printable(row));
        }
    }
}

}  // namespace
}  // namespace hvgdb::monitor
