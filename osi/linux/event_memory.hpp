// SPDX-License-Identifier: GPL-2.0-or-later
// How the callback of a vCPU reads the guest's memory.
#pragma once

#include <memory>

#include "emulator/instrumentation.hpp"
#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/layout.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// One for each vCPU, used on its thread only, inside callbacks.
class EventMemory {
  public:
    EventMemory() = default;
    EventMemory(const EventMemory&) = delete;
    EventMemory& operator=(const EventMemory&) = delete;
    virtual ~EventMemory() = default;

    /// To be called first in each callback.
    virtual void arrive(emulator::VcpuContext& vcpu) = 0;
    /// Forgets what may have changed since the last event.
    virtual void renew() = 0;
    /// For what never moves: tasks and per-CPU variables.
    [[nodiscard]] virtual const KernelMemory& lasting() = 0;
    /// For everything, after renew().
    [[nodiscard]] virtual const KernelMemory& kernel() = 0;
    /// Of the process that the vCPU runs, whose mm_struct that is; after renew(). Null when it has none. Valid until
    /// the next call.
    [[nodiscard]] virtual const MemoryReader* user(VirtAddr mm) = 0;
};

struct EventMemoryParts {
    const emulator::PhysicalMemory& memory;
    X86Paging paging;
    AddressSpace root;  ///< the kernel's own
    const Layout& layout;
};

/// Through `memory` if any thread may read it, else through the vCPU. Memory and layout must outlive it.
[[nodiscard]] std::unique_ptr<EventMemory> make_event_memory(const EventMemoryParts& parts);

}  // namespace hvgdb::osi
