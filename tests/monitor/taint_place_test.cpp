// SPDX-License-Identifier: GPL-2.0-or-later
// Which bytes the commands about taint mean.
#include "monitor/taint_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

class TaintPlaceTest : public testing::Test, public TaintFixture {};

TEST_F(TaintPlaceTest, AddressesAreOfTheSelectedVcpu) {
    EXPECT_EQ(ask("taint *0x5fff:2 positional 1"), "Memory locations 0x5fff to 0x6000 tainted.\n");
    EXPECT_EQ(physical_labels(0x9fff, 1), Labels{"1-1"});
    EXPECT_EQ(physical_labels(0x3'0000, 1), Labels{"2-2"});
    enter_long_mode(1, 0x33, 0x7000);
    set_entry(0x7000, 0, 0);
    EXPECT_EQ(ask("check_taint *0x5fff", 1), "check_taint: nothing is mapped at 0x5fff\n");
    machine.set_register(VcpuId{1}, "cr0", 0x11);
    EXPECT_EQ(ask("get_taint *0x9fff", 1), "Memory location 0x9fff is tainted with label 1.\n") << "paging is off";
}

TEST_F(TaintPlaceTest, AddressesAreOfTheSelectedProcess) {
    EXPECT_EQ(ask_of_thread("taint *0x10ffe:4 6"), "Memory locations 0x10ffe to 0x11001 tainted.\n");
    EXPECT_EQ(physical_labels(0x1'0ffd, 6), (Labels{"", "6-6", "6-6", "6-6", "6-6", ""}));
    EXPECT_EQ(ask_of_thread("check_taint *0x5555"),
              "check_taint: the page at 0x5555 is not in memory: the process has not touched it\n"
              "yet, or it is swapped out\n");
    os.refuse(test::FakeOs::Call::physical_address, Error{Errc::fault, "the process has no memory there"});
    EXPECT_EQ(ask_of_thread("check_taint *0x10ffe"), "check_taint: nothing is mapped at 0x10ffe\n");
    os.refuse(test::FakeOs::Call::physical_address, Error{Errc::not_found, "no process 812"});
    EXPECT_EQ(ask_of_thread("check_taint *0x10ffe"), "check_taint: no process 812\n");
}

TEST_F(TaintPlaceTest, TheKernelIsTheSameForAll) {
    EXPECT_EQ(ask("taint *jiffies:2 1"), "Memory locations 0xffffffff81000100 to 0xffffffff81000101 tainted.\n");
    EXPECT_EQ(physical_labels(0x8100'0100, 2), (Labels{"1-1", "1-1"}));
    EXPECT_EQ(ask_of_thread("get_taint *jiffies+0x1:2"), "0xffffffff81000101: 1\n");
    EXPECT_EQ(ask_of_thread("check_taint *0xffffffff81000101"), "Memory location 0xffffffff81000101 is tainted.\n");
    EXPECT_EQ(ask_of_thread("check_taint *0xffffffff80000000"),
              "check_taint: nothing is mapped at 0xffffffff80000000\n");
    EXPECT_EQ(ask("check_taint *0xffffffff80000000"), "check_taint: nothing is mapped at 0xffffffff80000000\n");
    EXPECT_THAT(ask("check_taint *no_such"), testing::StartsWith("check_taint: "));
    EXPECT_EQ(ask("check_taint *jiffies+0xffffffffffffffff"),
              "check_taint: jiffies and 0xffffffffffffffff is beyond the last address\n");
}

TEST_F(TaintPlaceTest, WithoutAnOsTheVcpuKnowsTheKernelsAddresses) {
    Console without(ConsoleContext{
        .machine = machine, .instrumentation = instrumentation, .set_scope = {}, .get_scope = {}, .taint = &engine});
    set_entry(0x1000, 511, 0x2007);
    EXPECT_EQ(without.execute("taint *0xffffff8000005000 1", {VcpuId{0}, {}, {}}),
              "Memory location 0xffffff8000005000 tainted.\n");
    EXPECT_EQ(physical_labels(0x9000, 1), Labels{"1-1"});
    EXPECT_EQ(without.execute("taint *jiffies 1", {VcpuId{0}, {}, {}}),
              "taint: no operating system view here, which would know symbols\n");
}

TEST_F(TaintPlaceTest, OfARangeAllIsTaintedOrNothing) {
    EXPECT_EQ(ask("taint *0x5ff0:0x2000 1"), "taint: nothing is mapped at 0x7000; nothing was changed\n");
    EXPECT_EQ(ask_of_thread("taint *0x11000:0x2000 1"),
              "taint: the page at 0x12000 is not in memory: the process has not touched it yet,\n"
              "or it is swapped out; nothing was changed\n");
    EXPECT_FALSE(engine.active());
    (void)ask("taint *0x5000:0x2000 1");
    EXPECT_EQ(ask("untaint *0x5000:0x2001"), "untaint: nothing is mapped at 0x7000; nothing was changed\n");
    EXPECT_EQ(engine.memory().statistics().tainted_bytes, 0x2000U);
}

TEST_F(TaintPlaceTest, WhicheverCallFailsThereIsAnAnswer) {
    os.guest.register_places[{kTid, "rax"}] = {.vcpu = VcpuId{0}, .memory = {}};
    const std::string lines[] = {"taint *0x5000 1", "check_taint *0x10000", "get_taint *jiffies", "taint rax 1"};
    for (const auto& line : lines) {
        for (unsigned nth = 1;; ++nth) {
            ASSERT_LT(nth, 20U) << line << " asks without end";
            os.fail_call(nth, Error{Errc::timeout, "QEMU does not answer"});
            machine.fail_call(nth, Error{Errc::timeout, "QEMU does not answer"});
            EXPECT_THAT(ask_of_thread(line), testing::EndsWith("\n"));
            EXPECT_THAT(ask(line), testing::EndsWith("\n"));
            if (os.failure_pending() && machine.failure_pending()) {
                break;
            }
        }
    }
}

TEST_F(TaintPlaceTest, RegistersOfAThreadAreWhereItHasThem) {
    os.guest.register_places[{kTid, "rbx"}] = {.vcpu = VcpuId{1}, .memory = {}};
    os.guest.register_places[{kTid, "rax"}] = {.vcpu = std::nullopt, .memory = {{PhysAddr{0x2'0010}, 8}}};
    EXPECT_EQ(ask_of_thread("taint bx 3"), "Register bx tainted.\n");
    EXPECT_EQ(ask("get_taint rbx", 1), "rbx[0..1]: 3\n");
    EXPECT_EQ(ask("get_taint rbx", 0), "Register rbx is not tainted.\n");
    EXPECT_EQ(ask_of_thread("taint ah 4"), "Register ah tainted.\n");
    EXPECT_EQ(ask_of_thread("taint rax:1 5"), "Register rax:1 tainted.\n");
    EXPECT_EQ(physical_labels(0x2'0010, 3), (Labels{"5-5", "4-4", ""}));
    EXPECT_EQ(ask_of_thread("get_taint eax"), "eax[0]: 5\neax[1]: 4\n");
    EXPECT_EQ(ask_of_thread("untaint eax"), "Register eax untainted.\n");
    EXPECT_EQ(engine.memory().statistics().tainted_bytes, 0U);
}

TEST_F(TaintPlaceTest, VectorRegistersOfAThreadMayBeInPieces) {
    using Pieces = std::vector<osi::PhysicalPiece>;
    os.guest.register_places[{kTid, "xmm1"}].memory = Pieces{{PhysAddr{0x2'0ffc}, 4}, {PhysAddr{0x4'0000}, 12}};
    os.guest.register_places[{kTid, "ymm1h"}].memory = Pieces{{PhysAddr{0x5'0000}, 16}};
    EXPECT_EQ(ask_of_thread("taint ymm1:18 positional"), "Register ymm1:18 tainted.\n");
    EXPECT_EQ(physical_labels(0x2'0fff, 1), Labels{"3-3"});
    EXPECT_EQ(physical_labels(0x4'0000, 12),
              (Labels{"4-4", "5-5", "6-6", "7-7", "8-8", "9-9", "10-10", "11-11", "12-12", "13-13", "14-14", "15-15"}));
    EXPECT_EQ(physical_labels(0x5'0000, 3), (Labels{"16-16", "17-17", ""}));
    EXPECT_EQ(ask_of_thread("get_taint xmm1:6"),
              "xmm1[0]: 0\nxmm1[1]: 1\nxmm1[2]: 2\nxmm1[3]: 3\nxmm1[4]: 4\nxmm1[5]: 5\n");
}

TEST_F(TaintPlaceTest, RegistersThatAreInTwoPlacesAreTaintedInBoth) {
    os.guest.register_places[{kTid, "st3"}] = {.vcpu = VcpuId{1}, .memory = {{PhysAddr{0x2'0000}, 10}}};
    EXPECT_EQ(ask_of_thread("taint mm3 1"), "Register mm3 tainted.\n");
    EXPECT_EQ(ask("get_taint st3", 1), "st3[0..7]: 1\n");
    EXPECT_EQ(engine.memory().statistics().tainted_bytes, 8U);
    engine.memory().clear_all();
    EXPECT_EQ(ask_of_thread("get_taint mm3"), "Register mm3 is tainted with label 1.\n") << "the vCPU's counts";
}

TEST_F(TaintPlaceTest, RegistersOfAThreadCanBeOutOfReach) {
    os.guest.register_places[{kTid, "eflags"}] = {.vcpu = std::nullopt, .memory = {{PhysAddr{0x2'0000}, 8}}};
    os.guest.register_places[{kTid, "rcx"}] = {.vcpu = VcpuId{2}, .memory = {}};
    EXPECT_EQ(ask_of_thread("taint eflags 1"),
              "taint: the flags of a thread that runs no user code now are not followed through\n"
              "the kernel\n");
    EXPECT_EQ(ask_of_thread("taint rcx 1"), "taint: no vCPU 2\n");
    os.refuse(test::FakeOs::Call::user_register_place, Error{Errc::unsupported, "just entering the kernel"});
    EXPECT_EQ(ask_of_thread("taint rax 1"), "taint: just entering the kernel\n");
    os.refuse(test::FakeOs::Call::user_register_place, Error{Errc::not_found, "no thread 813"});
    EXPECT_EQ(ask_of_thread("check_taint rax"), "check_taint: no thread 813\n");
    EXPECT_FALSE(engine.active());
}

}  // namespace
}  // namespace hvgdb::monitor
