// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/debuggee.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gdbserver/stub_fixture.hpp"

namespace hvgdb::test {
namespace {

using emulator::RunMode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

struct Running : testing::Test {
    StubRig rig;
    void SetUp() override { rig.connect_quietly(); }
    const emulator::ResumePlan& plan() const { return rig.machine.resumes().back(); }
};

TEST_F(Running, PlansFollowTheFirstMatchingAction) {
    rig.send("vCont;s:p989680.989682;c:p989680.-1");
    EXPECT_EQ(plan().others, RunMode::go);
    EXPECT_THAT(plan().vcpus, ElementsAre(Pair(VcpuId{1}, RunMode::step)));
}

TEST_F(Running, ThreadsWithoutAnActionStay) {
    rig.send("vCont;s:p989680.989681");
    EXPECT_EQ(plan().others, RunMode::stay);
    EXPECT_THAT(plan().vcpus, ElementsAre(Pair(VcpuId{0}, RunMode::step)));
}

TEST_F(Running, AllCanStep) {
    rig.send("vCont;s");
    EXPECT_EQ(plan().others, RunMode::step);
    EXPECT_THAT(plan().vcpus, IsEmpty());
}

TEST_F(Running, APauseForAParkedVcpuThatIsNotParkedAnyMoreIsNotReported) {
    rig.send("vCont;c");
    const auto resumes = rig.machine.resumes().size();
    rig.debuggee.on_vcpu_parked();
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_TRUE(rig.machine.running());
    EXPECT_EQ(rig.machine.resumes().size(), resumes + 1);
    EXPECT_EQ(rig.next(), "(nothing)");
}

TEST_F(Running, CtrlCWinsOverASilentResume) {
    rig.send("vCont;c");
    rig.debuggee.on_vcpu_parked();
    rig.send_raw("\x03");
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_TRUE(rig.next().starts_with("T02"));
}

TEST_F(Running, AStepPassesTheSiteItStandsOn) {
    (void)rig.ask("Z0,1000,1");
    rig.machine.set_pc(VcpuId{0}, 0x1000);
    rig.send("vCont;s:p989680.989681");
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_EQ(rig.machine.pc(VcpuId{0}), 0x1001U);
    EXPECT_TRUE(rig.next().starts_with("T05thread:p989680.989681"));
}

TEST_F(Running, AMovedProgramCounterIsNotPassed) {
    (void)rig.ask("Z0,1800,1");
    rig.machine.set_pc(VcpuId{1}, 0x2000);
    rig.machine.set_pc(VcpuId{0}, 0x1800);
    rig.send("c");
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_EQ(rig.machine.pc(VcpuId{0}), 0x1800U);
    EXPECT_NE(rig.next().find("swbreak"), std::string::npos);
}

TEST_F(Running, BreakpointsCountInTheChosenAddressSpaceOnly) {
    rig.machine.set_register(VcpuId{0}, "cr3", 0x5000);
    rig.machine.set_pc(VcpuId{1}, 0x2000);
    (void)rig.ask("Z0,1004,1");
    rig.debuggee.set_scope(AddressSpace{0x7000});
    rig.machine.set_pc(VcpuId{0}, 0x1000);
    rig.send("c");
    EXPECT_FALSE(rig.machine.run_until_stop(16));
    rig.send_raw("\x03");
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_TRUE(rig.next().starts_with("T02"));
    rig.debuggee.set_scope(AddressSpace{0x5000});
    rig.machine.set_pc(VcpuId{0}, 0x1000);
    rig.send("c");
    EXPECT_TRUE(rig.machine.run_until_stop(16));
    EXPECT_NE(rig.next().find("swbreak"), std::string::npos);
}

TEST_F(Running, WatchpointsThatComeBackAtOnceCostTheMachineNothing) {
    (void)rig.ask("Z2,2000,4");
    const auto changes = rig.machine.watchpoint_changes();
    EXPECT_EQ(changes, 1U);
    (void)rig.ask("z2,2000,4");
    (void)rig.ask("Z2,2000,4");
    rig.send("vCont;s:p989680.989681");
    EXPECT_EQ(rig.machine.watchpoint_changes(), changes);
    EXPECT_TRUE(rig.machine.run_until_stop());
    (void)rig.ask("z2,2000,4");
    rig.send("vCont;s:p989680.989681");
    EXPECT_THAT(rig.machine.watchpoints(), IsEmpty());
}

TEST_F(Running, AFailedPreparationIsTheReply) {
    rig.instrumentation.fail_next_preparation({Errc::unsupported, "not on this architecture"});
    EXPECT_EQ(rig.ask("c"), "E5f");
    EXPECT_FALSE(rig.machine.running());
}

TEST_F(Running, DetachLeavesNothingBehind) {
    (void)rig.ask("Z0,1004,1");
    (void)rig.ask("Z2,2000,4");
    (void)rig.ask("Qqemu.sstep=1");
    rig.send("vCont;s:p989680.989681");
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_EQ(rig.next().substr(0, 3), "T05");
    EXPECT_EQ(rig.ask("D"), "OK");
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
    EXPECT_THAT(rig.machine.watchpoints(), IsEmpty());
    EXPECT_EQ(rig.machine.step_flags(), 7U);
    EXPECT_TRUE(rig.machine.running());
}

TEST(Unattended, APauseBySomebodyElseIsLeftAlone) {
    StubRig rig;
    rig.machine.deliver({});
    EXPECT_FALSE(rig.machine.running());
}

TEST(Unattended, ParkedVcpusGoOn) {
    StubRig rig;
    rig.debuggee.on_vcpu_parked();
    EXPECT_TRUE(rig.machine.run_until_stop());
    EXPECT_TRUE(rig.machine.running());
}

}  // namespace
}  // namespace hvgdb::test
