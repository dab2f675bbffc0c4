// SPDX-License-Identifier: GPL-2.0-or-later
// What the callbacks of events know of the kernel in which they run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/events.hpp"
#include "osi/linux/event_memory.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/layout.hpp"
#include "osi/linux/paths.hpp"
#include "osi/linux/running_kernel.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

struct EventKernelFacts {
    X86Paging paging;
    AddressSpace root;  ///< the kernel's own page tables
    Layout layout;
    KernelSymbols symbols;
    std::optional<KernelStack> stack;
};

/// Nothing while the kernel has only begun: it still uses page tables that it will give up, or its CPUs have no
/// variables yet.
[[nodiscard]] std::optional<EventKernelFacts> read_event_kernel_facts(KernelView& view);

/// A copy of what is needed, which stays as it is when another kernel runs. Held by each callback.
class EventKernel {
  public:
    /// `memory` must outlive it.
    EventKernel(const EventKernelFacts& facts, const emulator::PhysicalMemory& memory, unsigned vcpus);
    EventKernel(const EventKernel&) = delete;
    EventKernel& operator=(const EventKernel&) = delete;
    ~EventKernel() = default;

    [[nodiscard]] AddressSpace root() const { return facts_.root; }
    /// Where user registers are saved. Nothing: could not be found out.
    [[nodiscard]] const std::optional<KernelStack>& stack() const { return facts_.stack; }

    // On the vCPU's thread, in its callback.
    /// Null for a vCPU that was not there.
    [[nodiscard]] EventMemory* memory_of(VcpuId vcpu);
    /// The task that the vCPU runs, which must be in the kernel.
    [[nodiscard]] std::optional<VirtAddr> current_task(emulator::VcpuContext& vcpu, EventMemory& memory) const;
    /// The first process's root folder, from which on paths are shown.
    [[nodiscard]] std::optional<MountPath> root_folder_of_first(const KernelMemory& kernel) const;

  private:
    const emulator::PhysicalMemory& memory_;
    EventKernelFacts facts_;
    bool per_cpu_;                               ///< else there is one CPU, and its variables are where they are
    std::optional<std::uint64_t> current_task_;  ///< behind the GS base, or its address
    std::vector<std::unique_ptr<EventMemory>> of_vcpus_;
};

/// What one callback looks at.
struct EventScene {
    EventKernel& kernel;
    EventMemory& memory;
    emulator::VcpuContext& vcpu;
    VirtAddr task;                      ///< the one that the vCPU runs
    const CallFilter* calls = nullptr;  ///< of which system calls is told; null: of all

    /// 0 when the emulator does not tell.
    [[nodiscard]] std::uint64_t register_value(std::string_view name) const {
        return vcpu.read_register(name).value_or(0);
    }
};

}  // namespace hvgdb::osi
