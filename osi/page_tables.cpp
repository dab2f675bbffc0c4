// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/page_tables.hpp"

#include <array>

#include "emulator/hex.hpp"
#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

using namespace x86_entry;

/// _PAGE_PROTNONE in arch/x86/include/asm/pgtable_types.h: with P clear, a page that is there but not for the
/// processor.
constexpr std::uint64_t kHidden = std::uint64_t{1} << 8;

/// Only user pages are ever hidden, and only by the entry that maps them.
bool is_hidden_page(std::uint64_t entry, VirtAddr address, unsigned level) {
    const bool user_half = (address.value >> 63) == 0;
    return user_half && (entry & kPresent) == 0 && (entry & kHidden) != 0 && is_page(entry, level);
}

/// Against L1TF, kernels invert the address in entries that are not present (asm/pgtable-invert.h), so that it is one
/// where no machine has RAM. That tells the inverted from the plain ones of older kernels.
std::uint64_t unhide(std::uint64_t entry) {
    constexpr std::uint64_t kHighest = std::uint64_t{1} << (kMaxPhysicalBits - 1);
    return (entry & kHighest) != 0 ? entry ^ kAddressBits : entry;
}

}  // namespace

PhysAddr PageTables::Found::physical(VirtAddr address) const {
    return in_page(entry, address, level);
}

std::uint64_t PageTables::Found::size_from(VirtAddr address) const {
    const std::uint64_t size = std::uint64_t{1} << shift_of(level);
    return size - (address.value & (size - 1));
}

std::size_t PageTables::read(AddressSpace space, VirtAddr address, std::span<std::byte> out) const {
    return read_pages(memory_, address, out, [&](VirtAddr at) { return walk(space, at); });
}

std::optional<PageTables::Found> PageTables::walk(AddressSpace space, VirtAddr address, unsigned last_level) const {
    const unsigned top = levels(paging_);
    if (!canonical(address, top)) {
        return std::nullopt;
    }
    std::uint64_t table = space.root;
    for (unsigned level = top;; --level) {
        const auto value = entry(table, address, level);
        if (!value) {
            return std::nullopt;
        }
        if (level <= last_level || is_page(*value, level)) {
            return Found{*value, level};
        }
        table = *value;
    }
}

std::optional<std::uint64_t> PageTables::entry(std::uint64_t table, VirtAddr address, unsigned level) const {
    std::array<std::byte, kEntrySize> bytes{};
    const PhysAddr where{(table & kAddressBits) + std::uint64_t{index_of(address, level)} * kEntrySize};
    if (memory_.read(where, bytes) != bytes.size()) {
        return std::nullopt;
    }
    const std::uint64_t value = load_little_endian(bytes);
    if (is_hidden_page(value, address, level)) {
        return unhide(value);
    }
    const bool valid = (value & kPresent) != 0 && (value & reserved_bits(value, level, paging_)) == 0;
    return valid ? std::optional(value) : std::nullopt;
}

}  // namespace hvgdb::osi
