// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_inferior.hpp"

#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

using test::FakeOs;

constexpr osi::ProcessId kPid = 500;
constexpr osi::ThreadId kWorker = 501;

class OneProcess : public testing::Test {
  protected:
    OneProcess() {
        osi::Process process;
        process.pid = kPid;
        process.command = "first";
        process.state = 'S';
        process.start_time = 17;
        process.space = AddressSpace{0x5000};
        process.user_space = AddressSpace{0x6000};
        auto& made = os.guest.add(process);
        made.threads.front().cpu = 3;
        made.threads.push_back({.tid = kWorker,
                                .pid = kPid,
                                .namespace_tids = {},
                                .command = "worker",
                                .state = 'R',
                                .cpu = 0,
                                .vcpu = VcpuId{1},
                                .task = {}});
        made.memory.map(0x1000, 0x1000);
        for (const auto tid : {kPid, kWorker}) {
            os.guest.registers[tid].general[0] = tid;
            os.guest.registers[tid].rip = 0x401000;
        }
    }
    osi::Process& process() { return os.guest.processes.front().process; }
    std::unique_ptr<ProcessInferior> attached() {
        auto made = ProcessInferior::attach(os, kPid);
        return made ? *std::move(made) : throw std::runtime_error(made.error().detail);
    }
    FakeOs os;
};

TEST_F(OneProcess, IsAttachedOnlyIfItHasUserCode) {
    EXPECT_EQ(ProcessInferior::attach(os, 77).error().code, Errc::not_found);
    process().kernel_thread = true;
    EXPECT_EQ(ProcessInferior::attach(os, kPid).error().code, Errc::unsupported);
    process().kernel_thread = false;
    process().user_space.reset();
    EXPECT_EQ(ProcessInferior::attach(os, kPid).error().code, Errc::unsupported);
    process().user_space = AddressSpace{0x6000};
    EXPECT_TRUE(ProcessInferior::attach(os, kPid));
    os.refuse(FakeOs::Call::threads, {Errc::fault, "torn"});
    EXPECT_EQ(ProcessInferior::attach(os, kPid).error().code, Errc::fault);
}

TEST_F(OneProcess, TellsItsThreads) {
    const auto inferior = attached();
    const auto threads = inferior->threads();
    ASSERT_EQ(threads.size(), 2U);
    EXPECT_EQ(inferior->pid(), kPid);
    EXPECT_EQ(threads[0].core, 3U);
    EXPECT_EQ(threads[0].vcpu, std::nullopt);
    EXPECT_EQ(threads[0].name + " " + threads[0].state, "first sleeping");
    EXPECT_EQ(threads[1].core, 1U) << "where it runs, not where the kernel last put it";
    EXPECT_EQ(threads[1].vcpu, VcpuId{1});
    EXPECT_EQ(threads[1].name + " " + threads[1].state, "worker running");
    os.refuse(Error{Errc::fault, "torn"});
    EXPECT_TRUE(inferior->threads().empty());
}

TEST_F(OneProcess, TellsItsEnd) {
    struct Case {
        char state;
        std::optional<std::uint64_t> start;
        std::optional<std::uint32_t> exit_code;
        std::optional<std::uint32_t> ended;
    };
    const auto inferior = attached();
    for (const auto& it : {Case{'R', 17, 5, {}}, Case{'T', 17, {}, {}}, Case{'Z', 17, 0x300, 0x300},
                           Case{'X', 17, {}, 0}, Case{'R', 18, 5, 0}}) {
        process().state = it.state;
        process().start_time = it.start;
        process().exit_code = it.exit_code;
        EXPECT_EQ(inferior->ended(), it.ended) << it.state;
    }
    os.refuse(Error{Errc::fault, "torn"});
    EXPECT_EQ(inferior->ended(), std::nullopt) << "what cannot be read may live";
    os.refuse(std::nullopt);
    os.guest.processes.clear();
    EXPECT_EQ(inferior->ended(), 0U);
}

TEST_F(OneProcess, ItsBreakpointsCountWhereItsUserCodeRuns) {
    const auto inferior = attached();
    EXPECT_EQ(inferior->space().value(), AddressSpace{0x6000});
    process().user_space = AddressSpace{0x9000};
    EXPECT_EQ(inferior->space().value(), AddressSpace{0x9000});
    process().user_space.reset();
    EXPECT_FALSE(inferior->space());
    EXPECT_EQ(inferior->code_place(VirtAddr{0x1010}).physical, PhysAddr{0x1010});
    const auto no_page = inferior->code_place(VirtAddr{0x8000});
    EXPECT_TRUE(no_page.known);
    EXPECT_EQ(no_page.physical, std::nullopt);
    os.refuse(Error{Errc::fault, "torn"});
    EXPECT_FALSE(inferior->code_place(VirtAddr{0x1010}).known);
}

TEST_F(OneProcess, RegistersAreThoseOfTheThread) {
    const auto inferior = attached();
    for (const auto tid : {kPid, kWorker}) {
        const auto block = inferior->read_registers(tid);
        ASSERT_TRUE(block);
        EXPECT_EQ(load_little_endian(std::span(block->bytes).first(8)), tid);
        EXPECT_EQ(inferior->read_register(tid, 0)->bytes, store_little_endian(tid, 8));
    }
    EXPECT_EQ(inferior->read_registers(77).error().code, Errc::not_found);
    EXPECT_EQ(inferior->read_register(kPid, 0xffff).error().code, Errc::not_found);
    EXPECT_EQ(inferior->write_register(kPid, 0xffff, {}).error().code, Errc::not_found);
    EXPECT_EQ(inferior->write_register(kPid, 0, Bytes(4)).error().code, Errc::bad_argument);
}

TEST_F(OneProcess, OfAWholeBlockOnlyWhatDiffersIsWritten) {
    const auto inferior = attached();
    auto block = inferior->read_registers(kWorker)->bytes;
    block[0] = std::byte{0x42};
    ASSERT_TRUE(inferior->write_registers(kWorker, block));
    ASSERT_EQ(os.written_registers().size(), 1U);
    EXPECT_EQ(os.written_registers().begin()->first, (std::pair<osi::ThreadId, std::string>{kWorker, "rax"}));
    os.refuse(FakeOs::Call::write_user_register, {Errc::unsupported, "not that one"});
    EXPECT_EQ(inferior->write_registers(kWorker, block).error().code, Errc::unsupported);
}

TEST_F(OneProcess, MemoryIsTheProcesss) {
    const auto inferior = attached();
    Bytes bytes(2, std::byte{0x5a});
    ASSERT_TRUE(inferior->write_memory(kPid, VirtAddr{0x1ffe}, bytes));
    Bytes read(4);
    EXPECT_EQ(inferior->read_memory(kWorker, VirtAddr{0x1ffe}, read).value_or(0), 2U);
    EXPECT_EQ(read[1], std::byte{0x5a});
    EXPECT_EQ(inferior->read_memory(kPid, VirtAddr{0x8000}, read).error().code, Errc::fault);
}

}  // namespace
}  // namespace hvgdb::gdbserver
