// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/symbol_table.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "osi/linux/symbol_names.hpp"

namespace hvgdb::osi {

bool SymbolTable::Builder::add(VirtAddr address, char type, std::string_view name) {
    if (name.empty() || name.size() > kLongestName || entries_.size() >= kMaxSymbols || names_.size() >= kMaxNames) {
        return false;
    }
    entries_.push_back(Entry{.address = address.value,
                             .name = static_cast<std::uint32_t>(names_.size()),
                             .length = static_cast<std::uint16_t>(name.size()),
                             .type = type});
    names_ += name;
    return true;
}

std::unique_ptr<SymbolTable> SymbolTable::Builder::finish(std::string origin) && {
    return std::unique_ptr<SymbolTable>(new SymbolTable(std::move(*this), std::move(origin)));
}

SymbolTable::SymbolTable(Builder builder, std::string origin)
    : names_(std::move(builder.names_)), entries_(std::move(builder.entries_)), origin_(std::move(origin)) {
    std::ranges::stable_sort(entries_, {}, &Entry::address);
    constexpr std::array<std::string_view, 2> kPercpu{"__per_cpu_start", "__per_cpu_end"};
    const auto percpu = find_all(kPercpu);
    if (percpu[0] && percpu[1] && moves_with_kernel(*percpu[0])) {
        percpu_start_ = *percpu[0];
        percpu_end_ = *percpu[1];
    }
}

std::vector<std::optional<VirtAddr>> SymbolTable::find_all(std::span<const std::string_view> names) const {
    std::unordered_map<std::string_view, std::optional<VirtAddr>> wanted;
    std::array<bool, 256> begins{};
    for (const auto wanted_name : names) {
        if (!wanted_name.empty()) {
            wanted.try_emplace(wanted_name);
            begins[static_cast<unsigned char>(wanted_name.front())] = true;
        }
    }
    std::size_t missing = wanted.size();
    for (auto entry = entries_.begin(); entry != entries_.end() && missing > 0; ++entry) {
        const auto text = name(*entry);
        if (!begins[static_cast<unsigned char>(text.front())]) {
            continue;
        }
        const auto place = wanted.find(text);
        if (place != wanted.end() && !place->second) {
            place->second = VirtAddr{entry->address};
            --missing;
        }
    }
    std::vector<std::optional<VirtAddr>> found;
    found.reserve(names.size());
    for (const auto wanted_name : names) {
        found.push_back(wanted_name.empty() ? std::nullopt : wanted.at(wanted_name));
    }
    return found;
}

std::vector<Symbol> SymbolTable::variants(std::string_view wanted, std::size_t limit) const {
    std::vector<Symbol> found;
    for (auto entry = entries_.begin(); entry != entries_.end() && found.size() < limit; ++entry) {
        if (is_variant(name(*entry), wanted)) {
            found.push_back(symbol(*entry));
        }
    }
    return found;
}

std::optional<Symbol> SymbolTable::at_or_below(VirtAddr address) const {
    if (percpu_start_ <= address && address < percpu_end_) {
        address = VirtAddr{percpu_start_.value - 1};
    }
    const auto is_place = [](const Entry& entry) {
        return moves_with_kernel(VirtAddr{entry.address}) && entry.type != 'A' && entry.type != 'a';
    };
    auto behind = std::ranges::upper_bound(entries_, address.value, {}, &Entry::address);
    while (behind != entries_.begin() && !is_place(*std::prev(behind))) {
        --behind;
    }
    if (behind == entries_.begin()) {
        return std::nullopt;
    }
    const auto first = std::ranges::lower_bound(entries_, std::prev(behind)->address, {}, &Entry::address);
    return symbol(*std::find_if(first, behind, is_place));
}

Symbol SymbolTable::symbol(const Entry& entry) const {
    return Symbol{.name = std::string(name(entry)), .address = VirtAddr{entry.address}, .type = entry.type};
}

}  // namespace hvgdb::osi
