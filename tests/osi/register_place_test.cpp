// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/register_place.hpp"

#include <gtest/gtest.h>

#include "osi/linux/saved_registers.hpp"
#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {
namespace {

using Pieces = std::vector<PhysicalPiece>;

constexpr std::uint64_t kKernelHalf = 0xffff'8000'0000'0000;
constexpr std::uint64_t kAreaSize = 832;
constexpr std::uint64_t kFrameAt = 0x3f00;

/// What lies at kKernelHalf + X is at physical X, but for what is in `missing_`.
class RegisterPlaces : public testing::Test {
  protected:
    RegisterPlaces() : task_(tasks_.task(9, 9, "one")), stack_(tasks_.object(0x4000)), state_(tasks_.object(0x2000)) {
        const VirtAddr fpu{task_.value + tasks_.kernel().layout().size_of(Structure::task_struct)};
        tasks_.put(fpu, Field::fpu_fpstate, state_.value);
        tasks_.put(state_, Field::fpstate_size, kAreaSize);
        thread_.registers.frame = frame();
        thread_.with_xsave = true;
    }
    [[nodiscard]] VirtAddr frame() const { return VirtAddr{stack_.value + kFrameAt}; }
    [[nodiscard]] Expected<RegisterPlace> find(std::string_view name, std::optional<VcpuId> fpu_vcpu = {}) {
        const KernelTranslation translate = [this](VirtAddr address) {
            const bool there = address.value >= kKernelHalf && address.value / 4096 != missing_;
            return there ? std::optional(PhysAddr{address.value - kKernelHalf}) : std::nullopt;
        };
        return register_place(translate, thread_, fpu_vcpu, name);
    }
    [[nodiscard]] Pieces pieces(std::string_view name) { return find(name).value_or(RegisterPlace{}).memory; }
    [[nodiscard]] Pieces in_frame(Field field) const {
        return {{PhysAddr{tasks_.node(frame(), field).value - kKernelHalf}, 8}};
    }
    [[nodiscard]] std::uint64_t area() const { return tasks_.node(state_, Field::fpstate_regs).value - kKernelHalf; }
    void run_user_code() {
        thread_.registers.source = UserRegisters::Source::vcpu;
        thread_.registers.vcpu = VcpuId{1};
        thread_.registers.frame.reset();
        thread_.fpu_loaded = true;
    }

    FakeTasks tasks_{fake_task_layout()};
    VirtAddr task_;
    VirtAddr stack_;
    VirtAddr state_;
    std::uint64_t missing_ = 0;
    WrittenThread thread_{.kernel = tasks_.kernel(), .task = task_};
};

TEST_F(RegisterPlaces, OfAThreadInTheKernelAreInItsFrame) {
    const char* names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const auto found = find(names[i]);
        ASSERT_TRUE(found) << names[i];
        EXPECT_FALSE(found->vcpu);
        EXPECT_EQ(found->memory, in_frame(frame_field(i))) << names[i];
    }
    EXPECT_EQ(pieces("eflags"), in_frame(Field::regs_flags));
}

TEST_F(RegisterPlaces, OfAThreadInUserModeAreInItsVcpu) {
    run_user_code();
    for (const auto* name : {"rax", "r15", "eflags", "st0", "xmm15", "ymm3h"}) {
        const auto found = find(name, VcpuId{1});
        ASSERT_TRUE(found) << name;
        EXPECT_EQ(found->vcpu, VcpuId{1}) << name;
        EXPECT_TRUE(found->memory.empty()) << name;
    }
}

TEST_F(RegisterPlaces, OfFloatingPointAreInTheArea) {
    EXPECT_EQ(pieces("st0"), (Pieces{{PhysAddr{area() + 32}, 10}}));
    EXPECT_EQ(pieces("st7"), (Pieces{{PhysAddr{area() + 144}, 10}}));
    EXPECT_EQ(pieces("xmm0"), (Pieces{{PhysAddr{area() + 160}, 16}}));
    EXPECT_EQ(pieces("ymm15h"), (Pieces{{PhysAddr{area() + 816}, 16}}));
    tasks_.put(state_, Field::fpstate_size, 576);
    EXPECT_EQ(pieces("ymm15h"), Pieces{});
    EXPECT_EQ(find("ymm15h").error().code, Errc::unsupported);
}

TEST_F(RegisterPlaces, OfFloatingPointMayBeInTheVcpuToo) {
    const auto found = find("xmm0", VcpuId{1});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->vcpu, VcpuId{1});
    EXPECT_EQ(found->memory, (Pieces{{PhysAddr{area() + 160}, 16}}));
}

TEST_F(RegisterPlaces, MayCrossPages) {
    thread_.registers.frame = VirtAddr{stack_.value + 0x1ffc - tasks_.kernel().layout()[Field::regs_ax].offset};
    const auto start = stack_.value + 0x1ffc - kKernelHalf;
    ASSERT_EQ(stack_.value % 4096, 0U);
    EXPECT_EQ(pieces("rax"), (Pieces{{PhysAddr{start}, 4}, {PhysAddr{start + 4}, 4}}));
    missing_ = (stack_.value + 0x2000) / 4096;
    EXPECT_EQ(find("rax").error().code, Errc::unsupported);
}

TEST_F(RegisterPlaces, AreRefusedInWords) {
    EXPECT_EQ(find("cs").error().code, Errc::not_found);
    EXPECT_EQ(find("eax").error().code, Errc::not_found);
    thread_.registers.frame.reset();
    EXPECT_EQ(find("rax").error().code, Errc::unsupported);
    tasks_.put(VirtAddr{task_.value + tasks_.kernel().layout().size_of(Structure::task_struct)}, Field::fpu_fpstate, 0);
    EXPECT_EQ(find("xmm0").error().code, Errc::unsupported);
}

}  // namespace
}  // namespace hvgdb::osi
