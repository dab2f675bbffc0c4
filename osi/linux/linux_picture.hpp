// SPDX-License-Identifier: GPL-2.0-or-later
// What LinuxOs keeps between two calls; for its own files only.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "osi/linux/inode.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/mappings.hpp"
#include "osi/linux/page_cache.hpp"
#include "osi/linux/paths.hpp"
#include "osi/linux/per_cpu.hpp"
#include "osi/linux/process_memory.hpp"
#include "osi/linux/running_kernel.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

struct LinuxOs::Picture {
    Picture(KernelView& kernel_view, std::uint64_t machine_generation)
        : view(kernel_view),
          generation(machine_generation),
          paths(kernel_view.structures(), reader_root(kernel_view)),
          areas(kernel_view.structures(), kernel_view.symbols(), paths),
          per_cpu(kernel_view.structures(), kernel_view.symbols()),
          pages(kernel_view.structures(), kernel_view.symbols()) {}

    [[nodiscard]] const KernelMemory& kernel() const { return view.structures(); }
    [[nodiscard]] VirtAddr init_task() const { return view.symbols()[KernelSymbol::init_task].value_or(VirtAddr{}); }
    [[nodiscard]] std::optional<PhysAddr> translate(VirtAddr address) const {
        return view.memory().translate(view.kernel().image.root, address);
    }

    [[nodiscard]] FileMemory file_memory() const {
        return {.kernel = kernel(), .pages = pages, .physical = view.memory().physical()};
    }

    /// Paths are shown as they are from the root folder that the kernel itself has, which init inherits.
    static std::optional<MountPath> reader_root(KernelView& view);

    KernelView& view;
    std::uint64_t generation = 0;
    Paths paths;
    Mappings areas;
    PerCpu per_cpu;
    PageCache pages;
    std::optional<ProcessMemory> memory;  ///< of the process that was asked for last
    std::optional<std::vector<OnVcpu>> on_vcpus;
    std::optional<std::pair<ThreadId, UserRegisters>> registers;  ///< of the thread that was asked for last
    std::unordered_map<ProcessId, VirtAddr> leaders;
    bool has_all_leaders = false;
};

}  // namespace hvgdb::osi
