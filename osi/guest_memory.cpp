// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/guest_memory.hpp"

#include <algorithm>

#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

using namespace x86_entry;

constexpr std::size_t kPagesOfRegion = 4;  // kept for each that is kept
constexpr unsigned kRegionLevel = 2;

/// Neighbours, and the same page of several address spaces, do not throw each other out.
std::size_t slot_of(std::uint64_t root, std::uint64_t page, std::size_t slots) {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(page ^ ((root >> kPageShift) * kSpread >> 32)) & (slots - 1);
}

}  // namespace

GuestMemory::GuestMemory(const emulator::PhysicalMemory& memory, X86Paging paging, std::size_t kept)
    : tables_(memory, paging), pages_(kept), regions_(kept / kPagesOfRegion) {}

std::size_t GuestMemory::read(AddressSpace space, VirtAddr address, std::span<std::byte> out) {
    return read_pages(tables_.physical(), address, out, [&](VirtAddr at) { return find(space, at); });
}

std::optional<PhysAddr> GuestMemory::translate(AddressSpace space, VirtAddr address) {
    const auto found = find(space, address);
    return found ? std::optional(found->physical(address)) : std::nullopt;
}

void GuestMemory::forget() {
    std::ranges::fill(pages_, Cached{});
    std::ranges::fill(regions_, Cached{});
}

std::optional<PageTables::Found> GuestMemory::find(AddressSpace space, VirtAddr address) {
    const std::uint64_t number = address.value >> kPageShift;
    Cached& page = pages_[slot_of(space.root, number, pages_.size())];
    if (page.page == number && page.root == space.root) {
        return page.found;
    }
    const std::uint64_t region_number = address.value >> shift_of(kRegionLevel);
    Cached& region = regions_[slot_of(space.root, region_number, regions_.size())];
    if (region.page != region_number || region.root != space.root) {
        const auto found = tables_.walk(space, address, kRegionLevel);
        if (!found) {
            return std::nullopt;
        }
        region = {space.root, region_number, *found};
    }
    if (is_page(region.found.entry, region.found.level)) {
        return region.found;
    }
    const auto last = tables_.entry(region.found.entry, address, 1);
    if (!last) {
        return std::nullopt;
    }
    page = {space.root, number, {*last, 1}};
    return page.found;
}

}  // namespace hvgdb::osi
