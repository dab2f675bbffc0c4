// SPDX-License-Identifier: GPL-2.0-or-later
// The one way to read guest memory through page tables of choice, so that any process can be read, scheduled or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/memory_reader.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// One for each thread that reads: it keeps translations, so it is not to be shared. x86-64 page tables, 4 and 5
/// levels.
class GuestMemory {
  public:
    /// `memory` must outlive it.
    GuestMemory(const emulator::PhysicalMemory& memory, X86Paging paging);

    /// How many bytes from the start are mapped and RAM. What is behind them in `out` is unspecified.
    [[nodiscard]] std::size_t read(AddressSpace space, VirtAddr address, std::span<std::byte> out);
    /// Where a byte is. A page that Linux hides from the processor only (PROT_NONE, NUMA hinting: P clear, bit 8 set,
    /// perhaps with inverted address bits; arch/x86/include/asm/pgtable-invert.h) is found too.
    [[nodiscard]] std::optional<PhysAddr> translate(AddressSpace space, VirtAddr address);

    [[nodiscard]] const X86Paging& paging() const { return paging_; }
    [[nodiscard]] const emulator::PhysicalMemory& physical() const { return memory_; }

    /// Drops the kept translations. To be called whenever the guest may have run since the last read.
    void forget();

  private:
    /// The entry that maps `page`, an address in units of some page size.
    struct Cached {
        std::uint64_t root = 0;
        std::uint64_t page = kNoPage;
        std::uint64_t entry = 0;
        unsigned level = 0;  ///< of the table that the entry is in, as PageLevel counts
    };
    static constexpr std::uint64_t kNoPage = ~std::uint64_t{0};

    /// Where a byte is, and how many there are from it to the end of its page.
    struct Place {
        PhysAddr physical;
        std::uint64_t size = 0;
    };
    [[nodiscard]] std::optional<Place> find(AddressSpace space, VirtAddr address);
    [[nodiscard]] const Cached* find_entry(AddressSpace space, VirtAddr address);
    [[nodiscard]] bool walk(AddressSpace space, VirtAddr address, Cached& found) const;
    [[nodiscard]] std::optional<std::uint64_t> entry(std::uint64_t table, VirtAddr address, unsigned level) const;

    const emulator::PhysicalMemory& memory_;
    X86Paging paging_;
    std::vector<Cached> pages_;    ///< of 4 KiB
    std::vector<Cached> regions_;  ///< of 2 MiB: a page of that size or larger, or the table of smaller ones
};

/// One address space of a GuestMemory, which must outlive it.
class AddressSpaceReader final : public MemoryReader {
  public:
    AddressSpaceReader(GuestMemory& memory, AddressSpace space) : memory_(memory), space_(space) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        return memory_.read(space_, address, out);
    }
    [[nodiscard]] AddressSpace space() const { return space_; }

  private:
    GuestMemory& memory_;
    AddressSpace space_;
};

}  // namespace hvgdb::osi
