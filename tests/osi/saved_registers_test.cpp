// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/saved_registers.hpp"

#include <gtest/gtest.h>

#include "osi/linux/fpu_area.hpp"
#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kStackEnd = 0x3ff0;

class SavedRegisters : public testing::Test {
  protected:
    SavedRegisters() : task_(tasks_.task(9, 9, "sleeper")), stack_(tasks_.object(0x4000)) {
        tasks_.put(task_, Field::task_stack, stack_.value);
        frame_ = VirtAddr{stack_.value + kStackEnd - kFakePtRegsSize};
    }
    Expected<UserRegisters> read(bool with_xsave = true) {
        return saved_user_registers(tasks_.kernel(), task_, KernelStack(kStackEnd), with_xsave);
    }
    /// Behind the task, as since 6.16.
    VirtAddr give_fpu(std::uint64_t size) {
        const auto state = tasks_.object();
        const VirtAddr fpu{task_.value + tasks_.kernel().layout().size_of(Structure::task_struct)};
        tasks_.put(fpu, Field::fpu_fpstate, state.value);
        tasks_.put(state, Field::fpstate_size, size);
        return tasks_.node(state, Field::fpstate_regs);
    }

    FakeTasks tasks_;
    VirtAddr task_;
    VirtAddr stack_;
    VirtAddr frame_;
};

TEST_F(SavedRegisters, AreThoseOfTheFrame) {
    for (std::size_t i = 0; i < 16; ++i) {
        tasks_.put(frame_, frame_field(i), 0x1111'0000'0000'0000 + i);
    }
    tasks_.put(frame_, Field::regs_ip, 0x40'1000);
    tasks_.put(frame_, Field::regs_flags, 0x246);
    tasks_.put(frame_, Field::regs_cs, 0xffff'0033);  // FRED keeps more in the word
    tasks_.put(frame_, Field::regs_ss, 0x2b);
    tasks_.put(frame_, Field::regs_orig_ax, 35);
    tasks_.put(task_, Field::task_fsbase, 0x7f00'1234'5000);
    tasks_.put(task_, Field::task_gsbase, 0x77);
    tasks_.put(task_, Field::task_ds, 0x2b);
    const auto found = read();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->source, UserRegisters::Source::saved_frame);
    for (std::size_t i = 0; i < 16; ++i) {
        EXPECT_EQ(found->general[i], 0x1111'0000'0000'0000 + i) << i;
    }
    EXPECT_EQ(found->rip, 0x40'1000u);
    EXPECT_EQ(found->eflags, 0x246u);
    EXPECT_EQ(found->cs, 0x33);
    EXPECT_EQ(found->ss, 0x2b);
    EXPECT_EQ(found->ds, 0x2b);
    EXPECT_EQ(found->orig_rax, 35u);
    EXPECT_EQ(found->fs_base, 0x7f00'1234'5000u);
    EXPECT_EQ(found->gs_base, 0x77u);
    EXPECT_EQ(found->frame, frame_);
    EXPECT_EQ(found->xsave, std::nullopt);
}

TEST_F(SavedRegisters, TellASystemCallFromAnInterruption) {
    const std::pair<std::uint64_t, std::uint64_t> rows[] = {
        {0, 0},
        {231, 231},
        {0x4000'0001, 0x4000'0001},                      // x32
        {~std::uint64_t{0}, ~std::uint64_t{0}},          // interrupts, exceptions, after a signal
        {~std::uint64_t{0xec}, ~std::uint64_t{0}},       // a vector's complement
        {0xffff'ffff, ~std::uint64_t{0}},                // int 0x80 with eax = -1
        {0xdead'0000'0000'0003, 0xdead'0000'0000'0003},  // only the lower half counts
    };
    for (const auto& [raw, number] : rows) {
        EXPECT_EQ(system_call_number(raw), number) << std::hex << raw;
    }
}

TEST_F(SavedRegisters, OfKernelThreadsAndZombiesAreNotFound) {
    tasks_.put(task_, Field::task_flags, 0x0020'0000);
    ASSERT_FALSE(read());
    EXPECT_EQ(read().error().code, Errc::not_found);
    tasks_.put(task_, Field::task_flags, 0);
    tasks_.put(task_, Field::task_stack, 0);
    ASSERT_FALSE(read());
    EXPECT_EQ(read().error().code, Errc::not_found);
}

TEST_F(SavedRegisters, OnAnUnmappedStackAreAFault) {
    tasks_.memory.unmap(stack_, 0x4000);
    ASSERT_FALSE(read());
    EXPECT_EQ(read().error().code, Errc::fault);
}

TEST_F(SavedRegisters, HaveTheBaseOfATlsSelector) {
    tasks_.put(task_, Field::task_gsindex, 0x63);
    tasks_.memory.put(tasks_.node(task_, Field::task_tls), 0xf7d0'f3e5'4321'ffff);
    EXPECT_EQ(read()->gs_base, 0xf7e5'4321u & 0xffff'ffff);
    EXPECT_EQ(read()->fs_base, 0u);
    for (const std::uint64_t other : {0x5b, 0x7b, 0x67, 0x2b}) {  // other entries, and the local table
        tasks_.put(task_, Field::task_gsindex, other);
        EXPECT_EQ(read()->gs_base, 0u) << std::hex << other;
    }
    tasks_.put(task_, Field::task_gsindex, 0x63);
    tasks_.put(task_, Field::task_gsbase, 0x1000);  // kept by the kernel: counts
    EXPECT_EQ(read()->gs_base, 0x1000u);
}

TEST_F(SavedRegisters, HaveTheFpuAreaOfItsSize) {
    const auto area = give_fpu(832);
    tasks_.memory.put(VirtAddr{area.value + 160}, 0x0123'4567'89ab'cdef);
    const auto found = read();
    ASSERT_TRUE(found && found->xsave);
    EXPECT_EQ(found->xsave->size(), 832u);
    EXPECT_EQ(found->xsave->at(160), std::byte{0xef});
    EXPECT_EQ(found->xsave_address, area);
    EXPECT_EQ(read(false)->xsave->size(), 512u);
}

TEST_F(SavedRegisters, DoNotBelieveAnySizeOfTheFpuArea) {
    for (const std::uint64_t size :
         {std::uint64_t{0}, std::uint64_t{511}, std::uint64_t{16385}, std::uint64_t{0xffff'ffff}}) {
        give_fpu(size);
        EXPECT_EQ(read()->xsave, std::nullopt) << size;
    }
    give_fpu(8192);  // larger than what is mapped
    EXPECT_EQ(read()->xsave, std::nullopt);
}

TEST(FpuArea, WasPartOfTheTask) {
    FakeLayout layout;
    layout.add(Field::task_tasks).add(Field::task_comm, 16, 1).add(Field::task_pid, 4).add(Field::task_tgid, 4);
    layout.add(Field::task_fpu, 8).add(Field::task_fpu_state, 832, 832);
    FakeTasks tasks(layout);
    const auto task = tasks.task(1, 1, "old");
    const auto area = find_fpu_area(tasks.kernel(), task, true);
    ASSERT_TRUE(area);
    EXPECT_EQ(area->address, tasks.node(task, Field::task_fpu_state));
    EXPECT_EQ(area->size, 832u);
    EXPECT_EQ(find_fpu(tasks.kernel(), task), tasks.node(task, Field::task_fpu));
}

}  // namespace
}  // namespace hvgdb::osi
