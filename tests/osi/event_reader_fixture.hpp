// SPDX-License-Identifier: GPL-2.0-or-later
// A vCPU at a point of a made-up kernel.
#pragma once

#include <gtest/gtest.h>
#include <optional>
#include <string_view>

#include "osi/linux/event_reader.hpp"
#include "tests/osi/fake_tasks.hpp"
#include "tests/support/fake_vcpu.hpp"

namespace hvgdb::osi {

inline FakeLayout event_layout() {
    FakeLayout layout = fake_task_layout();
    for (const Field field : {Field::task_group_leader, Field::task_vfork_done, Field::mm_arg_start, Field::mm_arg_end,
                              Field::mm_env_start, Field::mm_env_end}) {
        layout.add(field);
    }
    return layout.add(Field::signal_live, 4).add(Field::mm_saved_auxv, 128, 8);
}

/// The test's memory for everything; the user's half, too.
class TestMemory final : public EventMemory {
  public:
    explicit TestMemory(const KernelMemory& kernel) : kernel_(kernel) {}
    void arrive(emulator::VcpuContext& /*vcpu*/) override {}
    void renew() override {}
    [[nodiscard]] const KernelMemory& lasting() override { return kernel_; }
    [[nodiscard]] const KernelMemory& kernel() override { return kernel_; }
    [[nodiscard]] const MemoryReader* user(VirtAddr /*mm*/) override { return &kernel_.memory(); }

  private:
    const KernelMemory& kernel_;
};

class NoMemory final : public emulator::PhysicalMemory {
  public:
    [[nodiscard]] std::size_t read(PhysAddr, std::span<std::byte>) const override { return 0; }
};

class EventReader : public testing::Test {
  protected:
    EventReader()
        : tasks_(event_layout()),
          kernel_({.paging = {}, .root = {}, .layout = tasks_.kernel().layout(), .symbols = {}, .stack = stack()},
                  nothing_, 1),
          memory_(tasks_.kernel()),
          task_(program(42, 40, "a thread")),
          signal_(tasks_.join({task_})) {}

    static KernelStack stack() { return KernelStack(0x1000 - 16); }

    VirtAddr program(std::uint32_t tid, std::uint32_t pid, std::string_view name) {
        const VirtAddr task = tasks_.task(tid, pid, name);
        const VirtAddr stack = tasks_.object();
        tasks_.put(task, Field::task_mm, tasks_.object().value);
        tasks_.put(task, Field::task_stack, stack.value);
        return task;
    }
    void put_frame(Field field, std::uint64_t value) {
        const auto frame = stack().frame(tasks_.kernel(), task_);
        ASSERT_TRUE(frame);
        tasks_.put(*frame, field, value);
    }
    std::optional<Event> read(EventKind kind, EventPoint point) {
        return read_event(kind, point,
                          {.kernel = kernel_, .memory = memory_, .vcpu = vcpu_, .task = task_, .calls = calls_});
    }
    template <typename What>
    What what(EventKind kind, EventPoint point) {
        const auto event = read(kind, point);
        EXPECT_TRUE(event);
        return event ? std::get<What>(event->what) : What{};
    }
    [[nodiscard]] VirtAddr mm() const { return tasks_.kernel().pointer(task_, Field::task_mm).value_or(VirtAddr{}); }

    FakeTasks tasks_;
    NoMemory nothing_;
    EventKernel kernel_;
    TestMemory memory_;
    test::FakeVcpu vcpu_;
    VirtAddr task_;
    VirtAddr signal_;
    const CallFilter* calls_ = nullptr;
};

}  // namespace hvgdb::osi
