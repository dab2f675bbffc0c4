// SPDX-License-Identifier: GPL-2.0-or-later
// Where a running Linux kernel is.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/types.hpp"
#include "osi/guest_memory.hpp"
#include "osi/x86_mapped_ranges.hpp"

namespace hvgdb::osi {

using ImageRange = MappedRange;

/// The kernel proper, without modules. Memory that it gave back after its start leaves holes.
struct KernelImage {
    AddressSpace root;               ///< page tables that map all of it
    std::vector<ImageRange> ranges;  ///< at least one executable and one writable; in the order of their addresses
    VirtAddr text;                   ///< _text: the start of the first range

    [[nodiscard]] VirtAddr end() const { return VirtAddr{ranges.back().end()}; }
    [[nodiscard]] bool contains(VirtAddr address) const { return address >= text && address < end(); }
};

/// By the page tables alone, with a few reads. `current` may be the root that a vCPU has in user mode, of which page
/// table isolation leaves next to nothing of the kernel. `unsupported`, "no kernel yet: ...", when there is none.
[[nodiscard]] Expected<KernelImage> find_kernel_image(GuestMemory& memory, AddressSpace current);

/// The other of a process's two roots, if the kernel isolates page tables (PTI_USER_PGTABLE_BIT,
/// arch/x86/entry/calling.h); if it does not, anything.
[[nodiscard]] constexpr AddressSpace isolation_twin(AddressSpace space) {
    return AddressSpace{space.root ^ (std::uint64_t{1} << 12)};
}

}  // namespace hvgdb::osi
