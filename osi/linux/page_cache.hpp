// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of files that the kernel has in memory.
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_symbols.hpp"

namespace hvgdb::osi {

/// Reads struct address_space (its i_pages, an xarray; include/linux/xarray.h) and struct page. As long as the two it
/// is made of. Only while nothing runs is an answer sure to be still true.
class PageCache {
  public:
    enum class State : std::uint8_t {
        present,
        absent,   ///< not in memory: never read from the disk, given back, or a hole
        outside,  ///< in swap, or another value that is no page
    };
    struct Place {
        State state = State::absent;
        PhysAddr physical;  ///< of the page of 4 KiB, with `present`
        friend bool operator==(const Place&, const Place&) = default;
    };

    PageCache(const KernelMemory& kernel, const KernelSymbols& symbols) : kernel_(kernel), symbols_(symbols) {}

    /// The page that holds byte `index` * 4096 of the file whose struct address_space is at `mapping`. Nothing when the
    /// kernel's structures cannot be read or are not known, or are of a kind that counts otherwise (hugetlbfs), and
    /// while the kernel is just reading the page from the disk.
    [[nodiscard]] std::optional<Place> find(VirtAddr mapping, std::uint64_t index) const;
    /// The physical address of the memory that a struct page stands for (vmemmap), and back.
    [[nodiscard]] std::optional<PhysAddr> physical_of(VirtAddr page) const;
    [[nodiscard]] std::optional<VirtAddr> page_of(PhysAddr physical) const;
    /// The first struct page of the folio that a page is part of: itself, when it is alone.
    [[nodiscard]] std::optional<VirtAddr> head_of(VirtAddr page) const;

  private:
    [[nodiscard]] std::optional<std::uint64_t> entry(VirtAddr mapping, std::uint64_t index) const;
    [[nodiscard]] std::optional<VirtAddr> in_folio(VirtAddr mapping, VirtAddr head, std::uint64_t index) const;
    [[nodiscard]] bool is_filled(VirtAddr head) const;
    [[nodiscard]] std::optional<std::uint64_t> vmemmap() const;
    [[nodiscard]] bool counts_huge_pages(VirtAddr mapping) const;

    const KernelMemory& kernel_;
    const KernelSymbols& symbols_;
};

}  // namespace hvgdb::osi
