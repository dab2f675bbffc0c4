// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_stack.hpp"

#include <array>
#include <gtest/gtest.h>

#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

class KernelStackSearch : public testing::Test {
  protected:
    KernelStackSearch() : task_(tasks_.task(1, 1, "init")), stack_(tasks_.object(0x8000)) {
        tasks_.put(task_, Field::task_stack, stack_.value);
    }
    void put_frame(std::uint64_t end, std::uint64_t cs = 0x33, std::uint64_t flags = 0x246) {
        const VirtAddr frame{stack_.value + end - kFakePtRegsSize};
        tasks_.put(frame, Field::regs_cs, cs);
        tasks_.put(frame, Field::regs_ss, 0x2b);
        tasks_.put(frame, Field::regs_flags, flags);
    }
    std::optional<std::uint64_t> find(std::uint64_t top, bool with_tasks = true) {
        const std::array tops{StackTop{task_, VirtAddr{stack_.value + top}}};
        const std::array tasks{task_};
        const auto found = KernelStack::find(tasks_.kernel(), tops, std::span(tasks).first(with_tasks ? 1 : 0));
        return found ? std::optional(found->end()) : std::nullopt;
    }

    FakeTasks tasks_;
    VirtAddr task_;
    VirtAddr stack_;
};

TEST_F(KernelStackSearch, BelievesTheCpuWhenTheRegistersLookRight) {
    put_frame(0x3ff0);
    EXPECT_EQ(find(0x3ff0), 0x3ff0u);
}

TEST_F(KernelStackSearch, KnowsAProgramThatHasNotRunYet) {
    for (const std::uint64_t flags : {0x200, 0x202}) {
        put_frame(0x4000, 0x33, flags);
        EXPECT_EQ(find(0x4000), 0x4000u) << std::hex << flags;
    }
}

TEST_F(KernelStackSearch, TriesSizesAndPaddings) {
    const std::uint64_t nothing = 0x123;  // what the CPU says
    for (const std::uint64_t end : {0x2000, 0x4000, 0x3ff0, 0x3ff8, 0x8000, 0x7ff0}) {
        tasks_.memory.put_zeros(stack_, 0x8000);
        put_frame(end);
        EXPECT_EQ(find(nothing), end) << std::hex << end;
    }
}

TEST_F(KernelStackSearch, CorrectsALyingCpu) {
    put_frame(0x4000, 0x23);
    EXPECT_EQ(find(0x8000), 0x4000u);
}

TEST_F(KernelStackSearch, FindsNothingWithoutUserRegisters) {
    EXPECT_EQ(find(0x4000), std::nullopt);
    put_frame(0x4000, 0x10);
    EXPECT_EQ(find(0x4000), std::nullopt);
    put_frame(0x4000, 0x33, 0x46);
    EXPECT_EQ(find(0x4000), std::nullopt);
}

TEST_F(KernelStackSearch, HasOnlyTheCpusWordBeforeTheFirstProcess) {
    EXPECT_EQ(find(0x3ff0, false), 0x3ff0u);
    for (const std::uint64_t nonsense : {0x0, 0x1000, 0x3000, 0x3f80, 0x4008, 0x3ffc, 0x20000}) {
        EXPECT_EQ(find(nonsense, false), std::nullopt) << std::hex << nonsense;
    }
}

TEST_F(KernelStackSearch, GivesNoFrameOfATaskWithoutStack) {
    const KernelStack stack(0x4000);
    EXPECT_EQ(stack.frame(tasks_.kernel(), task_), (VirtAddr{stack_.value + 0x4000 - kFakePtRegsSize}));
    tasks_.put(task_, Field::task_stack, 0);
    EXPECT_EQ(stack.frame(tasks_.kernel(), task_), std::nullopt);
    tasks_.memory.unmap(task_, 0x1000);
    EXPECT_EQ(stack.frame(tasks_.kernel(), task_), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
