// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's threads as threads of the machine.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "gdbserver/process_registers.hpp"
#include "tests/gdbserver/debuggee_fixture.hpp"

namespace hvgdb::test {
namespace {

using gdbserver::MachineInferior;
using gdbserver::ThreadInfo;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kDaemon = 2;
constexpr std::uint32_t kBusy = 17;
constexpr std::uint32_t kVcpuThread0 = kMachine + 1;
constexpr std::uint32_t kVcpuThread1 = kMachine + 2;
constexpr std::uint64_t kSwitch = ScheduledOs::kKernel + 0x500;

/// kDaemon sleeps, kBusy is on vCPU 1.
struct KernelThreads : WithProcesses {
    void SetUp() override {
        rig.machine.deliver({});
        add(0, "swapper/0", 'R');
        add(kDaemon, "kthreadd", 'S').threads.front().cpu = 1;
        add(kBusy, "kworker/1:0", 'I').threads.front().vcpu = kVcpu1;
        rig.os.guest.switched_out[kDaemon] = {
            .rip = kSwitch, .rsp = 2, .rbp = 3, .rbx = 4, .r12 = 12, .r13 = 13, .r14 = 14, .r15 = 15};
    }
    FakeProcess& add(std::uint32_t tid, std::string_view name, char state) {
        osi::Process process;
        process.pid = tid;
        process.command = name;
        process.state = state;
        process.kernel_thread = true;
        return rig.os.guest.add(process);
    }
    static std::string to_text(const ThreadInfo& thread) {
        return fmt::format("{} {} core {} {}{}", thread.tid, thread.name, thread.core, thread.state,
                           thread.vcpu ? "" : ", on none");
    }
    std::vector<std::string> listed() const {
        std::vector<std::string> lines;
        std::ranges::transform(machine.threads(), std::back_inserter(lines), to_text);
        return lines;
    }
    std::optional<std::uint64_t> value_of(std::uint32_t tid, std::string_view name) {
        const auto* info = machine.description().find(name);
        const auto one = machine.read_register(tid, info->number);
        const auto all = machine.read_registers(tid);
        if (!one || !all) {
            ADD_FAILURE() << (one ? all.error() : one.error()).detail;
            return std::nullopt;
        }
        const auto same = gdbserver::register_of(*all, *info);
        EXPECT_EQ(one->bytes, same.bytes) << name;
        EXPECT_EQ(one->unknown, same.unknown) << name;
        const bool unknown = std::ranges::find(one->unknown, true) != one->unknown.end();
        return unknown ? std::nullopt : std::optional(load_little_endian(one->bytes));
    }

    MachineInferior machine{rig.machine, &rig.os};
};

TEST_F(KernelThreads, AreListedBehindTheVcpusWithoutSwappersAndProcesses) {
    EXPECT_THAT(listed(), ElementsAre("10000001 vCPU 0 core 0 ", "10000002 vCPU 1 core 1 ",
                                      "2 kthreadd core 1 sleeping, on none", "17 kworker/1:0 core 1 running"));
    for (const std::uint32_t none : {0U, kFirst, kWorker, 77U, kMachine, kMachine + 3}) {
        EXPECT_FALSE(machine.thread(none)) << none;
        EXPECT_EQ(machine.read_registers(none).error().code, Errc::not_found) << none;
    }
    for (const auto& thread : machine.threads()) {
        EXPECT_EQ(machine.thread(thread.tid).transform(to_text), to_text(thread));
    }
}

TEST_F(KernelThreads, AreNotThereWhereTheyCannotBeRead) {
    const std::vector<std::string> vcpus{"10000001 vCPU 0 core 0 ", "10000002 vCPU 1 core 1 "};
    rig.machine.start();
    EXPECT_EQ(listed(), vcpus) << "the machine runs";
    EXPECT_FALSE(machine.thread(kDaemon));
    rig.machine.deliver({});
    for (const auto code : {Errc::unsupported, Errc::fault}) {
        rig.os.refuse(Error{code, "no kernel yet"});
        EXPECT_EQ(listed(), vcpus);
        EXPECT_FALSE(machine.thread(kDaemon));
    }
    EXPECT_FALSE(MachineInferior(rig.machine).thread(kDaemon));
    EXPECT_EQ(MachineInferior(rig.machine).threads().size(), 2U);
}

TEST_F(KernelThreads, OnAVcpuHaveItsRegisters) {
    rig.machine.set_register(kVcpu1, "rax", 0x1234);
    EXPECT_EQ(value_of(kBusy, "rax"), 0x1234U);
    EXPECT_EQ(value_of(kBusy, "rip"), kKernel);
    auto block = machine.read_registers(kBusy)->bytes;
    block[0] = std::byte{0x42};
    EXPECT_TRUE(machine.write_registers(kBusy, block));
    EXPECT_EQ(rig.machine.get_register(kVcpu1, "rax"), 0x1242U);
    EXPECT_TRUE(machine.write_register(kBusy, 0, store_little_endian(7, 8)));
    EXPECT_EQ(rig.machine.get_register(kVcpu1, "rax"), 7U);
}

TEST_F(KernelThreads, OnNoneHaveWhatTheKernelKeepsOfThem) {
    const std::map<std::string_view, std::uint64_t> kept{{"rip", kSwitch}, {"rsp", 2},  {"rbp", 3},  {"rbx", 4},
                                                         {"r12", 12},      {"r13", 13}, {"r14", 14}, {"r15", 15}};
    for (const auto& info : machine.description().registers()) {
        const auto found = kept.find(info.name);
        EXPECT_EQ(value_of(kDaemon, info.name), found == kept.end() ? std::nullopt : std::optional(found->second))
            << info.name;
    }
    EXPECT_EQ(machine.read_register(kDaemon, 0xffff).error().code, Errc::not_found);
    rig.os.guest.switched_out.clear();
    EXPECT_EQ(machine.read_registers(kDaemon).error().code, Errc::unsupported);
    EXPECT_EQ(machine.read_register(kDaemon, 0).error().code, Errc::unsupported);
}

TEST_F(KernelThreads, OnNoneAreNotWritten) {
    const auto size = machine.description().block_size();
    for (const auto& done : {machine.write_registers(kDaemon, Bytes(size)),
                             machine.write_register(kDaemon, 0, store_little_endian(7, 8))}) {
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::unsupported);
        EXPECT_EQ(done.error().detail, "kernel thread kthreadd is not on a vCPU; its registers cannot be written");
    }
    EXPECT_EQ(machine.write_register(77, 0, store_little_endian(7, 8)).error().code, Errc::not_found);
}

TEST_F(KernelThreads, SeeTheKernelThroughAnyVcpuThatDoes) {
    constexpr std::uint64_t kUser = 0x1000;
    struct Case {
        std::uint32_t tid;
        std::uint64_t address;
        Errc code;
        bool done;
    };
    for (const auto& it : {Case{kDaemon, kKernel, Errc::fault, true}, Case{kDaemon, kUser, Errc::fault, false},
                           Case{kDaemon, kKernel, Errc::timeout, false}, Case{kBusy, kKernel, Errc::fault, false},
                           Case{kVcpuThread0, kKernel, Errc::fault, false}}) {
        rig.machine.poke(it.address, "\x90\x90");
        Bytes out(2);
        rig.machine.fail_call(1, {it.code, "not by the first"});
        EXPECT_EQ(machine.read_memory(it.tid, VirtAddr{it.address}, out).has_value(), it.done);
        rig.machine.fail_call(1, {it.code, "not by the first"});
        EXPECT_EQ(machine.write_memory(it.tid, VirtAddr{it.address}, out).has_value(), it.done);
    }
    Bytes out(2);
    EXPECT_EQ(machine.read_memory(kDaemon, VirtAddr{kUser}, out).value_or(0), 2U);
    EXPECT_EQ(machine.read_memory(77, VirtAddr{kUser}, out).error().code, Errc::not_found);
    EXPECT_EQ(machine.write_memory(77, VirtAddr{kUser}, out).error().code, Errc::not_found);
}

struct KernelThreadsRun : KernelThreads {
    void SetUp() override {
        KernelThreads::SetUp();
        rig.attach(kMachine);
    }
};

TEST_F(KernelThreadsRun, AStepOfOneOnAVcpuIsAStepOfThatVcpu) {
    rig.resume({step(kMachine, kBusy), {}});
    EXPECT_EQ(rig.plan().vcpus, (decltype(rig.plan().vcpus){{kVcpu1, emulator::RunMode::step}}));
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.17 step");
    rig.resume({step(kMachine, kVcpuThread1)});
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000002 step") << "the vCPU was stepped this time";
    rig.machine.set_pc(kVcpu1, kSwitch);
    rig.resume({range_step(kMachine, kBusy, kSwitch, kSwitch + 2)});
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.17 step");
}

TEST_F(KernelThreadsRun, OneThatLeavesItsVcpuWithTheStepIsNotReported) {
    rig.resume({step(kMachine, kBusy)});
    rig.os.guest.processes.back().threads.front().vcpu.reset();
    EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000002 step");
}

TEST_F(KernelThreadsRun, AStepOfOneOnNoneIsRefused) {
    for (const auto& action : {step(kMachine, kDaemon), range_step(kMachine, kDaemon, kSwitch, kSwitch + 4)}) {
        rig.resume({action, {}});
        EXPECT_THAT(rig.next(), HasSubstr("kernel thread kthreadd is not on a vCPU"));
        EXPECT_FALSE(rig.machine.running());
    }
}

TEST_F(KernelThreadsRun, CtrlCReportsWhatRuns) {
    for (const bool sleeps : {false, true}) {
        rig.resume({step(kMachine, kBusy)});
        EXPECT_EQ(rig.run_to_report(), "T5 10000000.17 step");
        rig.resume();
        if (sleeps) {
            rig.os.guest.processes.back().threads.front().vcpu.reset();
        }
        EXPECT_EQ(rig.interrupt(), sleeps ? "T2 10000000.10000001" : "T2 10000000.17");
    }
}

TEST_F(KernelThreadsRun, ContinuingOneOnNoneLetsTheMachineRun) {
    gdbserver::cmd::Action go;
    go.thread = {.pid = kMachine, .tid = kDaemon};
    rig.resume({go});
    EXPECT_EQ(rig.plan().others, emulator::RunMode::go);
    EXPECT_TRUE(rig.plan().vcpus.empty());
    EXPECT_EQ(rig.interrupt(), "T2 10000000.10000001");
}

TEST_F(KernelThreadsRun, ContinuingOneOnAVcpuAloneIsThatOfTheVcpu) {
    gdbserver::cmd::Action go;
    go.thread = {.pid = kMachine, .tid = kBusy};
    rig.resume({go});
    EXPECT_EQ(rig.plan().vcpus, (decltype(rig.plan().vcpus){{kVcpu0, emulator::RunMode::stay}}));
}

TEST_F(KernelThreadsRun, StepsOfVcpusDoNotLookForThem) {
    for (int i = 0; i < 3; ++i) {
        rig.resume({step(kMachine, kVcpuThread0), {}});
        EXPECT_EQ(rig.run_to_report(), "T5 10000000.10000001 step");
    }
    EXPECT_EQ(rig.os.calls(FakeOs::Call::processes), 0U);
    EXPECT_EQ(rig.os.calls(FakeOs::Call::threads), 0U);
}

}  // namespace
}  // namespace hvgdb::test
