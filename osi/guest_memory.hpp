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
#include "osi/page_tables.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// One for each thread that reads: it keeps translations, so it is not to be shared. x86-64 page tables, 4 and 5
/// levels.
class GuestMemory {
  public:
    /// How many translations are kept, a power of two: many for what reads all of a guest, few where they are forgotten
    /// often.
    static constexpr std::size_t kMany = 1024;
    static constexpr std::size_t kFew = 64;

    /// `memory` must outlive it.
    GuestMemory(const emulator::PhysicalMemory& memory, X86Paging paging, std::size_t kept = kMany);

    /// How many bytes from the start are mapped and RAM. What is behind them in `out` is unspecified.
    [[nodiscard]] std::size_t read(AddressSpace space, VirtAddr address, std::span<std::byte> out);
    /// Where a byte is, also one of a hidden page: see PageTables.
    [[nodiscard]] std::optional<PhysAddr> translate(AddressSpace space, VirtAddr address);

    [[nodiscard]] const X86Paging& paging() const { return tables_.paging(); }
    [[nodiscard]] const emulator::PhysicalMemory& physical() const { return tables_.physical(); }

    /// Drops the kept translations. To be called whenever the guest may have run since the last read.
    void forget();

  private:
    /// What maps `page`, an address in units of some page size.
    struct Cached {
        std::uint64_t root = 0;
        std::uint64_t page = kNoPage;
        PageTables::Found found;
    };
    static constexpr std::uint64_t kNoPage = ~std::uint64_t{0};

    [[nodiscard]] std::optional<PageTables::Found> find(AddressSpace space, VirtAddr address);

    PageTables tables_;
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
