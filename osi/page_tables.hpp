// SPDX-License-Identifier: GPL-2.0-or-later
// x86-64 page tables, 4 and 5 levels, as Linux uses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "emulator/virtual_memory.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi {

/// Keeps nothing: each call reads the tables. Any thread, if any may read `memory`, which must outlive it.
class PageTables final : public emulator::VirtualMemory {
  public:
    PageTables(const emulator::PhysicalMemory& memory, X86Paging paging) : memory_(memory), paging_(paging) {}

    [[nodiscard]] std::size_t read(AddressSpace space, VirtAddr address, std::span<std::byte> out) const override;

    /// An entry and the level of its table, as PageLevel counts.
    struct Found {
        std::uint64_t entry = 0;
        unsigned level = 0;

        /// Where a byte is, of a page's entry, and how many there are from it to the end of its page.
        [[nodiscard]] PhysAddr physical(VirtAddr address) const;
        [[nodiscard]] std::uint64_t size_from(VirtAddr address) const;
    };
    /// Down to the entry of a page, or to one of that level. Nothing when no page is mapped there. A page that Linux
    /// hides from the processor only (PROT_NONE, NUMA hinting: P clear, bit 8 set, perhaps with inverted address bits;
    /// arch/x86/include/asm/pgtable-invert.h) is found too.
    [[nodiscard]] std::optional<Found> walk(AddressSpace space, VirtAddr address, unsigned last_level = 1) const;
    /// The entry for `address` in a table, if it maps a page or points to another table.
    [[nodiscard]] std::optional<std::uint64_t> entry(std::uint64_t table, VirtAddr address, unsigned level) const;

    [[nodiscard]] const X86Paging& paging() const { return paging_; }
    [[nodiscard]] const emulator::PhysicalMemory& physical() const { return memory_; }

  private:
    const emulator::PhysicalMemory& memory_;
    X86Paging paging_;
};

/// Reads page by page. `find` answers with a Found or something like it, or with nothing.
template <typename Find>
[[nodiscard]] std::size_t read_pages(const emulator::PhysicalMemory& memory, VirtAddr address, std::span<std::byte> out,
                                     const Find& find) {
    std::size_t done = 0;
    while (done < out.size()) {
        const VirtAddr at{address.value + done};
        const std::optional<PageTables::Found> found = at < address ? std::nullopt : find(at);
        if (!found) {
            break;
        }
        const std::uint64_t left = out.size() - done;
        const std::uint64_t in_page = found->size_from(at);
        const auto wanted = static_cast<std::size_t>(in_page < left ? in_page : left);
        const std::size_t got = memory.read(found->physical(at), out.subspan(done, wanted));
        done += got < wanted ? got : wanted;
        if (got < wanted) {
            break;
        }
    }
    return done;
}

}  // namespace hvgdb::osi
