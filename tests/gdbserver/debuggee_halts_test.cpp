// SPDX-License-Identifier: GPL-2.0-or-later
// Stops for somebody who is no site.
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>

#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

constexpr std::uint64_t kPlace = kEntry + 4;

struct Halts : emulator::Halter {
    [[nodiscard]] bool wanted() const override { return is_wanted; }
    [[nodiscard]] Reason reason(VcpuId vcpu) const override {
        return {.process = process, .text = "vCPU " + std::to_string(vcpu.index) + "\n"};
    }
    std::optional<std::uint32_t> process;
    bool is_wanted = true;
};

struct WithHalter : WithProcesses {
    void SetUp() override {
        WithProcesses::SetUp();
        rig.instrumentation.halt_at(VirtAddr{kPlace}, halter);
    }
    void expect_passed() {
        const auto passes = rig.instrumentation.passes();
        rig.run();
        EXPECT_EQ(rig.next(), "running");
        EXPECT_GT(rig.instrumentation.passes(), passes) << "it stopped nowhere";
    }
    std::shared_ptr<Halts> halter = std::make_shared<Halts>();
};

TEST_F(WithHalter, TheThreadThatIsThereStopsEachTime) {
    for (const bool named : {false, true}) {
        SCOPED_TRACE(named);
        halter->process = named ? std::optional(kFirst) : std::nullopt;
        rig.attach(kFirst);
        rig.os.run(kVcpu1, kWorker);
        for (int round = 0; round < 3; ++round) {
            rig.resume();
            EXPECT_EQ(rig.run_to_report(), "T5 500.501") << round;
            EXPECT_EQ(rig.machine.pc(kVcpu1), kPlace);
            EXPECT_EQ(rig.debuggee.last_stop()->note, "vCPU 1\n");
        }
        rig.os.leave(kVcpu1);
        rig.machine.set_pc(kVcpu1, kKernel);
        rig.debuggee.detach_all();
        rig.run(1);
    }
}

TEST_F(WithHalter, OfTheMachineItIsTheVcpu) {
    rig.attach(kMachine);
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000001");
    rig.resume();
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000001");
}

TEST_F(WithHalter, WhoIsNotConcernedPassesInSilence) {
    rig.attach(kFirst);
    rig.os.run(kVcpu0, kSecond);
    rig.resume();
    expect_passed();
}

TEST_F(WithHalter, WhatAnotherDoesToTheProcessStopsOneOfItsThreads) {
    halter->process = kFirst;
    rig.attach(kFirst);
    rig.os.run(kVcpu0, kSecond);
    for (int round = 0; round < 2; ++round) {
        rig.resume();
        EXPECT_EQ(rig.run_to_report(), "T5 500.500") << round;
        EXPECT_EQ(rig.debuggee.last_stop()->note, "vCPU 0\n");
        EXPECT_EQ(rig.machine.pc(kVcpu0), kPlace);
    }
}

TEST_F(WithHalter, BreakpointAtTheSamePlaceStopsBesides) {
    rig.attach(kFirst);
    rig.insert(kFirst, kPlace);
    rig.os.run(kVcpu0, kFirst);
    for (int round = 0; round < 2; ++round) {
        rig.resume();
        EXPECT_EQ(rig.run_to_report(), "T5 500.500 swbreak") << round;
        rig.resume();
        EXPECT_EQ(rig.run_to_report(), "T5 500.500") << round;
    }
}

TEST_F(WithHalter, WhoPreparesIsToldBeforeEachResumption) {
    unsigned times = 0;
    rig.debuggee.set_before_resume([&] { ++times; });
    rig.attach(kFirst);
    rig.os.run(kVcpu0, kFirst);
    rig.resume();
    EXPECT_EQ(times, 1U);
    EXPECT_EQ(rig.run_to_report(), "T5 500.500");
    rig.resume();
    EXPECT_EQ(times, 2U);
}

}  // namespace
}  // namespace hvgdb::test
