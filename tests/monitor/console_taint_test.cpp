// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about taint.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/taint_report.hpp"
#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using testing::HasSubstr;

class ConsoleTaintTest : public testing::Test, public TaintFixture {};

struct Exchange {
    const char* line;
    const char* answer;
};

TEST_F(ConsoleTaintTest, AnswersInSentences) {
    const Exchange rows[] = {
        {"get_taint *0x5555", "Memory location 0x5555 is not tainted.\n"},
        {"check_taint *0x5555:16", "Memory locations 0x5555 to 0x5564 are not tainted.\n"},
        {"check_taint rax", "Register rax is not tainted.\n"},
        {"taint *0x5555 3", "Memory location 0x5555 tainted.\n"},
        {"check_taint *0x5555", "Memory location 0x5555 is tainted.\n"},
        {"get_taint *0x5555", "Memory location 0x5555 is tainted with label 3.\n"},
        {"check_taint *0x5550:16", "Memory locations 0x5550 to 0x555f are tainted in part: 1 of 16 bytes.\n"},
        {"taint *0x5555:16 7", "Memory locations 0x5555 to 0x5564 tainted.\n"},
        {"get_taint *0x5550:0x20", "0x5555: 3, 7\n0x5556..0x5564: 7\n"},
        {"untaint *0x5558", "Memory location 0x5558 untainted.\n"},
        {"get_taint *0x5555:5", "0x5555: 3, 7\n0x5556..0x5557: 7\n0x5559: 7\n"},
        {"taint *0x5000:4 positional", "Memory locations 0x5000 to 0x5003 tainted.\n"},
        {"taint *0x5002:2 positional 8", "Memory locations 0x5002 to 0x5003 tainted.\n"},
        {"get_taint *0x5000:4", "0x5000: 0\n0x5001: 1\n0x5002: 2, 8\n0x5003: 3, 9\n"},
        {"taint *0x5002 9", "Memory location 0x5002 tainted.\n"},
        {"get_taint *0x5002", "Memory location 0x5002 is tainted with labels 2, 8..9.\n"},
        {"taint rax 4294967295", "Register rax tainted.\n"},
        {"get_taint $rax", "Register rax is tainted with label 4294967295.\n"},
        {"untaint eax", "Register eax untainted.\n"},
        {"check_taint rax", "Register rax is tainted in part: 4 of 8 bytes.\n"},
        {"get_taint rax", "rax[4..7]: 4294967295\n"},
        {"taint ah 1", "Register ah tainted.\n"},
        {"get_taint rax:4", "rax[1]: 1\n"},
        {"taint xmm3:2 5", "Register xmm3:2 tainted.\n"},
        {"get_taint ymm3", "ymm3[0..1]: 5\n"},
        {"taint st0 positional", "Register st0 tainted.\n"},
        {"get_taint mm0:2", "mm0[0]: 0\nmm0[1]: 1\n"},
        {"untaint all", "Nothing is tainted any more.\n"},
        {"check_taint rax", "Register rax is not tainted.\n"},
        {"check_taint *0x5555", "Memory location 0x5555 is not tainted.\n"},
    };
    for (const auto& [line, answer] : rows) {
        EXPECT_EQ(ask(line), answer) << line;
    }
    EXPECT_FALSE(engine.active());
}

TEST_F(ConsoleTaintTest, FlagsAreToldInGroups) {
    EXPECT_EQ(ask("taint eflags 4"), "Register eflags tainted.\n");
    EXPECT_EQ(ask("get_taint eflags"), "Register eflags is tainted with label 4.\n");
    engine.vcpu(VcpuId{0}).registers().set({emulator::taint::kStatusSlot, 1}, emulator::taint::kNoLabels);
    EXPECT_EQ(ask("check_taint eflags"), "Register eflags is tainted in part: 2 of 3 groups of flags.\n");
    EXPECT_EQ(ask("get_taint eflags"), "eflags CF: 4\neflags others: 4\n");
    EXPECT_EQ(ask("get_taint eflags:1"), "get_taint: flags are followed in groups, not by bytes\n");
    EXPECT_EQ(ask("taint eflags positional"), "taint: flags are followed in groups, not by bytes\n");
}

TEST_F(ConsoleTaintTest, HostileLengthsAreRefused) {
    const Exchange rows[] = {
        {"taint *0xffffffffffffffff:2 1", "taint: 2 bytes from 0xffffffffffffffff on reach beyond the last address\n"},
        {"get_taint *0xfffffffffc000001:67108864",
         "get_taint: 67108864 bytes from 0xfffffffffc000001 on reach beyond the last\naddress\n"},
        {"check_taint *0xffffffffffffffff", "check_taint: nothing is mapped at 0xffffffffffffffff\n"},
        {"check_taint *0x8000000000000", "check_taint: nothing is mapped at 0x8000000000000\n"},
        {"get_taint rax:9", "get_taint: rax has 8 bytes\n"},
        {"get_taint al:2", "get_taint: al has 1 byte\n"},
        {"taint *0x5000:2 positional 4294967295", "taint: 2 labels from 4294967295 on do not fit in 32 bits\n"},
    };
    for (const auto& [line, answer] : rows) {
        EXPECT_EQ(ask(line), answer) << line;
    }
    EXPECT_FALSE(engine.active());
    EXPECT_EQ(ask("taint *0x5000:1 positional 4294967295"), "Memory location 0x5000 tainted.\n");
    machine.set_register(VcpuId{1}, "cr0", 0x11);
    EXPECT_EQ(ask("taint *0:0x40001 positional", 1), "taint: at most 262144 labels at once\n");
    EXPECT_EQ(ask("taint *0:0x40000 positional", 1), "Memory locations 0x0 to 0x3ffff tainted.\n");
    EXPECT_EQ(engine.labels().statistics().saturated, 0U);
}

TEST_F(ConsoleTaintTest, RegistersWithoutTaintAreNamed) {
    for (const std::string name : {"rip", "cs", "cr3", "fs_base", "mxcsr", "fctrl"}) {
        EXPECT_EQ(ask("taint " + name + " 1").substr(0, name.size() + 21), "taint: " + name + " has no taint:") << name;
    }
    EXPECT_EQ(ask("check_taint rax", 2), "check_taint: no vCPU 2\n");
    EXPECT_THAT(ask("taint eaxx 1"), HasSubstr("^------ Unknown register \"eaxx\"\n"));
}

TEST_F(ConsoleTaintTest, ManyRangesAreCounted) {
    for (unsigned i = 0; i < 2 * kMostShownRuns + 4; i += 2) {
        engine.memory().fill(PhysAddr{0x9000 + i}, 1, engine.labels().single(1));
    }
    const auto text = ask("get_taint *0x5000:4096");
    EXPECT_THAT(text, testing::EndsWith("\n0x51fe: 1\n... and 2 more ranges\n"));
    EXPECT_EQ(std::ranges::count(text, '\n'), kMostShownRuns + 1);
    engine.memory().clear(PhysAddr{0x9000}, 2);
    EXPECT_THAT(ask("get_taint *0x5000:4096"), testing::EndsWith("\n0x5200: 1\n... and 1 more range\n"));
}

TEST_F(ConsoleTaintTest, LargeSetsAreCutAndBroken) {
    for (unsigned label = 0; label < 200; label += 2) {
        (void)ask("taint *0x5000 " + std::to_string(label));
    }
    EXPECT_THAT(ask("get_taint *0x5000"), testing::EndsWith(" and 36 more\nranges.\n"));
    EXPECT_THAT(ask("get_taint *0x5000:2"),
                testing::AllOf(testing::StartsWith("0x5000: 0, 2, 4, "), HasSubstr("\n    ")));
    engine.memory().fill(PhysAddr{0x9000}, 1, emulator::taint::kAnyLabels);
    EXPECT_EQ(ask("get_taint *0x5000"),
              "Memory location 0x5000 is tainted with labels; which ones is not known any more.\n");
    EXPECT_EQ(ask("get_taint *0x5000:2"), "0x5000: some, which ones is not known\n");
}

TEST_F(ConsoleTaintTest, PolicyIsToldAndChanged) {
    const Exchange rows[] = {
        {"taint_policy", "loads off, stores off, conditions off\n"},
        {"taint_policy loads index", "loads index, stores off, conditions off\n"},
        {"taint_policy stores all conditions on", "loads index, stores all, conditions on\n"},
        {"taint_policy", "loads index, stores all, conditions on\n"},
        {"taint_policy loads off conditions off", "loads off, stores all, conditions off\n"},
    };
    for (const auto& [line, answer] : rows) {
        EXPECT_EQ(ask(line), answer) << line;
    }
    EXPECT_EQ(engine.policy(), (emulator::taint::Policy{.stores = PointerTaint::all}));
    EXPECT_EQ(engine.policy_generation(), 3U) << "blocks are not compiled anew when nothing changes";
}

TEST_F(ConsoleTaintTest, StatisticsTellWhatThereIs) {
    EXPECT_EQ(ask("taint_stats"),
              "tainted memory        0 bytes on 0 pages\n"
              "kept for it           8 KiB, for 0 pages\n"
              "label sets            0, of 0 ranges; 0 unions remembered\n"
              "lost                  nothing\n"
              "overwritten unseen    nothing\n"
              "policy                loads off, stores off, conditions off\n"
              "registers             none\n"
              "unknown instructions  none\n");
    (void)ask("taint *0x5fff:2 1");
    (void)ask("taint *0x5fff 2");
    (void)ask("taint eax 1", 1);
    (void)ask("taint eflags 1", 1);
    (void)ask("taint st2 1", 1);
    (void)ask("taint xmm3 1", 1);
    engine.unknown().note(0);
    EXPECT_EQ(ask("taint_stats"),
              "tainted memory        2 bytes on 2 pages\n"
              "kept for it           72.0 KiB, for 2 pages\n"
              "label sets            3, of 3 ranges; 1 union remembered\n"
              "lost                  nothing\n"
              "overwritten unseen    nothing\n"
              "policy                loads off, stores off, conditions off\n"
              "vCPU 1                rax, eflags, st2, ymm3\n"
              "unknown instructions  (undecodable) 1\n");
}

TEST_F(ConsoleTaintTest, ScriptsGetJson) {
    namespace json = boost::json;
    (void)ask("taint *0x5000:4 positional 6");
    (void)ask("taint ax 3", 1);
    EXPECT_EQ(
        ask("osjson taint *0x5003:2"),
        "{\"size\":2,\"tainted\":1,\"ranges\":[{\"first\":20483,\"last\":20483,\"labels\":[[9,9]]}],\"more\":0}\n");
    EXPECT_EQ(ask("osjson taint eax", 1),
              "{\"size\":4,\"tainted\":2,\"ranges\":[{\"first\":0,\"last\":1,\"labels\":[[3,3]]}],\"more\":0}\n");
    engine.memory().fill(PhysAddr{0x9000}, 1, emulator::taint::kAnyLabels);
    EXPECT_THAT(ask("osjson taint *0x5000"), HasSubstr("\"labels\":null"));
    const auto statistics = json::parse(ask("osjson taint_stats"));
    EXPECT_EQ(statistics.at("tainted_bytes"), 4);
    EXPECT_EQ(statistics.at("vcpus").at(1), "rax");
    EXPECT_EQ(ask("osjson taint *0x7000"), "{\"error\":\"nothing is mapped at 0x7000\",\"code\":\"fault\"}\n");
    machine.start();
    EXPECT_EQ(ask("osjson taint_stats"), "{\"error\":\"the machine is running\",\"code\":\"running\"}\n");
}

TEST_F(ConsoleTaintTest, NeedAPausedMachineAndAnEngine) {
    Console without(ConsoleContext{machine, instrumentation, {}, {}});
    machine.start();
    for (const std::string line :
         {"taint rax 1", "untaint all", "check_taint rax", "get_taint *0x5000", "taint_policy", "taint_stats"}) {
        const auto name = line.substr(0, line.find(' '));
        EXPECT_EQ(ask(line), name + ": the machine is running\n");
        EXPECT_EQ(without.execute(line, {VcpuId{0}, {}, {}}), name + ": not available here\n");
    }
}

}  // namespace
}  // namespace hvgdb::monitor
