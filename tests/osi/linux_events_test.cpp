// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/linux_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/locatable_kernel.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

using emulator::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kSwitch = KallsymsImage::kBase.value + 0x1600;
constexpr std::uint64_t kCurrent = KallsymsImage::kBase.value + 0x1700;
constexpr std::uint64_t kTask = 0xffff'8880'0001'0000;
constexpr std::uint64_t kNext = 0xffff'8880'0002'0000;

KallsymsShape with_functions() {
    KallsymsShape shape;
    shape.more = {{.name = "__switch_to.constprop.0", .address = VirtAddr{kSwitch}, .type = 't'},
                  {.name = "current_task", .address = VirtAddr{kCurrent}, .type = 'D'}};
    return shape;
}

/// A Linux without SMP, whose one task is switched away from at `kSwitch`.
class LinuxEventsTest : public testing::Test {
  protected:
    LinuxEventsTest() {
        show_kernel(LocatableKernel::kRoot);
        put_program();
        machine_.poke(kCurrent, number(kTask));
        put_task(kTask, 40);
        put_task(kNext, 50);
        machine_.set_register(VcpuId{0}, "rsi", kNext);
    }

    static std::string number(std::uint64_t value) {
        std::string text(8, '\0');
        std::memcpy(text.data(), &value, text.size());
        return text;
    }
    void show_kernel(AddressSpace root) {
        machine_.set_register(VcpuId{0}, "cr0", 0x80000001);
        machine_.set_register(VcpuId{0}, "cr3", root.root);
        machine_.set_register(VcpuId{0}, "cr4", 0x20);
        machine_.set_register(VcpuId{0}, "efer", 0xd00);
    }
    /// In the kernel's list: one that runs none has only begun.
    void put_program() {
        constexpr std::uint64_t kInit = KallsymsImage::kBase.value + 0x3000;
        constexpr PhysAddr kPlace{0x10000};
        const std::uint64_t node = LocatableKernel::offset_of(Field::task_tasks);
        in_memory_.memory.map(LocatableKernel::kRoot, VirtAddr{kTask}, kPlace, kP | kW | kXd);
        in_memory_.memory.put(LocatableKernel::at(0x3000 + node), kTask + node);
        in_memory_.memory.put(PhysAddr{kPlace.value + node}, kInit + node);
        in_memory_.memory.put(PhysAddr{kPlace.value + LocatableKernel::offset_of(Field::task_mm)}, kTask);
    }
    void put_task(std::uint64_t task, std::uint64_t id) {
        machine_.poke(task, std::string(0x100, '\0'));
        machine_.poke(task + LocatableKernel::offset_of(Field::task_pid), number(id));
        machine_.poke(task + LocatableKernel::offset_of(Field::task_tgid), number(id));
        machine_.poke(task + LocatableKernel::offset_of(Field::task_comm), "program");
    }
    Subscription subscribe(EventFilter filter = {}, Verdict verdict = Verdict::go_on) {
        const auto made = events_->subscribe(EventKind::switched, filter, [this, verdict](const Event& event) {
            told_.push_back(event.pid);
            last_ = event;
            return verdict;
        });
        EXPECT_TRUE(made);
        return made.value_or(Subscription());
    }
    /// The vCPU comes to the function `times` times.
    void run(unsigned times = 1) {
        for (unsigned i = 0; i < times; ++i) {
            machine_.set_pc(VcpuId{0}, kSwitch);
            ASSERT_TRUE(instrumentation_.prepare_resume());
            ASSERT_TRUE(machine_.resume({}));
            machine_.run_until_stop(1);
            machine_.deliver({});
        }
    }
    void commit_and_run(unsigned times = 1) {
        events_->commit();
        run(times);
    }

    test::FakeMachine machine_{1};
    LocatableKernel in_memory_{with_functions()};
    test::FakeInstrumentation instrumentation_{machine_};
    RunningKernel kernel_{machine_, in_memory_.memory, {}, {}};
    std::unique_ptr<LinuxEvents> events_ =
        std::make_unique<LinuxEvents>(kernel_, machine_, in_memory_.memory, instrumentation_);
    std::vector<ProcessId> told_;
    Event last_;
};

TEST_F(LinuxEventsTest, TellsFromTheNextCommitOn) {
    const auto subscription = subscribe();
    EXPECT_TRUE(events_->waits_for_kernel());
    run();
    EXPECT_THAT(told_, IsEmpty());
    commit_and_run(2);
    EXPECT_FALSE(events_->waits_for_kernel());
    EXPECT_THAT(told_, ElementsAre(40, 40));
    EXPECT_EQ(last_.kind, EventKind::switched);
    EXPECT_EQ(last_.tid, 40U);
    EXPECT_EQ(last_.command, "program");
    EXPECT_EQ(std::get<event::Switched>(last_.what).process, 50U);
}

TEST_F(LinuxEventsTest, TellsOnlyOfTheProcessAskedFor) {
    subscribe({.process = 50});
    commit_and_run();
    EXPECT_THAT(told_, IsEmpty());
    machine_.poke(kCurrent, number(kNext));
    run();
    EXPECT_THAT(told_, ElementsAre(50));
}

TEST_F(LinuxEventsTest, TellsNothingWhenItCannotBeRead) {
    subscribe();
    machine_.poke(kCurrent, number(0x401000));
    commit_and_run();
    machine_.memory().unmap(kCurrent, 8);
    run();
    EXPECT_THAT(told_, IsEmpty());
}

TEST_F(LinuxEventsTest, CanBeSwitchedOffAndOn) {
    const auto subscription = subscribe();
    commit_and_run();
    subscription.disable();
    run();
    EXPECT_EQ(told_.size(), 1U);
    subscription.enable();
    run();
    EXPECT_EQ(told_.size(), 2U);
    subscription.remove();
    EXPECT_FALSE(subscription.exists());
    run();
    EXPECT_EQ(told_.size(), 2U);
    events_->commit();
    EXPECT_THAT(instrumentation_.sites(), IsEmpty());
    EXPECT_FALSE(events_->waits_for_kernel());
}

TEST_F(LinuxEventsTest, MayDisableThemselvesAndBeEnabledAgain) {
    const auto subscription = subscribe({}, Verdict::go_on_and_disable);
    commit_and_run(3);
    EXPECT_EQ(told_.size(), 1U);
    EXPECT_TRUE(subscription.exists());
    subscription.enable();
    run();
    EXPECT_EQ(told_.size(), 2U);
}

TEST_F(LinuxEventsTest, StopTheMachineBeforeItGoesOn) {
    subscribe({}, Verdict::stop);
    commit_and_run();
    EXPECT_EQ(machine_.pc(VcpuId{0}), kSwitch);
    const auto stop = instrumentation_.pending_stop();
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->where.address, VirtAddr{kSwitch});
}

TEST_F(LinuxEventsTest, AreMadeAnewForAnotherKernel) {
    subscribe();
    commit_and_run();
    show_kernel(AddressSpace{0x100000});
    commit_and_run();
    EXPECT_TRUE(events_->waits_for_kernel());
    EXPECT_THAT(instrumentation_.sites(), IsEmpty());
    EXPECT_EQ(told_.size(), 1U);
    show_kernel(LocatableKernel::kRoot);
    commit_and_run();
    EXPECT_FALSE(events_->waits_for_kernel());
    EXPECT_EQ(told_.size(), 2U);
}

TEST_F(LinuxEventsTest, WaitForAKernelThatHasOnlyBegun) {
    in_memory_.memory.put(PhysAddr{0x10000 + LocatableKernel::offset_of(Field::task_mm)}, 0);
    subscribe();
    commit_and_run();
    EXPECT_TRUE(events_->waits_for_kernel());
    EXPECT_THAT(events_->sources(), testing::Contains(std::pair("switched", "no kernel yet")));
    in_memory_.memory.put(PhysAddr{0x10000 + LocatableKernel::offset_of(Field::task_mm)}, kTask);
    commit_and_run();
    EXPECT_THAT(told_, ElementsAre(40));
}

TEST_F(LinuxEventsTest, AreRefusedWhereTheKernelDoesNotTell) {
    const auto refused = events_->subscribe(EventKind::forked, {}, [](const Event&) { return Verdict::go_on; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported);
    EXPECT_EQ(refused.error().detail, "no function of this kernel tells of this kind of event: forked");
    const auto sources = events_->sources();
    EXPECT_THAT(sources, testing::Contains(std::pair("forked", "not to be had")));
    EXPECT_THAT(sources, testing::Contains(std::pair("switched", "__switch_to.constprop.0")));
    show_kernel(AddressSpace{0x100000});
    EXPECT_TRUE(machine_.resume({}));
    machine_.deliver({});
    EXPECT_TRUE(events_->subscribe(EventKind::forked, {}, [](const Event&) { return Verdict::go_on; }));
}

TEST_F(LinuxEventsTest, EndWithTheirSource) {
    const auto subscription = subscribe();
    commit_and_run();
    events_.reset();
    EXPECT_FALSE(subscription.exists());
    subscription.enable();
    run();
    EXPECT_EQ(told_.size(), 1U);
    EXPECT_THAT(instrumentation_.sites(), IsEmpty());
}

}  // namespace
}  // namespace hvgdb::osi
