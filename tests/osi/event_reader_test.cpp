// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "tests/osi/event_reader_fixture.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kKernelThread = 0x00200000;
constexpr std::uint32_t kGroupExit = 4;

TEST_F(EventReader, TellsToWhomItHappens) {
    const auto event = read(EventKind::mapped, EventPoint::map);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, EventKind::mapped);
    EXPECT_EQ(event->pid, 40U);
    EXPECT_EQ(event->tid, 42U);
    EXPECT_EQ(event->command, "a thread");
}

TEST_F(EventReader, TellsProcessesFromThreads) {
    const struct {
        const char* what;
        std::uint32_t tid;
        bool vfork;
        bool kernel;
        bool forked;
        bool created;
    } rows[] = {
        {"a process", 50, false, false, true, false},
        {"by vfork", 50, true, false, true, false},
        {"a thread", 51, false, false, false, true},
        {"a kernel thread", 50, false, true, false, false},
    };
    for (const auto& row : rows) {
        const VirtAddr made = program(row.tid, 50, "new");
        tasks_.put(made, Field::task_vfork_done, row.vfork ? 0xffff'8000'0000'0008 : 0);
        tasks_.put(made, Field::task_flags, row.kernel ? kKernelThread : 0);
        vcpu_.registers["rdi"] = made.value;
        const auto forked = read(EventKind::forked, EventPoint::new_task);
        const auto created = read(EventKind::thread_created, EventPoint::new_task);
        EXPECT_EQ(forked.has_value(), row.forked) << row.what;
        EXPECT_EQ(created.has_value(), row.created) << row.what;
        if (forked) {
            EXPECT_EQ(std::get<event::Forked>(forked->what).child, 50U) << row.what;
            EXPECT_EQ(std::get<event::Forked>(forked->what).vfork, row.vfork) << row.what;
        }
        if (created) {
            EXPECT_EQ(std::get<event::ThreadCreated>(created->what).thread, 51U) << row.what;
        }
    }
}

TEST_F(EventReader, TellsNothingOfATaskThatIsNone) {
    for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{0x401000}, ~std::uint64_t{0xfff}}) {
        vcpu_.registers["rdi"] = address;
        vcpu_.registers["rsi"] = 0x401000;
        EXPECT_FALSE(read(EventKind::forked, EventPoint::new_task)) << std::hex << address;
        EXPECT_FALSE(read(EventKind::gone, EventPoint::task_release)) << std::hex << address;
        EXPECT_FALSE(read(EventKind::switched, EventPoint::context_switch)) << std::hex << address;
    }
}

TEST_F(EventReader, TellsTheStatusThatWaitGives) {
    const VirtAddr leader = program(40, 40, "leader");
    tasks_.put(leader, Field::task_exit_code, 0x300);
    tasks_.put(task_, Field::task_exit_code, 0x100);
    tasks_.put(signal_, Field::signal_group_exit_code, 0x8b);
    const struct {
        const char* what;
        std::uint32_t flags;
        VirtAddr leader;
        bool last;
        std::uint32_t status;
    } rows[] = {
        {"a thread's own", 0, leader, false, 0x100},
        {"a thread's own, with the others", kGroupExit, leader, false, 0x100},
        {"the leader's, which has ended before", 0, leader, true, 0x300},
        {"its own, as the leader", 0, task_, true, 0x100},
        {"that of all", kGroupExit, leader, true, 0x8b},
    };
    for (const auto& row : rows) {
        tasks_.put(task_, Field::task_group_leader, row.leader.value);
        tasks_.put(signal_, Field::signal_flags, row.flags);
        // At the one function it is an argument, at the other not counted yet.
        vcpu_.registers["rdi"] = task_.value;
        vcpu_.registers["rsi"] = row.last ? 1 : 0;
        tasks_.put(signal_, Field::signal_live, row.last ? 1 : 2);
        for (const auto point : {EventPoint::task_exit, EventPoint::exit_begin}) {
            if (point == EventPoint::exit_begin) {
                vcpu_.registers["rdi"] = 0x100;
            }
            const auto thread = read(EventKind::thread_exited, point);
            const auto process = read(EventKind::exited, point);
            EXPECT_EQ(thread.has_value(), !row.last) << row.what;
            ASSERT_EQ(process.has_value(), row.last) << row.what;
            const auto status = row.last ? std::get<event::Exited>(process->what).status
                                         : std::get<event::ThreadExited>(thread->what).status;
            EXPECT_EQ(status, row.status) << row.what;
        }
    }
}

TEST_F(EventReader, TellsNoEndOfAKernelThread) {
    vcpu_.registers["rsi"] = 1;
    tasks_.put(task_, Field::task_flags, kKernelThread);
    EXPECT_FALSE(read(EventKind::exited, EventPoint::task_exit));
    tasks_.put(task_, Field::task_flags, 0);
    tasks_.put(task_, Field::task_mm, 0);
    EXPECT_FALSE(read(EventKind::exited, EventPoint::task_exit));
}

TEST_F(EventReader, TellsOnlyOfProcessesThatTheyAreGone) {
    const VirtAddr leader = program(50, 50, "leader");
    const VirtAddr thread = program(51, 50, "thread");
    vcpu_.registers["rdi"] = leader.value;
    EXPECT_EQ(what<event::Gone>(EventKind::gone, EventPoint::task_release).process, 50U);
    tasks_.put(leader, Field::task_flags, kKernelThread);
    EXPECT_FALSE(read(EventKind::gone, EventPoint::task_release));
    vcpu_.registers["rdi"] = thread.value;
    EXPECT_FALSE(read(EventKind::gone, EventPoint::task_release));
}

TEST_F(EventReader, TellsOfMappings) {
    vcpu_.registers = {{"rdi", 0}, {"rsi", 0x7000'0000}, {"rdx", 0x3000}, {"rcx", 0x75}, {"r8", 9}};
    const auto mapped = what<event::Mapped>(EventKind::mapped, EventPoint::map);
    EXPECT_EQ(mapped.start, VirtAddr{0x7000'0000});
    EXPECT_EQ(mapped.length, 0x3000U);
    EXPECT_EQ(mapped.flags, 0x75U);
    EXPECT_EQ(mapped.offset, 0U) << "without a file it is no offset";
    EXPECT_EQ(mapped.path, "");

    vcpu_.registers = {{"rdi", 1}, {"rsi", 0x2000}, {"rdx", 0x3000}, {"rcx", 0x6000}, {"r8", 0x9000}};
    const auto by_length = what<event::Unmapped>(EventKind::unmapped, EventPoint::unmap_length);
    EXPECT_EQ(by_length.start, VirtAddr{0x2000});
    EXPECT_EQ(by_length.length, 0x3000U);
    const auto by_end = what<event::Unmapped>(EventKind::unmapped, EventPoint::unmap_to);
    EXPECT_EQ(by_end.start, VirtAddr{0x6000});
    EXPECT_EQ(by_end.length, 0x3000U);
}

TEST_F(EventReader, TellsWhoComesNext) {
    vcpu_.registers = {{"rdi", task_.value}, {"rsi", program(51, 50, "next").value}};
    auto next = what<event::Switched>(EventKind::switched, EventPoint::context_switch);
    EXPECT_EQ(next.thread, 51U);
    EXPECT_EQ(next.process, 50U);
    vcpu_.registers["rsi"] = tasks_.init.value;
    next = what<event::Switched>(EventKind::switched, EventPoint::context_switch);
    EXPECT_EQ(next.thread, 0U);
}

TEST_F(EventReader, TellsWhatProgramHasStarted) {
    constexpr std::uint64_t kText = 0x7ffe'1000;
    tasks_.memory.put_text(VirtAddr{kText}, "sh");
    tasks_.memory.put_text(VirtAddr{kText + 3}, "-c");
    tasks_.memory.put_text(VirtAddr{kText + 0x100}, "./script");
    tasks_.put(mm(), Field::mm_arg_start, kText);
    tasks_.put(mm(), Field::mm_arg_end, kText + 6);
    tasks_.put(mm(), Field::mm_env_start, kText + 6);
    tasks_.put(mm(), Field::mm_env_end, kText + 6);
    const std::uint64_t vector[] = {9, 0x401234, 31, kText + 0x100, 0, 0};
    for (std::size_t i = 0; i < std::size(vector); ++i) {
        tasks_.memory.put(VirtAddr{tasks_.node(mm(), Field::mm_saved_auxv).value + 8 * i}, vector[i]);
    }
    put_frame(Field::regs_ip, 0x7f00'0000'1000);
    const auto started = what<event::Started>(EventKind::started, EventPoint::exec_done);
    EXPECT_EQ(started.start, VirtAddr{0x7f00'0000'1000});
    EXPECT_THAT(started.arguments, ElementsAre("sh", "-c"));
    EXPECT_EQ(started.invoked, "./script");
    EXPECT_EQ(started.entry, VirtAddr{0x401234});
    EXPECT_EQ(started.auxiliary_vector.size(), 2U);
    EXPECT_FALSE(started.compat);
    EXPECT_EQ(started.path, "");

    vcpu_.registers["rsi"] = 0x401000;
    EXPECT_EQ(what<event::Started>(EventKind::started, EventPoint::thread_start).start, VirtAddr{0x401000});
    tasks_.put(task_, Field::task_mm, 0);
    EXPECT_FALSE(read(EventKind::started, EventPoint::exec_done));
}

}  // namespace
}  // namespace hvgdb::osi
