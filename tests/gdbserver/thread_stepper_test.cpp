// SPDX-License-Identifier: GPL-2.0-or-later
// Steps of a process's thread, in user code, through the kernel and from one vCPU to another.
#include "gdbserver/thread_stepper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

using emulator::RunMode;
using gdbserver::cmd::Action;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint64_t kStack = 0x70000000 + kWorker * 0x1000;  ///< the worker's, at first
constexpr std::uint64_t kEnterKernel = kKernel + 0x100;
constexpr std::string_view kSyscall = "\x0f\x05";

/// kWorker runs user code on vCPU 1, the other vCPU idles.
struct Stepping : testing::Test {
    DebuggeeRig rig;

    void SetUp() override {
        rig.attach(kFirst);
        rig.os.run(kVcpu1, kWorker);
        rig.machine.set_next(kEnterKernel, kEnterKernel);
    }
    void step_worker() { rig.resume({step(kFirst, kWorker), Action{}}); }
    std::uint64_t pc() { return rig.os.user_registers(kWorker)->rip; }
    /// The instruction at `pc` enters the kernel, which is to go on at `back`.
    void enter_kernel_at(std::uint64_t pc, std::uint64_t back, std::uint64_t stack_pointer = kStack) {
        rig.machine.set_next(pc, kEnterKernel);
        rig.os.save(kWorker, back, stack_pointer);
    }
    /// The thread on the vCPU comes back from the kernel.
    void return_to(VcpuId vcpu, std::uint64_t pc, std::uint64_t stack_pointer = kStack) {
        rig.machine.set_pc(vcpu, pc);
        rig.machine.set_register(vcpu, "rsp", stack_pointer);
    }
};

TEST_F(Stepping, InUserCodeStepsTheVcpuOnce) {
    step_worker();
    EXPECT_EQ(rig.plan().others, RunMode::go);
    EXPECT_THAT(rig.plan().vcpus, ElementsAre(Pair(kVcpu1, RunMode::step)));
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(pc(), kEntry + 1);
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
}

TEST_F(Stepping, LockedLeavesTheOtherVcpus) {
    rig.resume({step(kFirst, kWorker)});
    EXPECT_EQ(rig.plan().others, RunMode::stay);
    EXPECT_THAT(rig.plan().vcpus, ElementsAre(Pair(kVcpu1, RunMode::step)));
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
}

TEST_F(Stepping, PassesTheBreakpointItStandsOnAndStopsAtTheNext) {
    rig.insert(kFirst, kEntry);
    rig.insert(kFirst, kEntry + 1);
    step_worker();
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(pc(), kEntry + 1);
}

TEST_F(Stepping, ASystemCallIsOneLeg) {
    rig.os.poke(kFirst, kEntry, kSyscall);
    enter_kernel_at(kEntry, kEntry + 2);
    const auto before = rig.machine.resumes().size();
    rig.resume({step(kFirst, kWorker)});
    EXPECT_EQ(rig.plan().others, RunMode::go) << "the call may need the other vCPUs";
    EXPECT_THAT(rig.plan().vcpus, IsEmpty());
    rig.run(1);
    EXPECT_EQ(rig.next(), "running");
    return_to(kVcpu1, kEntry + 2);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(rig.machine.resumes().size(), before + 1);
}

TEST_F(Stepping, AnotherThreadMayReturnFromTheSameSystemCall) {
    rig.os.poke(kFirst, kEntry, kSyscall);
    enter_kernel_at(kEntry, kEntry + 2);
    step_worker();
    rig.run(1);
    rig.os.save(kFirst, kEntry + 2, kStack + 0x800);
    rig.os.run(kVcpu0, kFirst);
    const auto resumes = rig.machine.resumes().size();
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_EQ(rig.machine.resumes().size(), resumes) << "with another stack pointer it did not even stop";
    rig.os.leave(kVcpu0);
    rig.os.save(kFirst, kEntry + 2, kStack);  // as after vfork
    rig.os.run(kVcpu0, kFirst);
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_GT(rig.machine.resumes().size(), resumes) << "another thread on the same stack";
    return_to(kVcpu1, kEntry + 2);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
}

TEST_F(Stepping, AFaultBeforeTheInstructionIsNotTheStep) {
    enter_kernel_at(kEntry, kEntry);  // a page fault
    step_worker();
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    EXPECT_THAT(rig.plan().vcpus, IsEmpty()) << "the kernel is not stepped";
    rig.machine.set_next(kEntry, kEntry + 3);
    return_to(kVcpu1, kEntry);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(pc(), kEntry + 3);
    EXPECT_THAT(rig.plan().vcpus, ElementsAre(Pair(kVcpu1, RunMode::step)));
}

TEST_F(Stepping, AnInterruptAfterTheInstructionEndsItOnReturn) {
    enter_kernel_at(kEntry, kEntry + 1);
    step_worker();
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    return_to(kVcpu1, kEntry + 1);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(pc(), kEntry + 1);
}

TEST_F(Stepping, GoesOnOnTheVcpuThatTheThreadComesBackOn) {
    enter_kernel_at(kEntry, kEntry);
    step_worker();
    rig.run(2);
    rig.os.leave(kVcpu1);
    rig.machine.set_next(kEntry, kEntry + 1);
    rig.os.run(kVcpu0, kWorker);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_THAT(rig.plan().vcpus, ElementsAre(Pair(kVcpu0, RunMode::step)));
    EXPECT_EQ(pc(), kEntry + 1);
}

TEST_F(Stepping, AThreadThatDoesNotRunIsWaitedFor) {
    rig.resume({step(kFirst, kFirst), Action{}});
    EXPECT_THAT(rig.plan().vcpus, IsEmpty());
    rig.os.run(kVcpu1, kWorker);  // the same address, with another stack pointer
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    rig.os.run(kVcpu0, kFirst);
    EXPECT_EQ(rig.run_to_report(), "T5 500.500 step");
    EXPECT_EQ(rig.machine.pc(kVcpu0), kEntry + 1);
}

TEST_F(Stepping, ABreakpointElsewhereEndsTheWait) {
    rig.insert(kFirst, kEntry + 4);
    rig.resume({step(kFirst, kFirst), Action{}});
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 swbreak");
    rig.resume();
    rig.os.run(kVcpu0, kFirst);
    EXPECT_EQ(rig.run_to_report(), "T5 500.500 swbreak") << "the step is forgotten";
    EXPECT_EQ(rig.machine.pc(kVcpu0), kEntry + 4);
}

TEST_F(Stepping, CtrlCEndsTheWait) {
    rig.resume({step(kFirst, kFirst)});
    EXPECT_EQ(rig.interrupt(), "T2 500.501");
    EXPECT_FALSE(rig.instrumentation.has_enabled_site(kEntry));
}

TEST_F(Stepping, SignalReturnGoesWhereTheFrameSays) {
    constexpr std::uint64_t kHandler = 0x402000;
    rig.os.poke(kFirst, kHandler, kSyscall);
    const auto frame = kStack - 0x1000;
    rig.os.poke(kFirst, frame + 40 + 15 * 8, as_text(store_little_endian(kStack, 8)));
    rig.os.poke(kFirst, frame + 40 + 16 * 8, as_text(store_little_endian(kEntry + 7, 8)));
    return_to(kVcpu1, kHandler, frame);
    rig.machine.set_register(kVcpu1, "rax", 15);
    enter_kernel_at(kHandler, kEntry + 7);
    step_worker();
    EXPECT_TRUE(rig.instrumentation.has_enabled_site(kEntry + 7));
    rig.run(1);
    return_to(kVcpu1, kEntry + 7);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
}

TEST_F(Stepping, ARangeIsLeftBySteps) {
    struct Case {
        std::uint64_t begin, end;
        std::optional<std::uint64_t> breakpoint;
        std::uint64_t stops_at;
    };
    for (const auto& it : {Case{kEntry, kEntry + 4, {}, kEntry + 4}, Case{kEntry, kEntry + 4, kEntry + 2, kEntry + 2},
                           Case{kEntry, kEntry, {}, kEntry + 1}, Case{kEntry + 2, kEntry + 4, {}, kEntry + 1},
                           Case{kEntry, kEntry + 4, kEntry + 4, kEntry + 4}}) {
        DebuggeeRig fresh;
        fresh.attach(kFirst);
        fresh.os.run(kVcpu1, kWorker);
        if (it.breakpoint) {
            fresh.insert(kFirst, *it.breakpoint);
        }
        fresh.resume({range_step(kFirst, kWorker, it.begin, it.end), Action{}});
        EXPECT_EQ(fresh.run_to_report(), "T5 500.501 step");
        EXPECT_EQ(fresh.machine.pc(kVcpu1), it.stops_at);
    }
}

TEST_F(Stepping, ARangeGoesOnAfterASystemCallInIt) {
    rig.os.poke(kFirst, kEntry + 1, kSyscall);
    enter_kernel_at(kEntry + 1, kEntry + 3);
    rig.resume({range_step(kFirst, kWorker, kEntry, kEntry + 5), Action{}});
    rig.run(2);
    EXPECT_EQ(rig.next(), "running");
    return_to(kVcpu1, kEntry + 3);
    EXPECT_EQ(rig.run_to_report(), "T5 500.501 step");
    EXPECT_EQ(pc(), kEntry + 5);
}

TEST_F(Stepping, AThreadThatEndsEndsTheStep) {
    enter_kernel_at(kEntry, kEntry);
    step_worker();
    rig.run(2);
    rig.os.end(kFirst);
    EXPECT_EQ(rig.interrupt(), "W0 500");
    EXPECT_EQ(rig.next(), "running");
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
}

TEST_F(Stepping, WhatCannotBeStartedIsRefused) {
    rig.os.refuse(FakeOs::Call::user_registers, {Errc::fault, "torn"});
    step_worker();
    EXPECT_EQ(rig.next(), "not resumed: torn");
    EXPECT_EQ(rig.next(), "paused");
}

TEST_F(Stepping, DetachingLeavesNoSites) {
    rig.resume({step(kFirst, kFirst), Action{}});
    EXPECT_EQ(rig.interrupt(), "T2 500.501");
    rig.debuggee.detach(kFirst);
    EXPECT_THAT(rig.instrumentation.sites(), IsEmpty());
}

}  // namespace
}  // namespace hvgdb::test
