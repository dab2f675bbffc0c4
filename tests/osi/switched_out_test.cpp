// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/switched_out.hpp"

#include <gtest/gtest.h>

#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

FakeLayout layout_with_frames() {
    FakeLayout layout = fake_task_layout();
    layout.add(Field::task_thread_sp);
    for (const Field field : {Field::inactive_r15, Field::inactive_r14, Field::inactive_r13, Field::inactive_r12,
                              Field::inactive_bx, Field::inactive_bp, Field::inactive_return}) {
        layout.add(field);
    }
    return layout.set(Structure::inactive_task_frame, layout.size_of("inactive_task_frame"));
}

TEST(SwitchedOut, GoesOnWhereItsStackSays) {
    FakeTasks tasks(layout_with_frames());
    const auto task = tasks.task(9, 9, "sleeper");
    const auto frame = tasks.object();
    tasks.put(task, Field::task_thread_sp, frame.value);
    std::uint64_t value = 0x100;
    for (const Field field : {Field::inactive_r15, Field::inactive_r14, Field::inactive_r13, Field::inactive_r12,
                              Field::inactive_bx, Field::inactive_bp}) {
        tasks.put(frame, field, value++);
    }
    tasks.put(frame, Field::inactive_return, 0xffff'ffff'8123'4567);
    const auto found = read_switched_out(tasks.kernel(), task);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->rip, 0xffff'ffff'8123'4567U);
    EXPECT_EQ(found->rsp, frame.value + 56);
    EXPECT_EQ(found->r15, 0x100U);
    EXPECT_EQ(found->r14, 0x101U);
    EXPECT_EQ(found->r13, 0x102U);
    EXPECT_EQ(found->r12, 0x103U);
    EXPECT_EQ(found->rbx, 0x104U);
    EXPECT_EQ(found->rbp, 0x105U);
}

TEST(SwitchedOut, IsAbsentWhereMemoryIs) {
    FakeTasks tasks(layout_with_frames());
    const auto task = tasks.task(9, 9, "sleeper");
    for (const std::uint64_t stack :
         {std::uint64_t{0}, std::uint64_t{0x1000}, 0xffff'f000'0000'0000, ~std::uint64_t{7}}) {
        tasks.put(task, Field::task_thread_sp, stack);
        const auto found = read_switched_out(tasks.kernel(), task);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, Errc::fault);
    }
}

TEST(SwitchedOut, IsUnsupportedWithoutTheTypes) {
    FakeTasks tasks;
    const auto found = read_switched_out(tasks.kernel(), tasks.task(9, 9, "sleeper"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::unsupported);
}

}  // namespace
}  // namespace hvgdb::osi
