// SPDX-License-Identifier: GPL-2.0-or-later
// taint_report, taint_break and what belongs to them.
#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "monitor/sink_text.hpp"
#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using emulator::taint::SinkHit;
using emulator::taint::SinkKind;

constexpr AddressSpace kSpace{0x7000};

struct ConsoleTaintSinksTest : TaintFixture, testing::Test {
    ConsoleTaintSinksTest() { process().user_space = kSpace; }

    osi::Process& process() { return os.guest.processes.front().process; }
    emulator::taint::TaintSink& sink(std::size_t index = 0) { return *engine.sinks().sinks()[index]; }
    SinkHit hit(SinkKind kind, std::uint64_t pc) {
        return {.kind = kind, .vcpu = {}, .pc = {pc}, .space = kSpace, .labels = {}, .address = {}, .count = {}};
    }
    bool ready(const SinkHit& hit) { return sink().ready(hit, label, engine.labels()); }
    void note(SinkHit hit, std::size_t index = 0) {
        static_cast<void>(sink(index).ready(hit, label, engine.labels()));
        sink(index).note(std::move(hit), label, engine.labels());
    }
    std::size_t lines() const { return static_cast<std::size_t>(std::ranges::count(printed, '\n')); }

    emulator::taint::SetId label = engine.labels().single(3);
};

TEST_F(ConsoleTaintSinksTest, AreOfTheSelectedProcessOrTheOneThatIsNamedOrAll) {
    EXPECT_EQ(ask("taint_sinks"), "no sinks\n");
    EXPECT_EQ(ask_of_thread("taint_report branch"),
              "number  hits   of  sink\n"
              "     1     0  812  taint_report branch\n");
    EXPECT_FALSE(sink().concerns(SinkKind::branch, {0x401000}, {0x1000}));
    EXPECT_TRUE(sink().concerns(SinkKind::branch, {0x401000}, kSpace));
    EXPECT_NE(ask("taint_report jump 812").find("     2     0  812  taint_report jump\n"), std::string::npos);
    EXPECT_NE(ask_of_thread("taint_break syscall any").find("     3     0  all  taint_break syscall\n"),
              std::string::npos);
    EXPECT_TRUE(sink(2).stops());
    EXPECT_TRUE(sink(2).concerns(SinkKind::syscall, {kKernel}, {0x1000}));
    EXPECT_NE(ask("taint_break branch").find("     4     0  all  taint_break branch\n"), std::string::npos);
}

TEST_F(ConsoleTaintSinksTest, AreRefusedInWords) {
    EXPECT_EQ(ask("taint_report branch 9"), "taint_report: no process 9\n");
    process().user_space.reset();
    EXPECT_EQ(ask("taint_report branch 812"), "taint_report: process 812 runs no user code\n");
    EXPECT_EQ(ask("taint_break *0x4000"), "taint_break: nothing is mapped at 0x4000\n");
    EXPECT_EQ(ask("untaint_sink 1"), "untaint_sink: there is no sink 1\n");
    EXPECT_EQ(ask("taint_sinks 1"), "taint_sinks: there is no sink 1\n");
    machine.start();
    EXPECT_EQ(ask("taint_report branch"), "taint_report: the machine is running\n");
    EXPECT_TRUE(engine.sinks().sinks().empty());
}

TEST_F(ConsoleTaintSinksTest, AreNotMoreThanTheLimit) {
    for (std::size_t number = 0; number < TaintSinks::kMostSinks; ++number) {
        EXPECT_EQ(ask("taint_report branch").find("taint_report:"), std::string::npos);
    }
    EXPECT_EQ(ask("taint_report branch"), "taint_report: there are 32 sinks already\n");
}

TEST_F(ConsoleTaintSinksTest, TellEachLineOnceAndCount) {
    static_cast<void>(ask("taint_report jump 812"));
    for (int i = 0; i < 3; ++i) {
        note(hit(SinkKind::jump, 0x401000));
    }
    note(hit(SinkKind::jump, 0x401004));
    EXPECT_EQ(lines(), 2U) << printed;
    EXPECT_NE(printed.find(" ms [812] jump at 0x401000: the target depends on label {3}\n"), std::string::npos)
        << printed;
    EXPECT_EQ(ask("taint_sinks"),
              "number  hits   of  sink\n"
              "     1     4  812  taint_report jump\n");
    EXPECT_EQ(ask("taint_sinks 1"),
              "3  [812] jump at 0x401000: the target depends on label {3}\n"
              "1  [812] jump at 0x401004: the target depends on label {3}\n");
}

TEST_F(ConsoleTaintSinksTest, NameTheProcessByItsAddressSpaceAndTheKernelsSymbol) {
    static_cast<void>(ask("taint_report branch"));
    auto in_kernel = hit(SinkKind::branch, kKernel + 0x100);
    note(in_kernel);
    in_kernel.space = {0x123000};
    note(in_kernel);
    EXPECT_NE(printed.find("[812] branch at 0xffffffff81000100 jiffies+0x0: the condition"), std::string::npos)
        << printed;
    EXPECT_NE(printed.find("[0x123000] branch at"), std::string::npos) << printed;
}

TEST_F(ConsoleTaintSinksTest, NameTheProcessThatHasEndedSince) {
    static_cast<void>(ask("taint_report branch"));
    const auto in_user = hit(SinkKind::branch, 0x401000);
    EXPECT_FALSE(ready(in_user)) << "whose it is, is looked up while the vCPU stands there";
    EXPECT_TRUE(ready(in_user));
    os.guest.processes.clear();
    sink().note(in_user, label, engine.labels());
    EXPECT_NE(printed.find("[812] branch at 0x401000: "), std::string::npos) << printed;
}

TEST_F(ConsoleTaintSinksTest, NameTheProcessThatHasTheAddressSpaceNow) {
    static_cast<void>(ask("taint_report branch"));
    note(hit(SinkKind::branch, 0x401000));
    process().pid = kPid + 1;
    note(hit(SinkKind::branch, 0x401004));
    EXPECT_NE(printed.find("[812] branch at 0x401000: "), std::string::npos) << printed;
    EXPECT_NE(printed.find("[813] branch at 0x401004: "), std::string::npos) << printed;
}

TEST_F(ConsoleTaintSinksTest, WaitForNobodyWhoHasLeft) {
    static_cast<void>(ask("taint_report branch"));
    const auto listener = sink().listener();
    console.clear();
    EXPECT_TRUE(listener->ready(hit(SinkKind::branch, 0)));
}

TEST_F(ConsoleTaintSinksTest, AreBoundedInWhatTheyTell) {
    static_cast<void>(ask("taint_report branch 812"));
    for (std::uint64_t pc = 0; pc < 2 * SinkLog::kMostTold; ++pc) {
        note(hit(SinkKind::branch, pc));
    }
    EXPECT_EQ(lines(), SinkLog::kMostTold + 1);
    EXPECT_TRUE(printed.ends_with("taint_report branch: no more lines are shown; taint_sinks counts and lists them\n"));
}

TEST_F(ConsoleTaintSinksTest, BreaksSayWhyAndTellNoLines) {
    static_cast<void>(ask("taint_break syscall 812"));
    auto call = hit(SinkKind::syscall, 0x401000);
    call.labels = {.ranges = {{3, 3}, {7, 9}}};
    call.touched = 0b101;
    call.number = 1;
    sink().listener()->hit(call);
    EXPECT_EQ(printed, "");
    const auto reason = sink().listener()->reason({});
    EXPECT_EQ(reason.process, kPid);
    EXPECT_EQ(reason.text, "taint_break syscall: the number, argument 2 of write have labels {3, 7..9}\n");
    const auto listener = sink().listener();
    EXPECT_TRUE(listener->wanted());
    EXPECT_EQ(ask("untaint_sink 1"), "no sinks\n");
    EXPECT_FALSE(listener->wanted());
}

TEST_F(ConsoleTaintSinksTest, MemoryIsLookedUpAgainBeforeTheMachineRuns) {
    EXPECT_EQ(ask_of_thread("taint_break *0x10ff8:16"),
              "number  hits   of  sink\n"
              "     1     0  812  taint_break *0x10ff8:16\n");
    ASSERT_EQ(sink().memory().size(), 1U);
    EXPECT_EQ(sink().memory().front(), (emulator::taint::PhysicalRange{{0x10ff8}, 16}));
    os.guest.processes.front().memory = {};
    console.before_resume();
    EXPECT_TRUE(sink().memory().empty());
}

TEST_F(ConsoleTaintSinksTest, FollowTheProcessAndEndWithIt) {
    static_cast<void>(ask("taint_report branch 812"));
    process().user_space = AddressSpace{0x8000};
    console.before_resume();
    EXPECT_TRUE(sink().concerns(SinkKind::branch, {0x401000}, {0x8000}));
    os.guest.processes.clear();
    console.before_resume();
    EXPECT_TRUE(sink().ended());
    EXPECT_NE(ask("taint_sinks").find(" gone  taint_report branch\n"), std::string::npos);
}

TEST_F(ConsoleTaintSinksTest, EndWhenTheClientLeaves) {
    static_cast<void>(ask("taint_report branch"));
    EXPECT_TRUE(console.logs());
    console.clear();
    EXPECT_FALSE(console.logs());
    EXPECT_TRUE(engine.sinks().kinds().empty());
}

TEST(SinkText, SystemCallsHaveAsManyArgumentsAsLinuxSays) {
    EXPECT_EQ(argument_count(39, true), 0U) << "getpid";
    EXPECT_EQ(argument_count(1, true), 3U) << "write";
    EXPECT_EQ(argument_count(20, false), 0U) << "getpid of 32 bits";
    EXPECT_EQ(argument_count(99999, true), 6U);
}

}  // namespace
}  // namespace hvgdb::monitor
