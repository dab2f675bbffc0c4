// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/linux_os.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/locatable_kernel.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kInitTask = KallsymsImage::kBase.value + 0x3000;
constexpr PhysAddr kInitTaskPlace = LocatableKernel::at(0x3000);
constexpr std::uint64_t kTask = 0xffff'8880'0001'0000;
constexpr PhysAddr kTaskPlace{0x10000};
constexpr ProcessId kPid = 40;

/// A guest with one process, which comes and goes.
class LinuxOsTest : public testing::Test {
  protected:
    LinuxOsTest() {
        machine_.set_register(VcpuId{0}, "cr0", 0x80000001);
        machine_.set_register(VcpuId{0}, "cr3", LocatableKernel::kRoot.root);
        machine_.set_register(VcpuId{0}, "cr4", 0x20);
        machine_.set_register(VcpuId{0}, "efer", 0xd00);
        in_memory_.memory.map(LocatableKernel::kRoot, VirtAddr{kTask}, kTaskPlace, kP | kW | kXd);
        for (const Field id : {Field::task_pid, Field::task_tgid}) {
            put(kTaskPlace, id, kPid);
        }
        put(kTaskPlace, Field::task_tasks, kInitTask + offset(Field::task_tasks));
        show_process(true);
    }

    static std::uint64_t offset(Field field) { return LocatableKernel::offset_of(field); }
    void put(PhysAddr task, Field field, std::uint64_t value) {
        in_memory_.memory.put(PhysAddr{task.value + offset(field)}, value);
    }
    void show_process(bool there) {
        put(kInitTaskPlace, Field::task_tasks, (there ? kTask : kInitTask) + offset(Field::task_tasks));
    }
    void boot_another_kernel() {
        in_memory_.memory.put(LocatableKernel::at(KallsymsImage::kBanner + 14), as_bytes("7"));
    }
    void resume() { ASSERT_TRUE(machine_.resume({})); }
    void pause() { machine_.deliver({}); }
    [[nodiscard]] bool sees_process() { return os_.process(kPid).has_value(); }
    [[nodiscard]] std::string system() {
        const auto facts = os_.facts();
        return facts ? facts->front().second : facts.error().detail;
    }

    test::FakeMachine machine_{1};
    LocatableKernel in_memory_;
    LinuxOs os_{machine_, in_memory_.memory, {}};
};

TEST_F(LinuxOsTest, KeepsWhatItSawWhileTheMachineIsPaused) {
    EXPECT_TRUE(sees_process());
    show_process(false);
    EXPECT_TRUE(sees_process()) << "it was looked for anew";
}

TEST_F(LinuxOsTest, LooksAnewAtEachPause) {
    for (const bool there : {true, false, true}) {
        show_process(there);
        EXPECT_EQ(sees_process(), there);
        resume();
        pause();
    }
}

TEST_F(LinuxOsTest, LooksAnewAtEachCallWhileTheGuestRuns) {
    EXPECT_TRUE(sees_process());
    resume();
    for (const bool there : {true, false, true}) {
        show_process(there);
        EXPECT_EQ(sees_process(), there);
    }
}

TEST_F(LinuxOsTest, WhatItSawWhileTheGuestRanIsNotWhatTheNextPauseShows) {
    EXPECT_TRUE(sees_process());
    resume();
    EXPECT_TRUE(sees_process());
    show_process(false);
    pause();
    EXPECT_FALSE(sees_process());
}

/// Of the kernel that it saw while the guest ran nothing is left then.
TEST_F(LinuxOsTest, AnotherKernelMayBeThereAtTheNextPause) {
    EXPECT_EQ(system(), "Linux 6.1.0");
    resume();
    EXPECT_EQ(system(), "Linux 6.1.0");
    boot_another_kernel();
    pause();
    ASSERT_TRUE(os_.running_kernel().get());  // as the source of events looks for it
    EXPECT_EQ(system(), "Linux 7.1.0");
}

}  // namespace
}  // namespace hvgdb::osi
