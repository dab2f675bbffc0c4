// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_page_walk.hpp"

#include <utility>

#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

using namespace x86_entry;

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
    const unsigned top = levels(paging);
    Translation walk;
    const auto ended = [&](Why why, unsigned level, Error error = {}) {
        return std::unexpected(WalkFailure{why, static_cast<PageLevel>(level), walk.trail, std::move(error)});
    };
    if (!canonical(address, top)) {
        return ended(Why::not_canonical, top);
    }

    std::uint64_t table = space.root & kAddressBits;
    for (unsigned level = top;; --level) {
        const unsigned index = index_of(address, level);
        const PhysAddr where{table + std::uint64_t{index} * kEntrySize};
        const auto value = read(where);
        if (!value) {
            return ended(Why::unreadable, level, value.error());
        }

        walk.trail.push_back({static_cast<PageLevel>(level), index, where, *value});
        if ((*value & kPresent) == 0) {
            return ended(Why::not_present, level);
        }
        if ((*value & reserved_bits(*value, level, paging)) != 0) {
            return ended(Why::reserved_bits, level);
        }
        restrict(walk.rights, *value);
        table = *value & kAddressBits;
        if (is_page(*value, level)) {
            walk.page_size = std::uint64_t{1} << shift_of(level);
            walk.physical = in_page(table, address, level);
            return walk;
        }
    }
}

}  // namespace hvgdb::osi
