// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about hooks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/text.hpp"
#include "tests/monitor/console_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::uint64_t kDoExit = 0xffff'ffff'8000'0000;
constexpr osi::ProcessId kPid = 812;
constexpr AddressSpace kSpace{0x7000};

class ConsoleHooksTest : public testing::Test, public ConsoleFixture {
  protected:
    ConsoleHooksTest() {
        os.guest.symbols = {{.name = "do_exit", .address = {kDoExit}, .offset = 0, .module = ""}};
        osi::Process process;
        process.pid = kPid;
        process.user_space = kSpace;
        (void)os.guest.add(process);
    }
    std::string ask_of_process(std::string_view line) {
        return console.execute(line, {VcpuId{0}, std::optional(kPid), std::optional(kPid)});
    }
    /// vCPU 0 executes what is there once, in this address space.
    void arrive(std::uint64_t address, AddressSpace space = kSpace) {
        machine.set_register(VcpuId{0}, "cr3", space.root);
        machine.set_next(address, address + 0x1000);
        machine.set_pc(VcpuId{0}, address);
        machine.set_pc(VcpuId{1}, 0x8000);
        ASSERT_TRUE(instrumentation.prepare_resume());
        ASSERT_TRUE(machine.resume({}));
        EXPECT_FALSE(machine.run_until_stop(1)) << "nothing stops";
        ASSERT_TRUE(machine.interrupt());
        (void)machine.run_until_stop(1);
        ASSERT_FALSE(machine.running());
    }
};

TEST_F(ConsoleHooksTest, TellWhereTheyAre) {
    EXPECT_EQ(ask("hook"), "no hooks\n");
    EXPECT_EQ(ask("hook do_exit"), "hook 1 at 0xffffffff80000000: kernel do_exit\n");
    EXPECT_EQ(ask("hook 812 *0x1000"), "hook 2 at 0x1000: 812 *0x1000\n");
    EXPECT_EQ(ask_of_process("hook *0x2000"), "hook 3 at 0x2000: 812 *0x2000\n");
    EXPECT_EQ(ask_of_process("hook kernel *0x2000"), "hook 4 at 0x2000: kernel *0x2000\n");
    EXPECT_EQ(ask_of_process("hook libfoo.so.1!foo"), "hook 5 waits for libfoo.so.1: 812 libfoo.so.1!foo\n");
    EXPECT_EQ(ask("hook"),
              "number  hits  address                place\n"
              "     1     0  0xffffffff80000000     kernel do_exit\n"
              "     2     0  0x1000                 812 *0x1000\n"
              "     3     0  0x2000                 812 *0x2000\n"
              "     4     0  0x2000                 kernel *0x2000\n"
              "     5     0  waits for libfoo.so.1  812 libfoo.so.1!foo\n");
}

TEST_F(ConsoleHooksTest, PrintEachArrival) {
    (void)ask("hook do_exit");
    (void)ask("hook 812 *0x1000");
    machine.set_register(VcpuId{0}, "rdi", 0x300);
    machine.set_register(VcpuId{0}, "rsi", 1);
    machine.set_register(VcpuId{0}, "rdx", 0);
    machine.set_register(VcpuId{0}, "rcx", 0xffff'ffff'ffff'ffff);
    arrive(kDoExit, AddressSpace{0x5000});
    EXPECT_THAT(printed, MatchesRegex(" +[0-9]+ ms \\[0x5000\\] do_exit at 0xffffffff80000000 "
                                      "\\(0x300, 0x1, 0x0, 0xffffffffffffffff\\)\n"));
    printed.clear();
    arrive(0x1000, AddressSpace{0x5000});
    EXPECT_EQ(printed, "") << "another process";
    arrive(0x1000);
    arrive(0x1000);
    EXPECT_THAT(printed, HasSubstr(" ms [812] *0x1000 at 0x1000 (0x300, "));
    EXPECT_EQ(std::ranges::count(printed, '\n'), 2);
    EXPECT_THAT(ask("hook"), HasSubstr("     1     1  0xffffffff80000000  kernel do_exit\n"
                                       "     2     2  0x1000              812 *0x1000\n"));
}

TEST_F(ConsoleHooksTest, AreRefusedInWords) {
    const struct {
        const char* line;
        const char* answer;
    } rows[] = {
        {"hook libfoo.so!foo", "hook: a library of which process?\n"},
        {"hook kernel libfoo.so!foo", "hook: the kernel has no libraries\n"},
        {"unhook 1", "unhook: there is no hook 1\n"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(ask(row.line), row.answer);
    }
    for (const auto* line : {"hook no_such", "hook 7 *0x1000", "hook 812 main"}) {
        EXPECT_THAT(ask(line), testing::StartsWith("hook: ")) << line;
    }
    machine.start();
    EXPECT_EQ(ask("hook do_exit"), "hook: the guest runs; attach something first, which takes the lines, too\n");
    EXPECT_EQ(ask("hook"), "no hooks\n");
    EXPECT_FALSE(console.logs());
}

TEST_F(ConsoleHooksTest, AreRemovedOneByOneOrAll) {
    for (const auto* place : {"*0x1000", "*0x2000", "*0x3000"}) {
        (void)ask_of_process(std::string("hook ") + place);
    }
    EXPECT_EQ(ask("unhook 2"),
              "number  hits  address  place\n"
              "     1     0  0x1000   812 *0x1000\n"
              "     3     0  0x3000   812 *0x3000\n");
    EXPECT_EQ(ask("unhook 2"), "unhook: there is no hook 2\n");
    EXPECT_FALSE(instrumentation.has_enabled_site(0x2000));
    EXPECT_EQ(ask("unhook"), "no hooks\n");
    EXPECT_FALSE(instrumentation.has_enabled_site(0x1000));
}

TEST_F(ConsoleHooksTest, EndWhenTheClientLeaves) {
    (void)ask_of_process("hook *0x1000");
    (void)ask_of_process("hook libfoo.so.1!foo");
    EXPECT_TRUE(console.logs());
    console.clear();
    EXPECT_FALSE(console.logs());
    EXPECT_FALSE(instrumentation.has_enabled_site(0x1000));
    EXPECT_EQ(hooks.pending(), 0u);
    arrive(0x1000);
    EXPECT_EQ(printed, "");
    EXPECT_EQ(ask("hook"), "no hooks\n");
}

TEST_F(ConsoleHooksTest, AreGoneWithTheirProgram) {
    (void)ask_of_process("hook *0x1000");
    arrive(0x1000);
    (void)events.tell(
        {.kind = osi::EventKind::exited, .vcpu = {}, .pid = kPid, .tid = kPid, .command = "", .what = {}});
    EXPECT_EQ(ask("hook"),
              "number  hits  address  place\n"
              "     1     1  gone     812 *0x1000\n");
    EXPECT_EQ(ask_of_process("hook *0x2000"), "hook 2 at 0x2000: 812 *0x2000\n");
    EXPECT_EQ(ask("hook"),
              "number  hits  address  place\n"
              "     2     0  0x2000   812 *0x2000\n");
}

TEST_F(ConsoleHooksTest, AreNotMoreThanTheLimit) {
    for (std::size_t i = 0; i < HookLog::kMostHooks; ++i) {
        EXPECT_THAT(ask_of_process("hook *0x1000"), testing::StartsWith("hook " + std::to_string(i + 1) + " at "));
    }
    EXPECT_EQ(ask_of_process("hook *0x1000"), "hook: there are 64 hooks already\n");
    (void)ask("unhook 5");
    EXPECT_THAT(ask_of_process("hook *0x1000"), testing::StartsWith("hook 65 at "));
}

TEST_F(ConsoleHooksTest, NamesOfAnyBytesAreCutAndPrintable) {
    const std::string name(2000, 'x');
    os.guest.symbols = {{.name = name + "\xff", .address = {0x1000}, .offset = 0, .module = ""}};
    EXPECT_THAT(ask("hook " + name + "\xff"), testing::StartsWith("hook 1 at 0x1000: kernel\n"));
    arrive(0x1000);
    EXPECT_LE(printed.size(), HookLog::kLongestLine);
    EXPECT_EQ(printable(printed.substr(0, printed.size() - 1)) + "\n", printed);
    EXPECT_THAT(ask_of_process("hook " + name + "\xff!\x01"), HasSubstr("Invalid syntax, expected the\n"));
    EXPECT_THAT(ask_of_process("hook " + name + "\xff!a\x01"), testing::StartsWith("hook 2 waits for xxxxx"));
}

TEST_F(ConsoleHooksTest, WithoutHooksTheyAreRefused) {
    Console without(
        ConsoleContext{.machine = machine, .instrumentation = instrumentation, .set_scope = {}, .get_scope = {}});
    for (const std::string name : {"hook", "unhook"}) {
        EXPECT_EQ(without.execute(name, {VcpuId{0}, {}, {}}), name + ": not available here\n");
    }
}

}  // namespace
}  // namespace hvgdb::monitor
