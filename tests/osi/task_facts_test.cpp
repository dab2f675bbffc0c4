// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/task_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<PhysAddr> lower_half(VirtAddr address) {
    return PhysAddr{address.value & 0xffff'ffff};
}

TEST(StateLetter, IsThatOfProcPidStat) {
    const struct {
        std::uint64_t state;
        std::uint64_t exit_state;
        char letter;
    } rows[] = {
        {0, 0, 'R'},
        {1, 0, 'S'},
        {2, 0, 'D'},
        {4, 0, 'T'},
        {8, 0, 't'},
        {0x80, 0x10, 'X'},
        {0x80, 0x20, 'Z'},
        {0x40, 0, 'P'},
        {0x402, 0, 'I'},
        {0x2402, 0, 'I'},
        {0x102, 0, 'D'},
        {0x104, 0, 'T'},
        {0x108, 0, 't'},
        {0x200, 0, 'R'},
        {0x2001, 0, 'S'},
        {0x1000, 0, 'D'},
        {0x8000, 0, 'D'},
        {0x800, 0, 'R'},
        {~std::uint64_t{0}, 0, 'D'},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(state_letter(row.state, row.exit_state), row.letter) << std::hex << row.state;
    }
}

class TaskFacts : public testing::Test {
  protected:
    TaskFacts() : task_(tasks_.task(42, 42, "a process")), parent_(tasks_.task(7, 5, "parent")) {
        signal_ = tasks_.join({task_});
        tasks_.put(task_, Field::task_real_parent, parent_.value);
    }
    Process process() { return describe_process(tasks_.kernel(), task_, lower_half); }
    void give_ids(std::uint32_t level, std::initializer_list<std::uint32_t> ids) {
        const auto pid = tasks_.object();
        tasks_.put(task_, Field::task_thread_pid, pid.value);
        tasks_.put(pid, Field::pid_level, level);
        VirtAddr entry = tasks_.node(pid, Field::pid_numbers);
        for (const auto id : ids) {
            tasks_.put(entry, Field::upid_nr, id);
            entry.value += tasks_.kernel().layout().size_of(Structure::upid);
        }
    }
    VirtAddr give_memory() {
        const auto mm = tasks_.object();
        tasks_.put(task_, Field::task_mm, mm.value);
        tasks_.put(mm, Field::mm_pgd, 0xffff'8880'1234'5000);
        tasks_.put(mm, Field::mm_saved_auxv, 33);
        return mm;
    }

    FakeTasks tasks_;
    VirtAddr task_;
    VirtAddr parent_;
    VirtAddr signal_;
};

TEST_F(TaskFacts, TellAProcess) {
    const auto cred = tasks_.object();
    tasks_.put(task_, Field::task_real_cred, cred.value);
    tasks_.put(cred, Field::cred_uid, 1000);
    tasks_.put(cred, Field::cred_euid, 0xffff'fffe);
    tasks_.put(cred, Field::cred_gid, 100);
    tasks_.put(task_, Field::task_state, 1);
    tasks_.put(task_, Field::task_start_boottime, 1'234'567'890'123);
    give_memory();
    give_ids(1, {42, 3});
    const auto found = process();
    EXPECT_EQ(found.pid, 42u);
    EXPECT_EQ(found.parent, 5u);
    EXPECT_EQ(found.command, "a process");
    EXPECT_EQ(found.state, 'S');
    EXPECT_EQ(found.uid, 1000u);
    EXPECT_EQ(found.effective_uid, 0xffff'fffeu);
    EXPECT_EQ(found.gid, 100u);
    EXPECT_EQ(found.start_time, 1'234'567'890'123u);
    EXPECT_EQ(found.threads, 1u);
    EXPECT_EQ(found.space, (AddressSpace{0x1234'5000}));
    EXPECT_EQ(found.task, task_);
    EXPECT_EQ(found.exit_code, std::nullopt);
    EXPECT_FALSE(found.kernel_thread);
    EXPECT_FALSE(found.compat);
    EXPECT_THAT(found.namespace_pids, ElementsAre(42, 3));
}

TEST_F(TaskFacts, AreAbsentWhereMemoryIs) {
    tasks_.memory.unmap(task_, 0x1000);
    const auto found = process();
    EXPECT_EQ(found.pid, 0u);
    EXPECT_EQ(found.parent, std::nullopt);
    EXPECT_EQ(found.command, "");
    EXPECT_EQ(found.state, '?');
    EXPECT_EQ(found.uid, std::nullopt);
    EXPECT_EQ(found.start_time, std::nullopt);
    EXPECT_EQ(found.space, std::nullopt);
    EXPECT_THAT(found.namespace_pids, IsEmpty());
}

TEST_F(TaskFacts, OfPidNamespacesAreBounded) {
    give_ids(32, {42});
    EXPECT_EQ(process().namespace_pids.size(), 33u);
    give_ids(33, {42});
    EXPECT_THAT(process().namespace_pids, IsEmpty());
    give_ids(0xffff'ffff, {42});
    EXPECT_THAT(process().namespace_pids, IsEmpty());
}

TEST_F(TaskFacts, OfALeaderThatEndedFirstHaveTheMemoryOfItsThreads) {
    const VirtAddr zombie = tasks_.task(50, 50, "leader");
    const VirtAddr ended = tasks_.task(51, 50, "ended");
    const VirtAddr living = tasks_.task(52, 50, "living");
    tasks_.join({zombie, ended, living});
    EXPECT_EQ(living_thread(tasks_.kernel(), zombie), zombie) << "all have ended";
    const VirtAddr mm = tasks_.object();
    tasks_.put(living, Field::task_mm, mm.value);
    tasks_.put(mm, Field::mm_pgd, 0xffff'8880'0123'4000);
    EXPECT_EQ(living_thread(tasks_.kernel(), zombie), living);
    EXPECT_EQ(describe_process(tasks_.kernel(), zombie, lower_half).space, (AddressSpace{0x0123'4000}));
    EXPECT_EQ(living_thread(tasks_.kernel(), living), living);
}

TEST_F(TaskFacts, OfAKernelThreadHaveNoMemoryEvenIfItBorrowsSome) {
    give_memory();
    tasks_.put(task_, Field::task_flags, 0x0020'8040);
    const auto found = process();
    EXPECT_TRUE(found.kernel_thread);
    EXPECT_EQ(found.space, std::nullopt);
    EXPECT_EQ(user_memory(tasks_.kernel(), task_), std::nullopt);
}

TEST_F(TaskFacts, TellThePageTablesOfUserModeByTheKernelsCopy) {
    constexpr std::uint64_t kTable = 0xffff'8880'1234'5000;
    constexpr std::uint64_t kNoExecution = std::uint64_t{1} << 63;
    give_memory();
    EXPECT_EQ(process().user_space, std::nullopt) << "no table can be read";
    tasks_.memory.put_zeros(VirtAddr{kTable}, 0x1000);
    tasks_.memory.put(VirtAddr{kTable + 8 * 256}, 0x1067 | kNoExecution);  // the kernel's half
    EXPECT_EQ(process().user_space, std::nullopt) << "nothing of the user's is there";
    tasks_.memory.put(VirtAddr{kTable + 8 * 3}, 0x1063 | kNoExecution);  // not for user mode
    EXPECT_EQ(process().user_space, std::nullopt);
    tasks_.memory.put(VirtAddr{kTable + 8 * 255}, 0x1067);
    EXPECT_EQ(process().user_space, (AddressSpace{0x1234'5000}));
    tasks_.memory.put(VirtAddr{kTable + 8 * 255}, 0x1067 | kNoExecution);
    EXPECT_EQ(process().user_space, (AddressSpace{0x1234'4000}));
    EXPECT_EQ(process().space, (AddressSpace{0x1234'5000}));
}

TEST_F(TaskFacts, TellA32BitProgramByItsAuxiliaryVector) {
    const auto mm = give_memory();
    tasks_.memory.put(tasks_.node(mm, Field::mm_saved_auxv), 0xf7f0'5540'0000'0020);  // AT_SYSINFO, 0xf7f05540
    EXPECT_TRUE(process().compat);
}

TEST_F(TaskFacts, OfAZombieHaveItsExitCode) {
    tasks_.put(task_, Field::task_state, 0x80);
    tasks_.put(task_, Field::task_exit_code, 0x2a00);
    EXPECT_EQ(process().exit_code, std::nullopt);
    tasks_.put(task_, Field::task_exit_state, 0x20);
    EXPECT_EQ(process().state, 'Z');
    EXPECT_EQ(process().exit_code, 0x2a00u);
    tasks_.put(signal_, Field::signal_flags, 4);  // exit_group()
    tasks_.put(signal_, Field::signal_group_exit_code, 9);
    EXPECT_EQ(process().exit_code, 9u);
}

TEST_F(TaskFacts, TellAThread) {
    const auto thread = tasks_.task(43, 42, "exactly15chars!");
    tasks_.put(thread, Field::task_cpu, 3);
    tasks_.put(thread, Field::task_state, 2);
    tasks_.put(thread, Field::task_on_cpu, 1);
    const auto found = describe_thread(tasks_.kernel(), thread);
    EXPECT_EQ(found.tid, 43u);
    EXPECT_EQ(found.pid, 42u);
    EXPECT_EQ(found.command, "exactly15chars!");
    EXPECT_EQ(found.state, 'D');
    EXPECT_EQ(found.cpu, 3u);
    EXPECT_EQ(found.task, thread);
    EXPECT_EQ(is_on_cpu(tasks_.kernel(), thread), true);
    EXPECT_EQ(is_on_cpu(tasks_.kernel(), task_), false);
}

TEST(TaskFactsOfOldKernels, UseTheOlderMembers) {
    FakeLayout layout;
    layout.add(Field::task_state_long).add(Field::task_tasks).add(Field::task_comm, 16, 1).add(Field::task_pid, 4);
    layout.add(Field::task_tgid, 4).add(Field::task_start_time).add(Field::task_cpu_old, 4).add(Field::task_cred);
    layout.add(Field::cred_uid, 4);
    FakeTasks tasks(layout);
    const auto task = tasks.task(5, 5, "old");
    const auto cred = tasks.object();
    tasks.put(task, Field::task_state_long, 0x402);
    tasks.put(task, Field::task_start_time, 99);
    tasks.put(task, Field::task_cpu_old, 2);
    tasks.put(task, Field::task_cred, cred.value);
    tasks.put(cred, Field::cred_uid, 8);
    const auto found = describe_process(tasks.kernel(), task, lower_half);
    EXPECT_EQ(found.state, 'I');
    EXPECT_EQ(found.start_time, 99u);
    EXPECT_EQ(found.uid, 8u);
    EXPECT_EQ(describe_thread(tasks.kernel(), task).cpu, 2u);
    EXPECT_EQ(is_on_cpu(tasks.kernel(), task), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
