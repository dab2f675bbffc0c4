// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of one process, as it sees it, and with what it would see if it touched it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "osi/guest_memory.hpp"
#include "osi/linux/fault_in.hpp"
#include "osi/linux/memory_areas.hpp"
#include "osi/x86_page_walk.hpp"

namespace hvgdb::osi {

/// For one picture of the moment: it keeps the list of areas. All arguments must outlive it.
class ProcessMemory {
  public:
    /// `mm` is its struct mm_struct, `space` the page tables of that.
    ProcessMemory(GuestMemory& memory, const KernelMemory& kernel, const KernelSymbols& symbols,
                  KernelTranslation translate, VirtAddr mm, AddressSpace space)
        : memory_(memory), kernel_(kernel), fault_in_(kernel, symbols, std::move(translate)), mm_(mm), space_(space) {}

    [[nodiscard]] VirtAddr mm() const { return mm_; }

    /// How many bytes from the start could be read. What is behind them in `out` is unspecified.
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out);
    /// The last entry on the way to a page that is present.
    [[nodiscard]] std::optional<PageTableEntry> last_entry(VirtAddr address) const;
    /// As Os::physical_address().
    [[nodiscard]] Expected<std::optional<PhysAddr>> place(VirtAddr address);
    /// Where a byte is that may be written without anybody noticing but those who share it on purpose. Else why not, as
    /// Os::write_memory().
    [[nodiscard]] Expected<PhysAddr> writable(VirtAddr address);
    /// The same for a range, page by page; all of it or nothing.
    struct Piece {
        PhysAddr physical;
        std::size_t size = 0;
        friend bool operator==(const Piece&, const Piece&) = default;
    };
    [[nodiscard]] Expected<std::vector<Piece>> writable(VirtAddr address, std::size_t size);

  private:
    /// What the page tables say of an address at which there is no page.
    struct Gap {
        bool empty = false;      ///< no entry at all; else swapped out, on the move, or guarded
        std::uint64_t size = 0;  ///< of what the entry stands for, from the address on
    };
    [[nodiscard]] std::expected<Translation, WalkFailure> walk(VirtAddr address) const;
    [[nodiscard]] Gap gap(VirtAddr address) const;
    [[nodiscard]] const MemoryArea* area(VirtAddr address);
    [[nodiscard]] bool sees(VirtAddr address) const;
    [[nodiscard]] std::size_t read_gap(VirtAddr address, std::span<std::byte> out);

    GuestMemory& memory_;
    const KernelMemory& kernel_;
    FaultIn fault_in_;
    VirtAddr mm_;
    AddressSpace space_;
    std::optional<AreaList> areas_;
};

}  // namespace hvgdb::osi
