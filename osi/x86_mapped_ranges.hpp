// SPDX-License-Identifier: GPL-2.0-or-later
// What x86-64 page tables map in a stretch of addresses.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// Neighbouring pages with the same rights.
struct MappedRange {
    VirtAddr start;
    std::uint64_t size = 0;  ///< bytes, whole pages
    bool write = false;
    bool execute = false;
    friend bool operator==(const MappedRange&, const MappedRange&) = default;

    [[nodiscard]] std::uint64_t end() const { return start.value + size; }
};

/// In the order of their addresses, from `start` to before `end`, both multiples of 4 KiB and in one half of the
/// address space. Looks at 2^16 pages and holes and gives 4096 ranges at most, more than any kernel's image has; what
/// is behind them is left out.
[[nodiscard]] std::vector<MappedRange> mapped_ranges(const emulator::PhysicalMemory& memory, AddressSpace space,
                                                     const X86Paging& paging, VirtAddr start, VirtAddr end);

}  // namespace hvgdb::osi
