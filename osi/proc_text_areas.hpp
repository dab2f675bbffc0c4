// SPDX-License-Identifier: GPL-2.0-or-later
// Texts about the memory areas of a process (fs/proc/task_mmu.c).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "osi/os.hpp"

namespace hvgdb::osi {

/// /proc/PID/maps
[[nodiscard]] std::string maps_text(std::span<const Mapping> mappings);

/// /proc/PID/smaps, with the lines that gdb decides by what belongs in a core file: VmFlags, and Anonymous, which is
/// the size of an area that the program may have changed and 0 otherwise. How much of an area is in memory nobody
/// counts.
[[nodiscard]] std::string smaps_text(std::span<const Mapping> mappings);

/// Bytes, without the kernel's own page that is shown to every process.
[[nodiscard]] std::uint64_t total_size(std::span<const Mapping> mappings);

}  // namespace hvgdb::osi
