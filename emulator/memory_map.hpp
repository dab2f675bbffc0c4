// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's words about where guest memory is, in two answers of its human monitor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// One range of guest RAM or ROM. It lies in one block of QEMU's, so it is contiguous in QEMU's memory too.
struct RamRange {
    PhysAddr start;
    std::uint64_t size = 0;  ///< bytes, not 0; `start + size` may be 2^64
    std::string block;       ///< QEMU's name of the memory region: "pc.ram"
    friend bool operator==(const RamRange&, const RamRange&) = default;
};

/// From what `info mtree -f` prints: the RAM and ROM of the address space "memory", which is what the vCPUs see outside
/// system management mode, in the order of their addresses. Left out are devices, also those that serve memory (types
/// "ramd" and "romd"), and what has another priority than 0: PCI cards, whose memory the guest moves about.
/// `protocol` when there is no such address space or a line of it is not understood.
[[nodiscard]] Expected<std::vector<RamRange>> parse_flat_view(std::string_view printed);

/// From what `gpa2hva` prints for the start of `range`: the host's address in QEMU's process. `not_found` when QEMU
/// says that there is no RAM, or means another block, as when the guest remaps its memory between the two questions.
[[nodiscard]] Expected<std::uint64_t> parse_host_address(std::string_view printed, const RamRange& range);

}  // namespace hvgdb::emulator
