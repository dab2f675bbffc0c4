// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_page_walk.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPresent = std::uint64_t{1} << 0;
constexpr std::uint64_t kWritable = std::uint64_t{1} << 1;
constexpr std::uint64_t kUser = std::uint64_t{1} << 2;
constexpr std::uint64_t kLargePage = std::uint64_t{1} << 7;
constexpr std::uint64_t kExecuteDisable = std::uint64_t{1} << 63;

constexpr unsigned kPageShift = 12;
constexpr unsigned kIndexBits = 9;
constexpr unsigned kMaxPhysicalBits = 52;

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

/// The lowest address bit that an entry of this level maps or points by.
constexpr unsigned shift_of(PageLevel level) {
    return kPageShift + kIndexBits * (std::to_underlying(level) - 1u);
}

bool canonical(VirtAddr address, unsigned levels) {
    const unsigned used = kPageShift + kIndexBits * levels;
    const std::uint64_t upper = address.value >> (used - 1);
    return upper == 0 || upper == low_bits(64 - used + 1);
}

bool is_page(const PageTableEntry& entry) {
    const bool may_be_large = entry.level == PageLevel::pd || entry.level == PageLevel::pdpt;
    return entry.level == PageLevel::pt || (may_be_large && (entry.value & kLargePage) != 0);
}

/// SDM vol. 3A, tables 4-15 to 4-20. Bit 12 of a large page's entry is its PAT bit.
std::uint64_t reserved_bits(const PageTableEntry& entry, const X86Paging& paging) {
    const unsigned physical_bits = std::min(paging.physical_bits, kMaxPhysicalBits);
    std::uint64_t reserved = low_bits(kMaxPhysicalBits) & ~low_bits(physical_bits);
    if (!paging.execute_disable) {
        reserved |= kExecuteDisable;
    }
    if (entry.level >= PageLevel::pml4) {
        reserved |= kLargePage;
    }
    if (entry.level != PageLevel::pt && is_page(entry)) {
        reserved |= low_bits(shift_of(entry.level)) & ~low_bits(13);
    }
    return reserved;
}

void restrict(PageRights& rights, std::uint64_t entry) {
    rights.write = rights.write && (entry & kWritable) != 0;
    rights.user = rights.user && (entry & kUser) != 0;
    rights.execute = rights.execute && (entry & kExecuteDisable) == 0;
}

}  // namespace

std::string_view level_name(PageLevel level) {
    constexpr std::array<std::string_view, 5> kNames{"PT", "PD", "PDPT", "PML4", "PML5"};
    return kNames.at(std::to_underlying(level) - 1u);
}

std::string rights_text(const PageRights& rights) {
    std::string text = "r";
    text += rights.write ? 'w' : '-';
    text += rights.execute ? 'x' : '-';
    return text + (rights.user ? " user" : " kernel");
}

std::string describe(const WalkFailure& failure) {
    const std::string table(level_name(failure.level));
    const auto entries = failure.trail.entries();
    const auto last = [&] { return "entry " + std::to_string(entries.back().index) + " of the " + table; };
    switch (failure.why) {
        case WalkFailure::Why::not_canonical:
            return "no canonical address";
        case WalkFailure::Why::not_present:
            return "not mapped: " + last() + " is not present";
        case WalkFailure::Why::reserved_bits:
            return "not mapped: " + last() + " sets reserved bits";
        case WalkFailure::Why::unreadable:
            return "the walk ends at the " + table + ": " + failure.error.detail;
    }
    std::unreachable();
}

std::expected<Translation, WalkFailure> walk_x86_pages(AddressSpace space, VirtAddr address, const X86Paging& paging,
                                                       const EntryReader& read) {
    using Why = WalkFailure::Why;
    const unsigned levels = paging.levels >= 5 ? 5 : 4;
    Translation walk;
    const auto ended = [&](Why why, unsigned level, Error error = {}) {
        return std::unexpected(WalkFailure{why, static_cast<PageLevel>(level), walk.trail, std::move(error)});
    };
    if (!canonical(address, levels)) {
        return ended(Why::not_canonical, levels);
    }

    const std::uint64_t address_bits = low_bits(kMaxPhysicalBits) & ~low_bits(kPageShift);
    std::uint64_t table = space.root & address_bits;
    for (unsigned level = levels;; --level) {
        const unsigned shift = shift_of(static_cast<PageLevel>(level));
        const auto index = static_cast<unsigned>((address.value >> shift) & low_bits(kIndexBits));
        const PhysAddr where{table + std::uint64_t{index} * 8};
        const auto value = read(where);
        if (!value) {
            return ended(Why::unreadable, level, value.error());
        }

        const PageTableEntry entry{static_cast<PageLevel>(level), index, where, *value};
        walk.trail.push_back(entry);
        if ((*value & kPresent) == 0) {
            return ended(Why::not_present, level);
        }
        if ((*value & reserved_bits(entry, paging)) != 0) {
            return ended(Why::reserved_bits, level);
        }
        restrict(walk.rights, *value);
        table = *value & address_bits;
        if (is_page(entry)) {
            walk.page_size = std::uint64_t{1} << shift;
            walk.physical.value = (table & ~low_bits(shift)) | (address.value & low_bits(shift));
            return walk;
        }
    }
}

}  // namespace hvgdb::osi
