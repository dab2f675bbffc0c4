// SPDX-License-Identifier: GPL-2.0-or-later
// Translation of x86-64 addresses by the guest's own page tables (Intel SDM vol. 3A, 4.5 "4-level paging and 5-level
// paging", 4.6 "Access rights").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// A table's place in the walk, counted from the last: what a 4 KiB page's entry stands in is level 1.
enum class PageLevel : std::uint8_t { pt = 1, pd, pdpt, pml4, pml5 };

/// "PT", "PD", "PDPT", "PML4", "PML5".
[[nodiscard]] std::string_view level_name(PageLevel level);

struct PageTableEntry {
    PageLevel level = PageLevel::pt;
    unsigned index = 0;  ///< in its table, below 512
    PhysAddr where;      ///< of the entry itself
    std::uint64_t value = 0;
};

/// The entries a walk met, from the root on.
class PageTrail {
  public:
    void push_back(const PageTableEntry& entry) { entries_.at(size_++) = entry; }
    [[nodiscard]] std::span<const PageTableEntry> entries() const { return std::span(entries_).first(size_); }

  private:
    std::array<PageTableEntry, 5> entries_{};
    std::size_t size_ = 0;
};

/// What all entries on the way grant together. Reading is always granted. CR0.WP, SMEP, SMAP and protection keys, which
/// may take more away, are not looked at.
struct PageRights {
    bool write = true;
    bool execute = true;
    bool user = true;
    friend bool operator==(const PageRights&, const PageRights&) = default;
};

/// "rwx user", "r-x kernel", ...
[[nodiscard]] std::string rights_text(const PageRights& rights);

struct Translation {
    PhysAddr physical;            ///< of the very byte asked for
    std::uint64_t page_size = 0;  ///< bytes: 4 KiB, 2 MiB or 1 GiB
    PageRights rights;
    PageTrail trail;
};

/// Where and why a walk ended early.
struct WalkFailure {
    enum class Why : std::uint8_t {
        not_canonical,  ///< the address's upper bits are no copies of its highest used one; no level was entered
        not_present,    ///< the last entry of the trail has its P bit clear
        reserved_bits,  ///< the last entry of the trail sets bits that must be zero
        unreadable,     ///< there is no memory where the entry at `level` should be
    };
    Why why = Why::not_present;
    PageLevel level = PageLevel::pml4;
    PageTrail trail;
    Error error;  ///< with `unreadable`: what the reader said
};

/// One line, no final full stop: "not mapped: entry 511 of the PML4 is not present".
[[nodiscard]] std::string describe(const WalkFailure& failure);

/// Reads the eight bytes of an entry at a multiple of eight, in host byte order.
using EntryReader = std::function<Expected<std::uint64_t>(PhysAddr)>;

/// Calls `read` at most once a level. The tables are the guest's: whatever they hold, it ends.
[[nodiscard]] std::expected<Translation, WalkFailure> walk_x86_pages(AddressSpace space, VirtAddr address,
                                                                     const X86Paging& paging, const EntryReader& read);

}  // namespace hvgdb::osi
