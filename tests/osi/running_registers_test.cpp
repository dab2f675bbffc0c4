// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/running_registers.hpp"

#include <gtest/gtest.h>

#include "osi/linux/saved_registers.hpp"
#include "tests/osi/fake_cpus.hpp"

namespace hvgdb::osi {
namespace {

using Kind = RegisterHome::Kind;

constexpr std::uint64_t kStackSize = 0x4000;
constexpr std::uint64_t kUserStack = 0x7ffc'0000'1000;
constexpr std::uint64_t kEntryFrame = kEntryStackEnd - kFakePtRegsSize;
constexpr std::size_t kRsp = 7;

/// A thread in the kernel. Its own frame's words have 0x1100 and their number, the entry stack's 0x2200.
class RunningRegisters : public testing::Test {
  protected:
    RunningRegisters()
        : task_(cpus_.tasks.task(9, 9, "runner")),
          stack_(cpus_.tasks.object(kStackSize)),
          own_{stack_.value + kStackSize - kFakePtRegsSize} {
        cpus_.tasks.put(task_, Field::task_stack, stack_.value);
        fill_frame(own_, 0x1100);
        fill_frame(VirtAddr{kEntryFrame}, 0x2200);
    }
    void fill_frame(VirtAddr frame, std::uint64_t base) {
        for (std::size_t i = 0; i < 16; ++i) {
            cpus_.tasks.put(frame, frame_field(i), base + i);
        }
        cpus_.tasks.put(frame, Field::regs_ip, base + 0x20);
        cpus_.tasks.put(frame, Field::regs_cs, 0x33);
        cpus_.tasks.put(frame, Field::regs_ss, 0x2b);
        cpus_.tasks.put(frame, Field::regs_flags, base + 0x2);
        cpus_.tasks.put(frame, Field::regs_orig_ax, 39);
    }
    [[nodiscard]] std::uint64_t own(Field field) const { return own_.value + cpus_.tasks.offset(field); }
    [[nodiscard]] std::uint64_t entry(Field field) const { return kEntryFrame + cpus_.tasks.offset(field); }
    Expected<UserRegisters> read(const X86VcpuState& vcpu) {
        const PerCpu per_cpu(cpus_.kernel(), cpus_.symbols);
        const RegisterLocator locator(cpus_.kernel(), cpus_.symbols, per_cpu);
        return running_user_registers(cpus_.kernel(), per_cpu, locator, KernelStack(kStackSize), {task_, 0, vcpu},
                                      true);
    }
    RegisterHome find(std::uint64_t offset, std::uint64_t rsp) {
        const PerCpu per_cpu(cpus_.kernel(), cpus_.symbols);
        return RegisterLocator(cpus_.kernel(), cpus_.symbols, per_cpu)
            .find(fake_vcpu(kEntryText + offset, rsp), 0, own_);
    }

    FakeCpus cpus_;
    VirtAddr task_;
    VirtAddr stack_;
    VirtAddr own_;
};

TEST_F(RunningRegisters, AreAtHome) {
    const std::uint64_t end = own_.value + kFakePtRegsSize;
    const std::uint64_t deep = own_.value - 0x200;
    const struct {
        const char* when;
        std::uint64_t offset;
        std::uint64_t rsp;
        Kind kind;
        std::uint64_t frame;
    } rows[] = {
        {"SYSCALL's first instruction", 0x80, kUserStack, Kind::syscall, 0},
        {"rsp holds page tables", 0x94, 0x1234'5000, Kind::syscall, 0},
        {"pushing the first words", 0xad, end - 8, Kind::syscall, 0},
        {"pushing the rest", 0xba, own(Field::regs_orig_ax), Kind::partial_frame, own_.value},
        {"all pushed", 0xd2, own_.value, Kind::saved_frame, own_.value},
        {"returning", 0x150, own(Field::regs_si), Kind::saved_frame, own_.value},
        {"returning over the entry stack", 0x1a0, kEntryStackEnd - 0x10, Kind::saved_frame, own_.value},
        {"about to do SYSRET", 0x1c0, kUserStack, Kind::saved_frame, own_.value},
        {"a 32-bit program's SYSCALL", 0x20b7, kUserStack, Kind::compat_syscall, 0},
        {"its pushing", 0x20e2, own(Field::regs_orig_ax), Kind::partial_frame, own_.value},
        {"its return", 0x2170, own(Field::regs_sp), Kind::saved_frame, own_.value},
        {"SYSENTER", 0x2000, kEntryStackEnd, Kind::unknown, 0},
        {"SYSENTER pushing", 0x2022, own(Field::regs_di), Kind::unknown, 0},
        {"an interrupt's first instruction", 0x240, kEntryStackEnd - 40, Kind::partial_frame, kEntryFrame},
        {"an exception's pushing", 0x1bbc, entry(Field::regs_dx), Kind::partial_frame, kEntryFrame},
        {"pushed on the entry stack", 0x1bf3, kEntryFrame - 8, Kind::saved_frame, kEntryFrame},
        {"copied to the own stack", 0x600, own_.value, Kind::saved_frame, own_.value},
        {"an exception within the kernel", 0x1bbc, deep, Kind::saved_frame, own_.value},
        {"leaving by IRET", 0x18c0, own(Field::regs_di), Kind::saved_frame, own_.value},
        {"leaving by IRET, over the entry stack", 0x18d9, kEntryStackEnd - 0x38, Kind::saved_frame, own_.value},
        {"the IRET", 0x1941, kEntryStackEnd - 40, Kind::saved_frame, own_.value},
        {"int 0x80 on the entry stack", 0x2220, entry(Field::regs_di), Kind::partial_frame, kEntryFrame},
        {"int 0x80 copying", 0x2240, end - 24, Kind::partial_frame, kEntryFrame},
        {"int 0x80 pushing", 0x2250, own(Field::regs_si), Kind::partial_frame, own_.value},
        {"elsewhere", 0x10'0000, deep, Kind::saved_frame, own_.value},
        {"sync_regs()", 0x10'0000, kEntryFrame - 16, Kind::saved_frame, kEntryFrame},
    };
    for (const auto& row : rows) {
        const auto home = find(row.offset, row.rsp);
        EXPECT_EQ(home.kind, row.kind) << row.when;
        EXPECT_EQ(home.frame.value, row.frame) << row.when;
        EXPECT_EQ(home.final, row.kind == Kind::saved_frame && row.frame == own_.value) << row.when;
    }
}

TEST_F(RunningRegisters, BeginOnAnotherStackForSomeExceptions) {
    const VirtAddr ist{0xffff'fe00'0010'0000};
    cpus_.tasks.memory.put_zeros(ist, 0x1000);
    const VirtAddr frame{ist.value + 0x1000 - kFakePtRegsSize};
    EXPECT_EQ(find(0x600, frame.value + 0x80).frame, own_);  // came from the kernel
    fill_frame(frame, 0x3300);
    const auto home = find(0x600, frame.value + 0x80);
    EXPECT_EQ(home.kind, Kind::partial_frame);
    EXPECT_EQ(home.frame, frame);
    EXPECT_EQ(find(0x1d60, frame.value + 0x80).kind, Kind::unknown);  // NMI
}

TEST_F(RunningRegisters, InUserModeAreTheVcpus) {
    auto vcpu = fake_vcpu(0x40'1000, kUserStack, 0x33);
    vcpu.gs_base = 5;
    const auto found = read(vcpu);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->source, UserRegisters::Source::vcpu);
    EXPECT_EQ(found->general, vcpu.general);
    EXPECT_EQ(found->gs_base, 5u);
    EXPECT_EQ(found->orig_rax, std::nullopt);
    EXPECT_EQ(found->frame, std::nullopt);
}

TEST_F(RunningRegisters, InASystemCallAreTheFrames) {
    auto vcpu = fake_vcpu(0xffff'ffff'8150'0000, own_.value - 0x100);
    vcpu.fs_base = 0x7f00'0000'2000;
    vcpu.ds = 0x2b;
    const auto found = read(vcpu);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->source, UserRegisters::Source::saved_frame);
    EXPECT_EQ(found->general[3], 0x1103u);
    EXPECT_EQ(found->rip, 0x1120u);
    EXPECT_EQ(found->orig_rax, 39u);
    EXPECT_EQ(found->frame, own_);
    EXPECT_EQ(found->gs_base, vcpu.k_gs_base);
    EXPECT_EQ(found->fs_base, vcpu.fs_base);
    EXPECT_EQ(found->ds, 0x2b);
}

TEST_F(RunningRegisters, RightAfterSyscallAreTheVcpus) {
    cpus_.tasks.put(VirtAddr{kCpuBases[0] + 0x2000}, Field::tss_sp2, kUserStack);
    const std::pair<std::uint64_t, std::uint64_t> rows[] = {
        {0x80, kUserStack}, {0x84, kUserStack}, {0x87, kUserStack}, {0x8f, 0x1234'5000}, {0xb8, own_.value + 0x90}};
    for (const auto& [offset, rsp] : rows) {
        auto vcpu = fake_vcpu(kEntryText + offset, rsp);
        if (offset < 0x87) {
            std::swap(vcpu.gs_base, vcpu.k_gs_base);
        }
        const auto found = read(vcpu);
        ASSERT_TRUE(found) << offset;
        EXPECT_EQ(found->general[kRsp], kUserStack) << offset;
        EXPECT_EQ(found->general[0], 0xcc00u);
        EXPECT_EQ(found->rip, 0xcc02u);     // rcx
        EXPECT_EQ(found->eflags, 0xcc0bu);  // r11
        EXPECT_EQ(found->cs, 0x33);
        EXPECT_EQ(found->ss, 0x2b);
        EXPECT_EQ(found->orig_rax, 0xcc00u);
        EXPECT_EQ(found->gs_base, 0x7f00'0000'1000u) << offset;
        EXPECT_EQ(found->frame, std::nullopt);
    }
}

TEST_F(RunningRegisters, RightAfterA32BitSyscallHaveTheStackInR8) {
    const auto before = read(fake_vcpu(kEntryText + 0x20b7, kUserStack));
    ASSERT_TRUE(before);
    EXPECT_EQ(before->general[kRsp], kUserStack);
    EXPECT_EQ(before->cs, 0x23);
    const auto after = read(fake_vcpu(kEntryText + 0x20ba, 0x1234'5000));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->general[kRsp], 0xcc08u);
}

TEST_F(RunningRegisters, AreMixedWhileTheKernelPushes) {
    // rdx was pushed last, on the entry stack.
    const auto found = read(fake_vcpu(kEntryText + 0x1bbc, entry(Field::regs_dx)));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->rip, 0x2220u);
    EXPECT_EQ(found->general[kRsp], 0x2207u);
    EXPECT_EQ(found->general[3], 0x2203u);  // rdx
    EXPECT_EQ(found->general[4], 0x2204u);  // rsi
    EXPECT_EQ(found->general[5], 0xcc05u);  // rdi: the register is right until all is pushed
    EXPECT_EQ(found->general[2], 0xcc02u);  // rcx
    EXPECT_EQ(found->general[15], 0xcc0fu);
    EXPECT_EQ(found->orig_rax, ~std::uint64_t{0});
    EXPECT_EQ(found->frame, std::nullopt);
}

TEST_F(RunningRegisters, DoNotTakeAnErrorCodeForASystemCall) {
    EXPECT_EQ(read(fake_vcpu(kEntryText + 0x600, own_.value))->orig_rax, ~std::uint64_t{0});
    EXPECT_EQ(read(fake_vcpu(kEntryText + 0x600, own_.value - 0x100))->orig_rax, 39u);  // within a system call
    for (const std::uint64_t offset : {0xd2, 0x150, 0x12c8, 0x1860, 0x20fa, 0x2170}) {  // system calls' own code
        EXPECT_EQ(read(fake_vcpu(kEntryText + offset, own_.value))->orig_rax, 39u) << std::hex << offset;
    }
}

TEST_F(RunningRegisters, OfAKernelThreadAreNotFound) {
    cpus_.tasks.put(task_, Field::task_flags, 0x0020'0000);
    const auto found = read(fake_vcpu(0xffff'ffff'8150'0000, own_.value - 0x100));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
}

TEST_F(RunningRegisters, ThatNobodyKnowsAreRefused) {
    const auto found = read(fake_vcpu(kEntryText + 0x2000, kEntryStackEnd));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::unsupported);
}

TEST_F(RunningRegisters, HaveTheFpuAreaOnlyWhileTheCpuHasOthers) {
    const VirtAddr fpu{task_.value + cpus_.kernel().layout().size_of(Structure::task_struct)};
    const auto state = cpus_.tasks.object();
    cpus_.tasks.put(fpu, Field::fpu_fpstate, state.value);
    cpus_.tasks.put(state, Field::fpstate_size, 576);
    const auto vcpu = fake_vcpu(0xffff'ffff'8150'0000, own_.value - 0x100);
    EXPECT_TRUE(read(vcpu)->xsave);
    cpus_.set(0, KernelSymbol::fpu_owner, fpu.value);
    EXPECT_FALSE(read(vcpu)->xsave);
    cpus_.tasks.put(fpu, Field::fpu_last_cpu, 1);
    EXPECT_TRUE(read(vcpu)->xsave);
}

}  // namespace
}  // namespace hvgdb::osi
