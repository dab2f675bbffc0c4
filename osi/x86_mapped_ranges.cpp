// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_mapped_ranges.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "emulator/hex.hpp"
#include "osi/x86_page_entry.hpp"
#include "osi/x86_page_walk.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kTableSize = 4096;
constexpr unsigned kMaxSteps = 1u << 16;
constexpr std::size_t kMaxRanges = 4096;

/// The tables of a way through them, so that its next pages cost no more reads.
class KeptTables {
  public:
    explicit KeptTables(const emulator::PhysicalMemory& memory) : memory_(memory) {}

    Expected<std::uint64_t> entry(PhysAddr where) {
        const std::uint64_t place = where.value & ~(kTableSize - 1);
        const Table* found = nullptr;
        for (const Table& table : tables_) {
            found = table.size != 0 && table.place == place ? &table : found;
        }
        found = found != nullptr ? found : &fetch(place);
        const std::uint64_t offset = where.value - place;
        if (offset + 8 > found->size) {
            return fail(Errc::fault, "no memory");
        }
        return load_little_endian(std::span(found->bytes).subspan(offset, 8));
    }

  private:
    struct Table {
        std::uint64_t place = 0;
        std::size_t size = 0;  // as far as it could be read
        std::array<std::byte, kTableSize> bytes;
    };

    const Table& fetch(std::uint64_t place) {
        Table& table = tables_.at(next_++ % tables_.size());
        table.place = place;
        table.size = memory_.read(PhysAddr{place}, table.bytes);
        return table;
    }

    const emulator::PhysicalMemory& memory_;
    std::array<Table, 5> tables_;
    std::size_t next_ = 0;
};

void append(std::vector<MappedRange>& ranges, const MappedRange& next) {
    if (!ranges.empty() && ranges.back().end() == next.start.value && ranges.back().write == next.write &&
        ranges.back().execute == next.execute) {
        ranges.back().size += next.size;
    } else {
        ranges.push_back(next);
    }
}

}  // namespace

std::vector<MappedRange> mapped_ranges(const emulator::PhysicalMemory& memory, AddressSpace space,
                                       const X86Paging& paging, VirtAddr start, VirtAddr end) {
    KeptTables tables(memory);
    const EntryReader read = [&](PhysAddr where) { return tables.entry(where); };
    std::vector<MappedRange> ranges;
    for (unsigned step = 0; step < kMaxSteps && start < end && ranges.size() < kMaxRanges; ++step) {
        const auto page = walk_x86_pages(space, start, paging, read);
        const std::uint64_t size =
            page ? page->page_size : std::uint64_t{1} << x86_entry::shift_of(std::to_underlying(page.error().level));
        const std::uint64_t next = std::min(start.value | (size - 1), end.value - 1) + 1;
        if (page) {
            append(ranges, MappedRange{start, next - start.value, page->rights.write, page->rights.execute});
        }
        start.value = next;
    }
    return ranges;
}

}  // namespace hvgdb::osi
