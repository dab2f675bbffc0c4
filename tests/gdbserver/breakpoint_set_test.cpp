// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/breakpoint_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/agent_bytecode.hpp"
#include "tests/support/fake_instrumentation.hpp"

namespace hvgdb::gdbserver {
namespace {

using cmd::PointKind;
using test::assemble_agent;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr VirtAddr kPlace{0x1003};
constexpr AddressSpace kSpace{0x5000};
constexpr VcpuId kVcpu{0};

/// One vCPU that runs from 0x1000 on, and a set of breakpoints.
struct Breakpoints : testing::Test {
    test::FakeMachine machine{1};
    test::FakeInstrumentation instrumentation{machine};
    std::vector<std::string> console;
    BreakpointSet set{instrumentation, [this](std::string text) { console.push_back(std::move(text)); }};
    BreakpointSet::Scope scope;

    Breakpoints() {
        machine.memory().map(0x1000, 0x1000);
        machine.set_register(kVcpu, "cr3", kSpace.root);
        instrumentation.set_parked_handler([this] { (void)machine.interrupt(); });
    }

    BreakpointCode code(const std::vector<std::string>& conditions, const std::vector<Bytes>& commands = {}) {
        cmd::InsertPoint packet{.point = {}, .conditions = {}, .commands = commands};
        for (const auto& condition : conditions) {
            packet.conditions.push_back(assemble_agent(condition));
        }
        return BreakpointCode::parse(packet, machine.description(), false).value();
    }
    static Bytes print(std::string_view format, std::vector<std::uint64_t> arguments = {}) {
        return test::assemble_print(format, arguments);
    }

    /// Whether it stops at kPlace on the way from 0x1000 to 0x1040.
    bool stops() {
        set.commit(scope);
        EXPECT_TRUE(instrumentation.prepare_resume().has_value());
        machine.set_pc(kVcpu, 0x1000);
        EXPECT_TRUE(machine.resume({}).has_value());
        const bool stopped = machine.run_until_stop(0x40);
        if (stopped) {
            EXPECT_EQ(machine.pc(kVcpu), kPlace.value);
            instrumentation.pass_once(kVcpu, kPlace);
            EXPECT_TRUE(machine.resume({}).has_value());
            EXPECT_FALSE(machine.run_until_stop(4));
        }
        (void)machine.interrupt();
        EXPECT_TRUE(machine.run_until_stop());
        return stopped;
    }
    std::size_t sites() const { return instrumentation.sites().size(); }
};

TEST_F(Breakpoints, StopWithoutConditions) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    set.remove(PointKind::software, kPlace);
    EXPECT_FALSE(stops());
}

struct Case {
    const char* name;
    std::vector<std::string> conditions;
    bool stops;
};

struct Conditions : Breakpoints, testing::WithParamInterface<Case> {};

TEST_P(Conditions, Decide) {
    machine.set_register(kVcpu, "rax", 5);
    ASSERT_TRUE(set.insert(PointKind::hardware, kPlace, code(GetParam().conditions)).has_value());
    EXPECT_EQ(stops(), GetParam().stops);
    EXPECT_THAT(console, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Table, Conditions,
                         testing::Values(Case{"True", {"const8 1 end"}, true}, Case{"False", {"const8 0 end"}, false},
                                         Case{"LargeNumber", {"const64 0x100000000 end"}, true},
                                         Case{"NoneTrue", {"const8 0 end", "const8 0 end"}, false},
                                         Case{"SecondTrue", {"const8 0 end", "const8 1 end"}, true},
                                         Case{"FirstTrue", {"const8 1 end", "const8 0 end"}, true},
                                         Case{"Unreadable", {"const8 0 ref8 end"}, true},
                                         Case{
                                             "SecondFails", {"const8 0 end", "const8 1 const8 0 div_signed end"}, true},
                                         Case{"Register", {"reg 0 const8 5 equal end"}, true},
                                         Case{"OtherRegister", {"reg 0 const8 6 equal end"}, false},
                                         Case{"ProgramCounter", {"reg 16 const16 0x1003 equal end"}, true},
                                         Case{"Unsupported", {"const8 0 end", "getv 1 end"}, true}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(Breakpoints, CommandsRunInsteadOfAStop) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({}, {print("%d\\n", {42}), print("twice")})).has_value());
    EXPECT_FALSE(stops());
    EXPECT_THAT(console, ElementsAre("42\ntwice"));
}

TEST_F(Breakpoints, CommandsWaitForTheirCondition) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 0 end"}, {print("text")})).has_value());
    EXPECT_FALSE(stops());
    EXPECT_THAT(console, IsEmpty());
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 1 end"}, {print("text")})).has_value());
    EXPECT_FALSE(stops());
    EXPECT_THAT(console, ElementsAre("text"));
}

TEST_F(Breakpoints, AnotherKindAtTheAddressStopsAfterTheCommands) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    ASSERT_TRUE(set.insert(PointKind::hardware, kPlace, code({}, {print("text")})).has_value());
    EXPECT_EQ(sites(), 0U);
    EXPECT_TRUE(stops());
    EXPECT_THAT(console, ElementsAre("text"));
    EXPECT_EQ(sites(), 1U);
}

TEST_F(Breakpoints, CommandsThatFailSaySo) {
    const auto failing = assemble_agent("const8 0 ref8 end");
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({}, {print("before\\n"), failing})).has_value());
    EXPECT_FALSE(stops());
    ASSERT_THAT(console, SizeIs(1));
    EXPECT_THAT(console.front(), testing::StartsWith("before\nThe breakpoint's commands at 0x1003 failed: "));
}

TEST_F(Breakpoints, NewCodeReplacesTheOldInTheSameSite) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 0 end"})).has_value());
    EXPECT_FALSE(stops());
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 1 end"})).has_value());
    EXPECT_TRUE(stops());
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    ASSERT_THAT(instrumentation.sites(), SizeIs(1));
    EXPECT_EQ(instrumentation.sites().front().hits, 3U);
}

TEST_F(Breakpoints, NewCodeCountsFromTheNextCommitOn) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 0 end"})).has_value());
    EXPECT_FALSE(stops());
    ASSERT_TRUE(set.insert(PointKind::software, kPlace, code({"const8 1 end"})).has_value());
    machine.set_pc(kVcpu, 0x1000);
    ASSERT_TRUE(machine.resume({}).has_value());
    EXPECT_FALSE(machine.run_until_stop(0x10));
}

TEST_F(Breakpoints, ASiteReturnsFromIdleness) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    set.remove(PointKind::software, kPlace);
    EXPECT_FALSE(stops());
    ASSERT_THAT(instrumentation.sites(), SizeIs(1));
    EXPECT_FALSE(instrumentation.sites().front().enabled);
    ASSERT_TRUE(set.insert(PointKind::hardware, kPlace).has_value());
    EXPECT_TRUE(stops());
    EXPECT_EQ(instrumentation.sites().front().hits, 2U);
}

TEST_F(Breakpoints, TooManyIdleSitesGo) {
    for (std::uint64_t i = 0; i <= BreakpointSet::kMaxIdleSites; ++i) {
        ASSERT_TRUE(set.insert(PointKind::software, VirtAddr{0x10000 + i}).has_value());
    }
    set.commit(scope);
    EXPECT_EQ(sites(), BreakpointSet::kMaxIdleSites + 1);
    for (std::uint64_t i = 0; i < BreakpointSet::kMaxIdleSites; ++i) {
        set.remove(PointKind::software, VirtAddr{0x10000 + i});
    }
    set.commit(scope);
    EXPECT_EQ(sites(), BreakpointSet::kMaxIdleSites + 1);
    set.remove(PointKind::software, VirtAddr{0x10000 + BreakpointSet::kMaxIdleSites});
    set.commit(scope);
    EXPECT_FALSE(set.has_sites());
}

TEST_F(Breakpoints, CountInTheirScopeOnly) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    scope.space = AddressSpace{0x7000};
    EXPECT_FALSE(stops());
    scope.space = kSpace;
    EXPECT_TRUE(stops());
    scope.space = AddressSpace{0x7000};
    EXPECT_FALSE(stops());
    scope.space.reset();
    EXPECT_TRUE(stops());
    EXPECT_EQ(sites(), 3U);
}

TEST_F(Breakpoints, AMovedInstructionGetsANewSite) {
    emulator::CodePlace place{.known = true, .physical = std::nullopt};
    scope.place = [&place](VirtAddr address) {
        EXPECT_EQ(address, kPlace);
        return place;
    };
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    const auto hits = [this] {
        EXPECT_TRUE(stops());
        const auto all = instrumentation.sites();
        return all.size() == 1 ? all.front().hits : 0;
    };
    EXPECT_EQ(hits(), 1U);
    EXPECT_EQ(hits(), 2U);
    place.physical = PhysAddr{0x123003};
    EXPECT_EQ(hits(), 1U);
    EXPECT_EQ(hits(), 2U);
    place.physical = PhysAddr{0x124003};
    EXPECT_EQ(hits(), 1U);
    place = {};
    EXPECT_EQ(hits(), 1U);
}

TEST_F(Breakpoints, AnIdleSiteThatMovedReturnsAnew) {
    emulator::CodePlace place{.known = true, .physical = PhysAddr{0x1000}};
    scope.place = [&place](VirtAddr) { return place; };
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    set.remove(PointKind::software, kPlace);
    EXPECT_FALSE(stops());
    place.physical = PhysAddr{0x2000};
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    ASSERT_THAT(instrumentation.sites(), SizeIs(1));
    EXPECT_EQ(instrumentation.sites().front().hits, 1U);
}

TEST_F(Breakpoints, ClearTakesAllAway) {
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_TRUE(stops());
    EXPECT_TRUE(set.has_sites());
    set.clear();
    EXPECT_FALSE(set.has_sites());
    EXPECT_EQ(set.kind_at(kPlace), std::nullopt);
    EXPECT_FALSE(stops());
    EXPECT_EQ(sites(), 0U);
}

TEST_F(Breakpoints, EndWithTheirSet) {
    {
        BreakpointSet shortlived(instrumentation, {});
        ASSERT_TRUE(shortlived.insert(PointKind::software, kPlace, code({}, {print("lost")})).has_value());
        shortlived.commit(scope);
        EXPECT_EQ(sites(), 1U);
        EXPECT_FALSE(stops());
    }
    EXPECT_EQ(sites(), 0U);
}

TEST_F(Breakpoints, RememberTheirKind) {
    EXPECT_EQ(set.kind_at(kPlace), std::nullopt);
    ASSERT_TRUE(set.insert(PointKind::hardware, kPlace).has_value());
    EXPECT_EQ(set.kind_at(kPlace), PointKind::hardware);
    ASSERT_TRUE(set.insert(PointKind::software, kPlace).has_value());
    EXPECT_EQ(set.kind_at(kPlace), PointKind::software);
    set.remove(PointKind::software, kPlace);
    EXPECT_EQ(set.kind_at(kPlace), PointKind::hardware);
    set.remove(PointKind::hardware, kPlace);
    set.remove(PointKind::hardware, kPlace);
    EXPECT_EQ(set.kind_at(kPlace), std::nullopt);
}

TEST_F(Breakpoints, AreLimited) {
    for (std::uint64_t i = 0; i < BreakpointSet::kMaxBreakpoints; ++i) {
        ASSERT_TRUE(set.insert(PointKind::software, VirtAddr{i}).has_value());
    }
    EXPECT_TRUE(set.insert(PointKind::software, VirtAddr{7}).has_value()) << "there already";
    EXPECT_FALSE(set.insert(PointKind::hardware, VirtAddr{7}).has_value());
    set.remove(PointKind::software, VirtAddr{7});
    EXPECT_TRUE(set.insert(PointKind::hardware, VirtAddr{8}).has_value());
    set.clear();
    EXPECT_TRUE(set.insert(PointKind::hardware, VirtAddr{7}).has_value());
}

TEST_F(Breakpoints, TheirCodeIsLimited) {
    std::string text = "const8 1 ";
    for (int i = 0; i < 4000; ++i) {
        text += "log_not ";
    }
    const std::size_t fits = BreakpointSet::kMaxCode / 4003;
    for (std::uint64_t i = 0; i < fits; ++i) {
        ASSERT_TRUE(set.insert(PointKind::software, VirtAddr{i}, code({text + "end"})).has_value());
    }
    EXPECT_FALSE(set.insert(PointKind::software, VirtAddr{fits}, code({text + "end"})).has_value());
    EXPECT_EQ(set.kind_at(VirtAddr{fits}), std::nullopt);
    EXPECT_TRUE(set.insert(PointKind::software, VirtAddr{0}, code({text + "end"})).has_value()) << "a replacement";
    set.remove(PointKind::software, VirtAddr{0});
    EXPECT_TRUE(set.insert(PointKind::software, VirtAddr{fits}, code({text + "end"})).has_value());
}

}  // namespace
}  // namespace hvgdb::gdbserver
