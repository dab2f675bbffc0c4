// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/register_write.hpp"

#include <gtest/gtest.h>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/saved_registers.hpp"
#include "tests/osi/fake_tasks.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kKernelHalf = 0xffff'8000'0000'0000;
constexpr std::uint64_t kStackEnd = 0x3ff0;
constexpr std::uint64_t kAreaSize = 832;

/// What lies at kKernelHalf + X is at X in the machine's memory.
class RegisterWrite : public testing::Test {
  protected:
    RegisterWrite() : task_(tasks_.task(9, 9, "one")), stack_(tasks_.object(0x4000)), state_(tasks_.object(0x2000)) {
        tasks_.put(task_, Field::task_stack, stack_.value);
        fpu_ = VirtAddr{task_.value + tasks_.kernel().layout().size_of(Structure::task_struct)};
        tasks_.put(fpu_, Field::fpu_fpstate, state_.value);
        tasks_.put(fpu_, Field::fpu_last_cpu, 0);
        tasks_.put(state_, Field::fpstate_size, kAreaSize);
        for (const VirtAddr object : {task_, stack_, state_}) {
            machine_.physical().map(object.value - kKernelHalf, 0x4000);
        }
        thread_.registers.frame = frame();
        thread_.registers.cs = 0x33;
        thread_.registers.ss = 0x2b;
        thread_.registers.eflags = 0x246;
        thread_.with_xsave = true;
    }
    [[nodiscard]] VirtAddr frame() const { return VirtAddr{stack_.value + kStackEnd - kFakePtRegsSize}; }
    void put_on_vcpu(bool user_mode) {
        thread_.registers.vcpu = VcpuId{1};
        thread_.running = RunningThread{.task = task_, .cpu = 0, .vcpu = {}};
        thread_.fpu_loaded = true;
        if (user_mode) {
            thread_.registers.source = UserRegisters::Source::vcpu;
            thread_.registers.frame.reset();
        } else {
            thread_.gs_exchanged = true;
        }
    }
    Expected<void> write(std::string_view name, std::uint64_t value, std::size_t size = 8) {
        return write(name, store_little_endian(value, size));
    }
    Expected<void> write(std::string_view name, const Bytes& value) {
        const KernelTranslation translate = [](VirtAddr address) {
            return address.value >= kKernelHalf ? std::optional(PhysAddr{address.value - kKernelHalf}) : std::nullopt;
        };
        return RegisterWriter(machine_, translate, thread_).write(name, value);
    }
    [[nodiscard]] std::uint64_t memory(VirtAddr address, std::size_t size = 8) {
        Bytes bytes(size);
        EXPECT_EQ(machine_.physical().read(address.value - kKernelHalf, bytes), size);
        return load_little_endian(bytes);
    }
    [[nodiscard]] std::uint64_t in_frame(Field field) { return memory(tasks_.node(frame(), field)); }
    [[nodiscard]] std::uint64_t on_vcpu(std::string_view name) const { return machine_.get_register(VcpuId{1}, name); }

    FakeTasks tasks_{[] {
        FakeLayout layout = fake_task_layout();
        layout.add(Field::fpstate_xfeatures);
        return layout;
    }()};
    test::FakeMachine machine_;
    VirtAddr task_;
    VirtAddr stack_;
    VirtAddr state_;
    VirtAddr fpu_;
    WrittenThread thread_{.kernel = tasks_.kernel(), .task = task_};
};

TEST_F(RegisterWrite, GoesToTheFrameOfAThreadInTheKernel) {
    const char* names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        ASSERT_TRUE(write(names[i], 0x1111 + i)) << names[i];
    }
    for (std::size_t i = 0; i < std::size(names); ++i) {
        EXPECT_EQ(in_frame(frame_field(i)), 0x1111 + i) << names[i];
    }
    EXPECT_TRUE(write("rip", 0x40'1000));
    EXPECT_EQ(in_frame(Field::regs_ip), 0x40'1000U);
    EXPECT_TRUE(write("orig_rax", ~std::uint64_t{0}));
    EXPECT_EQ(in_frame(Field::regs_orig_ax), ~std::uint64_t{0});
}

TEST_F(RegisterWrite, GoesToTheVcpuInUserMode) {
    put_on_vcpu(true);
    EXPECT_TRUE(write("rax", 0x1234));
    EXPECT_TRUE(write("rip", 0x40'1000));
    EXPECT_TRUE(write("gs_base", 0x7f00'0000'0000));
    EXPECT_TRUE(write("xmm3", Bytes(16, std::byte{0x11})));
    EXPECT_TRUE(write("fctrl", 0x27f, 4));
    EXPECT_EQ(on_vcpu("rax"), 0x1234U);
    EXPECT_EQ(on_vcpu("rip"), 0x40'1000U);
    EXPECT_EQ(on_vcpu("gs_base"), 0x7f00'0000'0000U);
    EXPECT_EQ(on_vcpu("xmm3"), 0x1111'1111'1111'1111U);
    EXPECT_EQ(on_vcpu("fctrl"), 0x27fU);
    EXPECT_EQ(in_frame(Field::regs_ax), 0U);
    const auto upper = write("ymm3h", Bytes(16));
    ASSERT_FALSE(upper);
    EXPECT_EQ(upper.error().code, Errc::unsupported);
}

TEST_F(RegisterWrite, OfOrigRaxMeansNothingInUserMode) {
    put_on_vcpu(true);
    const auto before = on_vcpu("rip");
    EXPECT_TRUE(write("orig_rax", ~std::uint64_t{0}));
    EXPECT_TRUE(write("orig_rax", 1));
    EXPECT_EQ(on_vcpu("rip"), before);
}

TEST_F(RegisterWrite, OfOrigRaxInUserModeMakesAnUnfinishedCallAgain) {
    constexpr std::uint64_t kUnfinished = -std::uint64_t{38};
    constexpr std::uint64_t kNanosleep = 35;
    put_on_vcpu(true);
    const auto before = on_vcpu("rip");
    thread_.registers.rip = 0x401002;
    thread_.registers.general[static_cast<std::size_t>(X86General::rax)] = kUnfinished;
    EXPECT_TRUE(write("orig_rax", ~std::uint64_t{0}));
    EXPECT_EQ(on_vcpu("rip"), before);
    EXPECT_TRUE(write("orig_rax", kNanosleep));
    EXPECT_EQ(on_vcpu("rip"), 0x401000U);
    EXPECT_EQ(on_vcpu("rax"), kNanosleep);
}

TEST_F(RegisterWrite, OfBasesGoesToWhereTheyAre) {
    EXPECT_TRUE(write("fs_base", 0x1000));
    EXPECT_TRUE(write("gs_base", 0x2000));
    EXPECT_EQ(memory(tasks_.node(task_, Field::task_fsbase)), 0x1000U);
    EXPECT_EQ(memory(tasks_.node(task_, Field::task_gsbase)), 0x2000U);
    put_on_vcpu(false);
    EXPECT_TRUE(write("fs_base", 0x3000));
    EXPECT_TRUE(write("gs_base", 0x4000));
    EXPECT_EQ(on_vcpu("fs_base"), 0x3000U);
    EXPECT_EQ(on_vcpu("k_gs_base"), 0x4000U);
    EXPECT_EQ(on_vcpu("gs_base"), 0U);
}

TEST_F(RegisterWrite, OfSelectorsGoesToWhereTheyAre) {
    EXPECT_TRUE(write("ds", 0x2b, 4));
    EXPECT_EQ(memory(tasks_.node(task_, Field::task_ds), 2), 0x2bU);
    put_on_vcpu(true);
    EXPECT_TRUE(write("es", 0x2b, 4));
    EXPECT_EQ(on_vcpu("es"), 0x2bU);
}

TEST_F(RegisterWrite, OfFlagsChangesThoseOfTheUser) {
    EXPECT_TRUE(write("eflags", 0xffff'ffff, 4));
    EXPECT_EQ(in_frame(Field::regs_flags), 0x25'4fd7U);
    EXPECT_TRUE(write("eflags", 0, 4));
    EXPECT_EQ(in_frame(Field::regs_flags), 0x202U);
}

TEST_F(RegisterWrite, OfVectorsGoesToTheAreaAndInvalidatesTheCpusCopy) {
    const Bytes value(16, std::byte{0x55});
    EXPECT_TRUE(write("xmm2", value));
    const VirtAddr area = tasks_.node(state_, Field::fpstate_regs);
    EXPECT_EQ(memory(VirtAddr{area.value + 160 + 32}), 0x5555'5555'5555'5555U);
    EXPECT_EQ(memory(VirtAddr{area.value + 512}), 2U) << "SSE is in use now";
    EXPECT_EQ(memory(tasks_.node(fpu_, Field::fpu_last_cpu), 4), 0xffff'ffffU);
    EXPECT_FALSE(write("ymm2h", value)) << "the kernel has not enabled it";
    tasks_.put(state_, Field::fpstate_xfeatures, 7);
    EXPECT_TRUE(write("ymm2h", value));
    EXPECT_EQ(memory(VirtAddr{area.value + 576 + 32}), 0x5555'5555'5555'5555U);
}

TEST_F(RegisterWrite, OfVectorsWritesTheRegisterAndWhatGoesWithIt) {
    struct Recorder : emulator::WriteObserver {
        void on_register_written(VcpuId, unsigned) override { ADD_FAILURE() << "a vCPU's register"; }
        void on_memory_written(VcpuId, VirtAddr, std::uint64_t) override { ADD_FAILURE() << "a virtual address"; }
        void on_physical_written(PhysAddr address, std::uint64_t size) override {
            pieces.emplace_back(address.value, size);
        }
        std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces;
    };
    const std::uint64_t area = tasks_.node(state_, Field::fpstate_regs).value - kKernelHalf;
    const std::uint64_t last_cpu = tasks_.node(fpu_, Field::fpu_last_cpu).value - kKernelHalf;
    Recorder recorder;
    machine_.set_write_observer(&recorder);
    for (const std::byte value : {std::byte{0x55}, std::byte{0}}) {  // 0 is what it holds before
        recorder.pieces.clear();
        EXPECT_TRUE(write("xmm2", Bytes(16, value)));
        EXPECT_EQ(recorder.pieces, (decltype(recorder.pieces){{area + 160 + 32, 16}, {area + 512, 1}, {last_cpu, 4}}));
    }
    machine_.set_write_observer(nullptr);
}

TEST_F(RegisterWrite, OfVectorsInTheKernelGoesToBoth) {
    put_on_vcpu(false);
    EXPECT_TRUE(write("xmm2", Bytes(16, std::byte{0x55})));
    EXPECT_EQ(on_vcpu("xmm2"), 0x5555'5555'5555'5555U);
    const VirtAddr area = tasks_.node(state_, Field::fpstate_regs);
    EXPECT_EQ(memory(VirtAddr{area.value + 160 + 32}), 0x5555'5555'5555'5555U);
    EXPECT_EQ(memory(tasks_.node(fpu_, Field::fpu_last_cpu), 4), 0U) << "the CPU's copy stays good";
}

TEST_F(RegisterWrite, ThatWouldHarmTheKernelIsRefused) {
    const struct {
        const char* name;
        std::uint64_t value;
        std::size_t size;
        Errc code;
    } rows[] = {
        {"rip", 0x0000'8000'0000'0000, 8, Errc::bad_argument},
        {"rip", 0x8000'0000'0000'0000, 8, Errc::bad_argument},
        {"fs_base", 0xffff'8880'0000'0000, 8, Errc::bad_argument},
        {"gs_base", 0x0000'8000'0000'0000, 8, Errc::bad_argument},
        {"cs", 0x10, 4, Errc::unsupported},
        {"ss", 0x18, 4, Errc::unsupported},
        {"ds", 0x18, 4, Errc::bad_argument},
        {"fs", 0x1'0033, 4, Errc::bad_argument},
        {"mxcsr", 0x1'0000, 4, Errc::bad_argument},
        {"rax", 1, 4, Errc::bad_argument},
        {"eflags", 1, 8, Errc::bad_argument},
        {"cr3", 0, 8, Errc::not_found},
        {"", 0, 8, Errc::not_found},
    };
    for (const bool on_vcpu : {false, true}) {
        if (on_vcpu) {
            put_on_vcpu(true);
        }
        const auto before = machine_.generation();
        for (const auto& row : rows) {
            const auto done = write(row.name, row.value, row.size);
            ASSERT_FALSE(done) << row.name;
            EXPECT_EQ(done.error().code, row.code) << row.name;
        }
        EXPECT_TRUE(write("cs", 0x33, 4)) << "what it is already";
        EXPECT_EQ(machine_.generation(), before);
    }
}

TEST_F(RegisterWrite, IsRefusedWhileTheFrameIsBeingMade) {
    put_on_vcpu(false);
    thread_.registers.frame.reset();
    for (const auto* name : {"rax", "rip", "orig_rax"}) {
        const auto done = write(name, 0x1000);
        ASSERT_FALSE(done) << name;
        EXPECT_EQ(done.error().code, Errc::unsupported);
    }
}

}  // namespace
}  // namespace hvgdb::osi
