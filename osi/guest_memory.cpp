// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/guest_memory.hpp"

#include <algorithm>
#include <array>

#include "emulator/hex.hpp"
#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

using namespace x86_entry;

constexpr std::size_t kCachedPages = 1024;  // powers of two
constexpr std::size_t kCachedRegions = 256;
constexpr unsigned kRegionLevel = 2;

/// _PAGE_PROTNONE in arch/x86/include/asm/pgtable_types.h: with P clear, a page that is there but not for the
/// processor.
constexpr std::uint64_t kHidden = std::uint64_t{1} << 8;

/// Neighbours, and the same page of several address spaces, do not throw each other out.
std::size_t slot_of(std::uint64_t root, std::uint64_t page, std::size_t slots) {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(page ^ ((root >> kPageShift) * kSpread >> 32)) & (slots - 1);
}

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

GuestMemory::GuestMemory(const emulator::PhysicalMemory& memory, X86Paging paging)
    : memory_(memory), paging_(paging), pages_(kCachedPages), regions_(kCachedRegions) {}

std::size_t GuestMemory::read(AddressSpace space, VirtAddr address, std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const VirtAddr at{address.value + done};
        const auto place = at < address ? std::nullopt : find(space, at);
        if (!place) {
            break;
        }
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(place->size, out.size() - done));
        const std::size_t got = memory_.read(place->physical, out.subspan(done, wanted));
        done += std::min(got, wanted);
        if (got < wanted) {
            break;
        }
    }
    return done;
}

std::optional<PhysAddr> GuestMemory::translate(AddressSpace space, VirtAddr address) {
    const auto place = find(space, address);
    return place ? std::optional(place->physical) : std::nullopt;
}

void GuestMemory::forget() {
    std::ranges::fill(pages_, Cached{});
    std::ranges::fill(regions_, Cached{});
}

std::optional<GuestMemory::Place> GuestMemory::find(AddressSpace space, VirtAddr address) {
    const Cached* const found = find_entry(space, address);
    if (found == nullptr) {
        return std::nullopt;
    }
    const std::uint64_t size = std::uint64_t{1} << shift_of(found->level);
    return Place{in_page(found->entry, address, found->level), size - (address.value & (size - 1))};
}

/// Null when nothing is mapped there; valid until the next call.
const GuestMemory::Cached* GuestMemory::find_entry(AddressSpace space, VirtAddr address) {
    const std::uint64_t number = address.value >> kPageShift;
    Cached& page = pages_[slot_of(space.root, number, pages_.size())];
    if (page.page == number && page.root == space.root) {
        return &page;
    }
    const std::uint64_t region_number = address.value >> shift_of(kRegionLevel);
    Cached& region = regions_[slot_of(space.root, region_number, regions_.size())];
    if ((region.page != region_number || region.root != space.root) && !walk(space, address, region)) {
        return nullptr;
    }
    if (is_page(region.entry, region.level)) {
        return &region;
    }
    const auto last = entry(region.entry, address, 1);
    if (!last) {
        return nullptr;
    }
    page = {space.root, number, *last, 1};
    return &page;
}

/// Down to a page of 2 MiB or more, or to the table of smaller ones.
bool GuestMemory::walk(AddressSpace space, VirtAddr address, Cached& found) const {
    const unsigned top = levels(paging_);
    if (!canonical(address, top)) {
        return false;
    }
    std::uint64_t table = space.root;
    for (unsigned level = top;; --level) {
        const auto value = entry(table, address, level);
        if (!value) {
            return false;
        }
        if (level == kRegionLevel || is_page(*value, level)) {
            found = {space.root, address.value >> shift_of(kRegionLevel), *value, level};
            return true;
        }
        table = *value;
    }
}

/// The entry for `address` in a table, if it maps a page or points to another table.
std::optional<std::uint64_t> GuestMemory::entry(std::uint64_t table, VirtAddr address, unsigned level) const {
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
