// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kallsyms.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "osi/linux/kallsyms_limits.hpp"
#include "osi/linux/kallsyms_match.hpp"

namespace hvgdb::osi {
namespace {

/// One table of the kernel's, and where its copy goes.
struct Part {
    std::uint64_t place = 0;
    std::size_t size = 0;
    std::size_t offset = 0;
};

struct Parts {
    Part names;
    Part token_table;
    Part token_index;
    Part addresses;
    std::size_t size = 0;
};

bool within_limits(const KallsymsPlaces& places) {
    return places.count > 0 && places.count <= kMaxSymbols && places.names_size <= kMaxNamesSize &&
           places.token_table_size <= kMaxTokenTable && places.encoding <= KallsymsEncoding::place_relative;
}

Parts parts_of(const KallsymsPlaces& places) {
    Parts parts;
    const auto next = [&](std::uint64_t place, std::size_t size) {
        return Part{.place = place, .size = size, .offset = std::exchange(parts.size, parts.size + size)};
    };
    parts.addresses = next(places.addresses, places.count * entry_size(places.encoding));
    parts.names = next(places.names, places.names_size);
    parts.token_table = next(places.token_table, places.token_table_size);
    parts.token_index = next(places.token_index, KallsymsTokens::kIndexSize);
    return parts;
}

}  // namespace

Expected<std::unique_ptr<Kallsyms>> Kallsyms::load(const MemoryReader& kernel, VirtAddr base,
                                                   const KallsymsPlaces& places) {
    if (!within_limits(places)) {
        return fail(Errc::bad_argument, "the kernel's symbol table is larger than any kernel's");
    }
    const Parts parts = parts_of(places);
    Bytes storage(parts.size);
    const auto copy_of = [&](const Part& part) { return std::span(storage).subspan(part.offset, part.size); };
    for (const Part& part : {parts.addresses, parts.names, parts.token_table, parts.token_index}) {
        if (!kernel.fill(VirtAddr{base.value + part.place}, copy_of(part))) {
            return fail(Errc::fault, "the kernel's symbol table is not in memory");
        }
    }
    const auto tokens = KallsymsTokens::parse(copy_of(parts.token_table), copy_of(parts.token_index));
    if (!tokens) {
        return fail(Errc::bad_argument, "the tokens of the kernel's symbol table do not decode");
    }
    auto names = KallsymsNames::parse(copy_of(parts.names), places.count, places.long_lengths, *tokens);
    if (!names) {
        return fail(Errc::bad_argument, "the names in the kernel's symbol table do not decode");
    }
    const KallsymsAddresses addresses(copy_of(parts.addresses), places.encoding,
                                      VirtAddr{base.value + places.addresses}, base.value + places.relative_base);
    return std::unique_ptr<Kallsyms>(new Kallsyms(std::move(storage), std::move(*names), addresses));
}

Kallsyms::Kallsyms(Bytes storage, KallsymsNames names, KallsymsAddresses addresses)
    : storage_(std::move(storage)), names_(std::move(names)), addresses_(addresses) {
    sort_by_address();
    find_percpu_range();
}

void Kallsyms::sort_by_address() {
    bool sorted = true;
    for (std::size_t i = 1; i < size() && sorted; ++i) {
        sorted = addresses_[i - 1] <= addresses_[i];
    }
    if (sorted) {
        return;
    }
    by_address_.resize(size());
    std::iota(by_address_.begin(), by_address_.end(), 0U);
    std::ranges::stable_sort(by_address_, {}, [this](std::uint32_t index) { return addresses_[index]; });
}

void Kallsyms::find_percpu_range() {
    constexpr std::array<std::string_view, 2> kBounds{"__per_cpu_start", "__per_cpu_end"};
    const auto found = find_all(kBounds);
    if (found[0] && found[1] && !addresses_.marks_absolute()) {
        percpu_start_ = *found[0];
        percpu_end_ = *found[1];
    }
}

std::vector<std::optional<VirtAddr>> Kallsyms::find_all(std::span<const std::string_view> names) const {
    std::vector<std::optional<VirtAddr>> found;
    found.reserve(names.size());
    for (const auto& index : find_names(names_, names)) {
        found.push_back(index ? std::optional(addresses_[*index]) : std::nullopt);
    }
    return found;
}

std::vector<Symbol> Kallsyms::variants(std::string_view name, std::size_t limit) const {
    std::vector<Symbol> found;
    for (const auto index : find_variants(names_, name, limit)) {
        found.push_back(symbol(index));
    }
    return found;
}

std::optional<Symbol> Kallsyms::at_or_below(VirtAddr address) const {
    if (percpu_start_ <= address && address < percpu_end_) {
        address = VirtAddr{percpu_start_.value - 1};
    }
    auto rank = rank_behind(address);
    while (rank > 0 && is_absolute(ranked(rank - 1))) {
        --rank;
    }
    if (rank == 0) {
        return std::nullopt;
    }
    const auto found = ranked(rank - 1);
    const auto start = addresses_[found].value;
    auto first = start == 0 ? 0 : rank_behind(VirtAddr{start - 1});
    while (is_absolute(ranked(first))) {
        ++first;
    }
    return symbol(ranked(first));
}

std::optional<Symbol> Kallsyms::at(std::size_t index) const {
    return index < size() ? std::optional(symbol(index)) : std::nullopt;
}

std::size_t Kallsyms::ranked(std::size_t rank) const {
    return by_address_.empty() ? rank : by_address_[rank];
}

bool Kallsyms::is_absolute(std::size_t index) const {
    if (addresses_.is_marked_absolute(index)) {
        return true;
    }
    const char type = names_.type(index);
    return type == 'A' || type == 'a';
}

std::size_t Kallsyms::rank_behind(VirtAddr address) const {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (addresses_[ranked(middle)] <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Symbol Kallsyms::symbol(std::size_t index) const {
    auto name = names_.name(index);
    return Symbol{.name = std::move(name.text), .address = addresses_[index], .type = name.type};
}

}  // namespace hvgdb::osi
