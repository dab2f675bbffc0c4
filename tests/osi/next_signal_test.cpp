// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/next_signal.hpp"

#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

constexpr unsigned kSigHup = 1;
constexpr unsigned kSigTrap = 5;
constexpr unsigned kSigKill = 9;
constexpr unsigned kSigSegv = 11;
constexpr unsigned kSigTerm = 15;
constexpr std::uint64_t kActionSize = 32;
constexpr std::int32_t kByUser = 0;    // SI_USER
constexpr std::int32_t kMapError = 1;  // SEGV_MAPERR

FakeLayout signal_layout() {
    FakeLayout layout = fake_task_layout();
    for (const Field field : {Field::task_pending_signal, Field::task_blocked, Field::task_sighand,
                              Field::signal_shared_signal, Field::signal_exec_task, Field::sigaction_handler}) {
        layout.add(field);
    }
    for (const Field field : {Field::task_pending_list, Field::signal_shared_list, Field::sigqueue_list}) {
        layout.add(field, 16);
    }
    return layout.add(Field::sigqueue_info, 48).add(Field::sighand_action, 64 * kActionSize, kActionSize);
}

constexpr std::uint64_t set_of(std::initializer_list<unsigned> signals) {
    std::uint64_t set = 0;
    for (const unsigned number : signals) {
        set |= std::uint64_t{1} << (number - 1);
    }
    return set;
}

class NextSignal : public testing::Test {
  protected:
    NextSignal() : tasks_(signal_layout()), task_(tasks_.task(42, 40, "thread")), signal_(tasks_.join({task_})) {
        handlers_ = tasks_.object();
        tasks_.put(task_, Field::task_sighand, handlers_.value);
        make_empty(tasks_.node(task_, Field::task_pending_list));
        make_empty(tasks_.node(signal_, Field::signal_shared_list));
    }

    void make_empty(VirtAddr list) {
        tasks_.memory.put(list, list.value);
        ends_[list.value] = list;
    }
    /// A note at the end of the list; returns where its siginfo is.
    VirtAddr note(VirtAddr list, unsigned number, std::int32_t code) {
        const VirtAddr entry = tasks_.object();
        const VirtAddr node = tasks_.node(entry, Field::sigqueue_list);
        const VirtAddr info = tasks_.node(entry, Field::sigqueue_info);
        tasks_.memory.put(ends_[list.value], node.value);
        tasks_.memory.put(node, list.value);
        ends_[list.value] = node;
        tasks_.memory.put(info, number, 4);
        tasks_.memory.put(VirtAddr{info.value + 8}, static_cast<std::uint32_t>(code), 4);
        return info;
    }
    VirtAddr note_own(unsigned number, std::int32_t code) {
        return note(tasks_.node(task_, Field::task_pending_list), number, code);
    }
    void put_sets(std::uint64_t own, std::uint64_t shared, std::uint64_t blocked) {
        tasks_.put(task_, Field::task_pending_signal, own);
        tasks_.put(signal_, Field::signal_shared_signal, shared);
        tasks_.put(task_, Field::task_blocked, blocked);
    }
    unsigned next() {
        const auto found = next_signal(tasks_.kernel(), task_);
        return found ? found->number : 0;
    }

    FakeTasks tasks_;
    VirtAddr task_;
    VirtAddr signal_;
    VirtAddr handlers_;
    std::map<std::uint64_t, VirtAddr> ends_;
};

TEST_F(NextSignal, IsTheOneThatTheKernelTakesFirst) {
    const struct {
        const char* what;
        std::uint64_t own;
        std::uint64_t shared;
        std::uint64_t blocked;
        unsigned next;
    } rows[] = {
        {"none waits", 0, 0, 0, 0},
        {"the lowest", set_of({kSigTerm, kSigHup}), 0, 0, kSigHup},
        {"synchronous ones first", set_of({kSigHup, kSigSegv, kSigTrap}), 0, 0, kSigTrap},
        {"the thread's own before the process's", set_of({kSigTerm}), set_of({kSigHup}), 0, kSigTerm},
        {"the process's", 0, set_of({kSigTerm}), 0, kSigTerm},
        {"of the process's the synchronous ones, too", 0, set_of({kSigHup, kSigSegv}), 0, kSigSegv},
        {"not the blocked", set_of({kSigHup, kSigTerm}), 0, set_of({kSigHup}), kSigTerm},
        {"all blocked", set_of({kSigHup}), set_of({kSigHup}), set_of({kSigHup}), 0},
        {"own blocked", set_of({kSigHup}), set_of({kSigTerm}), set_of({kSigHup}), kSigTerm},
        {"the last of all", set_of({64}), 0, 0, 64},
        {"not SIGKILL", set_of({kSigKill, kSigTerm}), 0, 0, 0},
        {"SIGKILL comes in its turn", set_of({kSigKill, kSigHup}), 0, 0, kSigHup},
    };
    for (const auto& row : rows) {
        put_sets(row.own, row.shared, row.blocked);
        EXPECT_EQ(next(), row.next) << row.what;
    }
}

TEST_F(NextSignal, IsWhatAnInstructionHasCausedBeforeWhatSomebodySent) {
    put_sets(set_of({kSigTrap, kSigSegv}), 0, 0);
    note_own(kSigTrap, kByUser);
    note_own(kSigSegv, kMapError);
    EXPECT_EQ(next(), kSigSegv);
}

TEST_F(NextSignal, IsNotToldOfAProcessThatEnds) {
    put_sets(set_of({kSigHup}), 0, 0);
    tasks_.put(signal_, Field::signal_flags, 4);
    EXPECT_EQ(next(), 0U);
    tasks_.put(signal_, Field::signal_flags, 1);
    EXPECT_EQ(next(), kSigHup);
    tasks_.put(signal_, Field::signal_exec_task, task_.value);
    EXPECT_EQ(next(), 0U);
}

TEST_F(NextSignal, HasTheInformationThatTheKernelKeeps) {
    put_sets(set_of({kSigTerm}), set_of({kSigSegv}), 0);
    note_own(kSigHup, kByUser);
    const VirtAddr info = note_own(kSigTerm, -1);
    note_own(kSigTerm, -2);
    tasks_.memory.put(VirtAddr{info.value + 40}, 0x1122334455667788);
    tasks_.memory.put(VirtAddr{info.value + 48}, 0xff, 1);  // no part of it
    const auto found = next_signal(tasks_.kernel(), task_);
    ASSERT_TRUE(found);
    EXPECT_EQ(load_little_endian(std::span(found->info).first(4)), kSigTerm);
    EXPECT_EQ(load_little_endian(std::span(found->info).subspan(8, 4)), 0xffff'ffffU);
    EXPECT_EQ(load_little_endian(std::span(found->info).subspan(40, 8)), 0x1122334455667788U);
    EXPECT_EQ(found->info[48], std::byte{0});
}

TEST_F(NextSignal, HasItsNumberWhereTheKernelKeepsNothing) {
    put_sets(set_of({kSigTerm}), 0, 0);
    const auto found = next_signal(tasks_.kernel(), task_);
    ASSERT_TRUE(found);
    std::array<std::byte, 128> expected{};
    expected[0] = std::byte{kSigTerm};
    EXPECT_EQ(found->info, expected);
}

TEST_F(NextSignal, EndsWithADamagedList) {
    put_sets(set_of({kSigSegv}), 0, 0);
    const VirtAddr info = note_own(kSigTrap, kMapError);
    const VirtAddr node{info.value - tasks_.offset(Field::sigqueue_info) + tasks_.offset(Field::sigqueue_list)};
    tasks_.memory.put(node, node.value);
    EXPECT_NE(next(), 0U);
}

TEST_F(NextSignal, SaysWhetherTheProgramHandlesIt) {
    const struct {
        const char* what;
        std::uint64_t handler;
        bool by_default;
    } rows[] = {{"nothing set up", 0, true}, {"ignored", 1, false}, {"a handler", 0x401000, false}};
    put_sets(set_of({kSigTerm}), 0, 0);
    const VirtAddr action{tasks_.node(handlers_, Field::sighand_action).value + (kSigTerm - 1) * kActionSize};
    for (const auto& row : rows) {
        tasks_.put(action, Field::sigaction_handler, row.handler);
        const auto found = next_signal(tasks_.kernel(), task_);
        ASSERT_TRUE(found) << row.what;
        EXPECT_EQ(found->by_default, row.by_default) << row.what;
    }
}

}  // namespace
}  // namespace hvgdb::osi
