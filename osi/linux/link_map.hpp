// SPDX-License-Identifier: GPL-2.0-or-later
// The dynamic linker's list of what it has loaded (glibc and musl, link.h: struct r_debug and struct link_map).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "osi/memory_reader.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

inline constexpr std::size_t kMostLibraries = 4096;

/// Found as gdb finds it: the program headers, of which the auxiliary vector tells, name the dynamic section, and its
/// DT_DEBUG the linker's struct r_debug. `process` is the program's own memory, which may hold anything; a list that
/// leads out of memory or back into itself ends there. Empty without a dynamic linker, or before it has run. `compat`:
/// a 32-bit program.
[[nodiscard]] std::vector<Library> loaded_libraries(const MemoryReader& process,
                                                    std::span<const AuxiliaryEntry> auxiliary_vector, bool compat);

}  // namespace hvgdb::osi
