// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's loaded modules.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct LoadedModule {
    struct Range {
        VirtAddr start;
        std::uint64_t size = 0;  ///< bytes
        [[nodiscard]] bool contains(VirtAddr address) const { return address.value - start.value < size; }
    };

    VirtAddr object;            ///< its struct module
    KernelModule facts;         ///< as /proc/modules prints them (kernel/module/procfs.c m_show())
    std::vector<Range> ranges;  ///< code and data; since 6.4 several, before one for what stays and one for what goes
};

/// In the order of /proc/modules, the newest first. `modules` is the list's head. Modules that are only being read in
/// are left out, as there. `fault` when not even the list's head can be read; a torn list ends early.
[[nodiscard]] Expected<std::vector<LoadedModule>> loaded_modules(const KernelMemory& kernel, VirtAddr modules);

}  // namespace hvgdb::osi
