// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kallsyms_match.hpp"

#include <algorithm>
#include <utility>

#include "osi/linux/symbol_names.hpp"

namespace hvgdb::osi {

NameMatcher::NameMatcher(const KallsymsTokens& tokens, std::span<const std::string_view> wanted) : tokens_(tokens) {
    sorted_.reserve(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        sorted_.push_back(Wanted{.name = wanted[i], .position = i});
    }
    std::ranges::sort(sorted_, {}, &Wanted::name);
    for (std::size_t code = 0; code < KallsymsTokens::kCount; ++code) {
        const auto token = tokens_[static_cast<std::byte>(code)];
        Range range{.first = 0, .last = static_cast<std::uint32_t>(sorted_.size()), .depth = 0};
        narrow(range, token.empty() ? token : token.substr(1));
        after_first_[code] = range;
    }
}

void NameMatcher::narrow(Range& range, std::string_view text) const {
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const auto at = [&](std::uint32_t index) {
            return static_cast<unsigned char>(sorted_[index].name[range.depth]);
        };
        // Names that end here stand before the longer ones.
        while (range.first < range.last &&
               (sorted_[range.first].name.size() <= range.depth || at(range.first) < byte)) {
            ++range.first;
        }
        while (range.first < range.last && at(range.last - 1) > byte) {
            --range.last;
        }
        if (range.empty()) {
            return;
        }
        ++range.depth;
    }
}

bool NameMatcher::is_whole(const Range& range) const {
    return !range.empty() && sorted_[range.first].name.size() == range.depth;
}

NameMatcher::Range NameMatcher::equal(CompressedName symbol) const {
    Range range = after_first_[static_cast<std::size_t>(symbol.front())];
    for (const auto code : symbol.subspan(1)) {
        if (range.empty()) {
            return range;
        }
        narrow(range, tokens_[code]);
    }
    if (!is_whole(range)) {
        return {};
    }
    // The same name may be wanted twice.
    auto last = range.first;
    while (last < range.last && sorted_[last].name.size() == range.depth) {
        ++last;
    }
    return Range{.first = range.first, .last = last, .depth = range.depth};
}

bool NameMatcher::begins(CompressedName symbol) const {
    const std::string_view wanted = sorted_.front().name;
    std::size_t done = 0;
    bool is_type = true;
    for (const auto code : symbol) {
        auto token = tokens_[code];
        token.remove_prefix(std::exchange(is_type, false) && !token.empty() ? 1 : 0);
        const auto common = std::min(token.size(), wanted.size() - done);
        if (token.substr(0, common) != wanted.substr(done, common)) {
            return false;
        }
        done += common;
        if (done == wanted.size()) {
            return true;
        }
    }
    return done == wanted.size();
}

std::vector<std::optional<std::size_t>> find_names(const KallsymsNames& names,
                                                   std::span<const std::string_view> wanted) {
    const NameMatcher matcher(names.tokens(), wanted);
    std::vector<std::optional<std::size_t>> found(wanted.size());
    auto walk = names.walk();
    std::size_t missing = wanted.size();
    for (std::size_t index = 0; index < names.size() && missing > 0; ++index) {
        const auto symbol = walk.next();
        if (!symbol) {
            break;
        }
        const auto range = matcher.equal(*symbol);
        for (auto i = range.first; i < range.last; ++i) {
            auto& place = found[matcher.sorted()[i].position];
            missing -= place ? 0 : 1;
            place = place.value_or(index);
        }
    }
    return found;
}

std::vector<std::size_t> find_variants(const KallsymsNames& names, std::string_view name, std::size_t limit) {
    const NameMatcher matcher(names.tokens(), std::span(&name, 1));
    std::vector<std::size_t> found;
    auto walk = names.walk();
    for (std::size_t index = 0; index < names.size() && found.size() < limit; ++index) {
        const auto symbol = walk.next();
        if (!symbol) {
            break;
        }
        if (matcher.begins(*symbol) && is_variant(names.expand(*symbol).text, name)) {
            found.push_back(index);
        }
    }
    return found;
}

}  // namespace hvgdb::osi
