// SPDX-License-Identifier: GPL-2.0-or-later
// What the bits of a page-table entry mean (Intel SDM vol. 3A, tables 4-15 to 4-20). Levels are counted from the last
// table, as PageLevel does: 1 is where a 4 KiB page's entry stands.
#pragma once

#include <algorithm>
#include <cstdint>

#include "emulator/types.hpp"
#include "osi/x86_mode.hpp"

namespace hvgdb::osi::x86_entry {

inline constexpr std::uint64_t kPresent = std::uint64_t{1} << 0;
inline constexpr std::uint64_t kWritable = std::uint64_t{1} << 1;
inline constexpr std::uint64_t kUser = std::uint64_t{1} << 2;
inline constexpr std::uint64_t kLargePage = std::uint64_t{1} << 7;
inline constexpr std::uint64_t kExecuteDisable = std::uint64_t{1} << 63;

inline constexpr unsigned kPageShift = 12;
inline constexpr unsigned kIndexBits = 9;
inline constexpr unsigned kMaxPhysicalBits = 52;
inline constexpr unsigned kEntrySize = 8;

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

/// Where an entry keeps a physical address.
inline constexpr std::uint64_t kAddressBits = low_bits(kMaxPhysicalBits) & ~low_bits(kPageShift);

/// CR4.LA57 knows these two only.
constexpr unsigned levels(const X86Paging& paging) {
    return paging.levels >= 5 ? 5 : 4;
}

/// The lowest address bit that an entry of this level maps or points by.
constexpr unsigned shift_of(unsigned level) {
    return kPageShift + kIndexBits * (level - 1);
}

constexpr unsigned index_of(VirtAddr address, unsigned level) {
    return static_cast<unsigned>((address.value >> shift_of(level)) & low_bits(kIndexBits));
}

constexpr bool canonical(VirtAddr address, unsigned level_count) {
    const unsigned used = kPageShift + kIndexBits * level_count;
    const std::uint64_t upper = address.value >> (used - 1);
    return upper == 0 || upper == low_bits(64 - used + 1);
}

/// It maps a page, and points to no table.
constexpr bool is_page(std::uint64_t entry, unsigned level) {
    return level == 1 || (level <= 3 && (entry & kLargePage) != 0);
}

/// Those that must be zero in a present entry. Bit 12 of a large page's entry is its PAT bit.
constexpr std::uint64_t reserved_bits(std::uint64_t entry, unsigned level, const X86Paging& paging) {
    const unsigned physical_bits = std::min(paging.physical_bits, kMaxPhysicalBits);
    std::uint64_t reserved = low_bits(kMaxPhysicalBits) & ~low_bits(physical_bits);
    if (!paging.execute_disable) {
        reserved |= kExecuteDisable;
    }
    if (level >= 4) {
        reserved |= kLargePage;
    }
    if (level != 1 && is_page(entry, level)) {
        reserved |= low_bits(shift_of(level)) & ~low_bits(13);
    }
    return reserved;
}

/// The byte of a page, whose entry has this address in it.
constexpr PhysAddr in_page(std::uint64_t page, VirtAddr address, unsigned level) {
    const std::uint64_t offset_bits = low_bits(shift_of(level));
    return PhysAddr{(page & kAddressBits & ~offset_bits) | (address.value & offset_bits)};
}

}  // namespace hvgdb::osi::x86_entry
