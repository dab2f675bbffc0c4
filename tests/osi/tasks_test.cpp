// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;

TEST(Tasks, AreListedWithoutTheSwapper) {
    FakeTasks tasks;
    const auto init = tasks.task(1, 1, "init");
    const auto kthreadd = tasks.task(2, 2, "kthreadd");
    tasks.make_ring(Field::task_tasks, tasks.init, {init, kthreadd});
    const auto leaders = process_leaders(tasks.kernel(), tasks.init);
    ASSERT_TRUE(leaders);
    EXPECT_THAT(leaders->objects, ElementsAre(init, kthreadd));
    EXPECT_TRUE(leaders->complete);
}

TEST(Tasks, OfATornListAreThoseBeforeTheTear) {
    FakeTasks tasks;
    const auto init = tasks.task(1, 1, "init");
    const auto lost = tasks.task(2, 2, "lost");
    tasks.make_ring(Field::task_tasks, tasks.init, {init, lost});
    tasks.memory.unmap(tasks.node(lost, Field::task_tasks), 8);
    const auto leaders = process_leaders(tasks.kernel(), tasks.init);
    ASSERT_TRUE(leaders);
    EXPECT_THAT(leaders->objects, ElementsAre(init));
    EXPECT_FALSE(leaders->complete);
}

TEST(Tasks, WithoutAListAreAnError) {
    FakeTasks tasks;
    const std::uint64_t rows[] = {0, 0x1000, ~std::uint64_t{0}};
    for (const auto next : rows) {
        tasks.put(tasks.init, Field::task_tasks, next);
        const auto leaders = process_leaders(tasks.kernel(), tasks.init);
        ASSERT_FALSE(leaders) << next;
        EXPECT_EQ(leaders.error().code, Errc::fault);
    }
    tasks.memory.unmap(tasks.node(tasks.init, Field::task_tasks), 8);
    EXPECT_FALSE(process_leaders(tasks.kernel(), tasks.init));
}

TEST(Threads, BeginWithTheLeader) {
    FakeTasks tasks;
    const auto leader = tasks.task(10, 10, "leader");
    const auto first = tasks.task(11, 10, "first");
    const auto second = tasks.task(12, 10, "second");
    tasks.join({first, leader, second});  // as after an exec by another thread than the leader
    const auto threads = threads_of(tasks.kernel(), leader);
    EXPECT_THAT(threads.objects, ElementsAre(leader, first, second));
    EXPECT_TRUE(threads.complete);
}

TEST(Threads, AreAtLeastTheLeader) {
    FakeTasks tasks;
    const auto leader = tasks.task(10, 10, "leader");
    const auto threads = threads_of(tasks.kernel(), leader);  // no signal_struct
    EXPECT_THAT(threads.objects, ElementsAre(leader));
    EXPECT_FALSE(threads.complete);
}

TEST(Threads, HangOnEachOtherInOldKernels) {
    FakeLayout layout;
    layout.add(Field::task_tasks).add(Field::task_thread_group).add(Field::task_comm, 16, 1);
    layout.add(Field::task_pid, 4).add(Field::task_tgid, 4).add(Field::task_signal);
    FakeTasks tasks(layout);
    const auto leader = tasks.task(10, 10, "leader");
    const auto thread = tasks.task(11, 10, "thread");
    tasks.make_ring(Field::task_thread_group, leader, {thread});
    const auto threads = threads_of(tasks.kernel(), leader);
    EXPECT_THAT(threads.objects, ElementsAre(leader, thread));
    EXPECT_TRUE(threads.complete);
}

TEST(FindTask, KnowsProcessesThreadsAndTheSwapper) {
    FakeTasks tasks;
    const auto init = tasks.task(1, 1, "init");
    const auto leader = tasks.task(10, 10, "leader");
    const auto thread = tasks.task(11, 10, "thread");
    tasks.make_ring(Field::task_tasks, tasks.init, {init, leader});
    tasks.join({init});
    tasks.join({leader, thread});
    EXPECT_EQ(find_task(tasks.kernel(), tasks.init, 0).value(), tasks.init);
    EXPECT_EQ(find_task(tasks.kernel(), tasks.init, 10).value(), leader);
    EXPECT_EQ(find_task(tasks.kernel(), tasks.init, 11).value(), thread);
    const auto missing = find_task(tasks.kernel(), tasks.init, 12);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST(FindTask, EndsWhenAllProcessesShareEndlessThreads) {
    FakeTasks tasks;
    const auto leader = tasks.task(10, 10, "leader");
    const auto thread = tasks.task(11, 10, "thread");
    tasks.make_ring(Field::task_tasks, tasks.init, {leader, thread});
    tasks.join({leader, thread});
    tasks.memory.put(tasks.node(thread, Field::task_thread_node), tasks.node(leader, Field::task_thread_node).value);
    EXPECT_FALSE(find_task(tasks.kernel(), tasks.init, 99));
    EXPECT_LT(tasks.memory.reads, 100u);
}

TEST(IdleTask, IsTheRunQueues) {
    FakeTasks tasks;
    const auto swapper = tasks.task(0, 0, "swapper/1");
    const auto queue = tasks.object();
    EXPECT_EQ(idle_task(tasks.kernel(), queue), std::nullopt);
    tasks.put(queue, Field::rq_idle, swapper.value);
    EXPECT_EQ(idle_task(tasks.kernel(), queue), swapper);
}

}  // namespace
}  // namespace hvgdb::osi
