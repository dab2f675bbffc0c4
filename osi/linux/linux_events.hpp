// SPDX-License-Identifier: GPL-2.0-or-later
// Events of Linux's processes: sites on the kernel's own functions.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "emulator/physical_memory.hpp"
#include "osi/events.hpp"
#include "osi/linux/event_functions.hpp"
#include "osi/linux/running_kernel.hpp"

namespace hvgdb::osi {

class EventKernel;

class LinuxEvents final : public Events {
  public:
    /// All must outlive it; the memory also the last callback of a site, which may run on until the vCPUs have ended.
    LinuxEvents(RunningKernel& kernel, emulator::Machine& machine, const emulator::PhysicalMemory& memory,
                emulator::Instrumentation& instrumentation);
    ~LinuxEvents() override;

    [[nodiscard]] Expected<Subscription> subscribe(EventKind kind, EventFilter filter, EventCallback callback) override;
    void commit() override;
    [[nodiscard]] bool waits_for_kernel() const override;
    [[nodiscard]] OsFacts sources() override;

  private:
    struct Entry;

    /// Null: none is known now. Else `known_` is it. Valid until the next call.
    [[nodiscard]] KernelView* kernel_now();
    [[nodiscard]] const EventFunctions& functions(EventKind kind, const KernelView& view);
    void instrument(const std::shared_ptr<Entry>& entry, KernelView& view);
    static void drop_sites(Entry& entry);

    RunningKernel& kernel_;
    emulator::Machine& machine_;
    const emulator::PhysicalMemory& memory_;
    emulator::Instrumentation& instrumentation_;
    std::shared_ptr<EventKernel> known_;
    std::uint64_t known_of_ = 0;                                        ///< RunningKernel::changes() then
    std::array<std::optional<EventFunctions>, kEventKinds> functions_;  ///< of `known_`, as far as asked for
    std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace hvgdb::osi
