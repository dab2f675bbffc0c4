// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory with page tables that a test lays out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/x86_page_entry.hpp"
#include "tests/osi/fake_page_tables.hpp"

namespace hvgdb::osi {

/// 8 MiB from physical address 0. Tables are taken from its end.
class PageTableMemory final : public emulator::PhysicalMemory {
  public:
    static constexpr std::uint64_t kPage = 4096;

    explicit PageTableMemory(unsigned levels = 4) : levels_(levels) {}

    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        if (address.value >= ram_.size()) {
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(out.size(), ram_.size() - address.value);
        std::memcpy(out.data(), ram_.data() + address.value, count);
        return count;
    }

    void put(PhysAddr address, std::span<const std::byte> bytes) {
        std::memcpy(ram_.data() + address.value, bytes.data(), bytes.size());
    }
    void put(PhysAddr address, std::uint64_t value) { put(address, std::as_bytes(std::span(&value, 1))); }

    /// `flags` are those of the page's entry; tables above grant everything. Level 2 makes a page of 2 MiB, 3 of 1 GiB.
    void map(AddressSpace space, VirtAddr address, PhysAddr page, std::uint64_t flags, unsigned level = 1) {
        std::uint64_t table = space.root;
        for (unsigned at = levels_; at > level; --at) {
            const PhysAddr where = entry(table, address, at);
            std::uint64_t next = 0;
            std::memcpy(&next, ram_.data() + where.value, sizeof next);
            if (next == 0) {
                next_table_ -= kPage;
                next = next_table_ | kAll;
                put(where, next);
            }
            table = next & x86_entry::kAddressBits;
        }
        put(entry(table, address, level), page.value | flags | (level > 1 ? kLarge : 0));
    }
    /// 4 KiB pages, one after the other in both address spaces.
    void map_range(AddressSpace space, VirtAddr address, PhysAddr page, std::uint64_t size, std::uint64_t flags) {
        for (std::uint64_t done = 0; done < size; done += kPage) {
            map(space, VirtAddr{address.value + done}, PhysAddr{page.value + done}, flags);
        }
    }

  private:
    static PhysAddr entry(std::uint64_t table, VirtAddr address, unsigned level) {
        return PhysAddr{table + x86_entry::kEntrySize * x86_entry::index_of(address, level)};
    }

    Bytes ram_ = Bytes(8U << 20);
    std::uint64_t next_table_ = 8U << 20;
    unsigned levels_;
};

}  // namespace hvgdb::osi
