// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kallsyms_names.hpp"

#include <algorithm>
#include <cstring>

#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {

std::optional<KallsymsTokens> KallsymsTokens::parse(std::span<const std::byte> table,
                                                    std::span<const std::byte> index) {
    if (index.size() != kIndexSize) {
        return std::nullopt;
    }
    KallsymsTokens tokens;
    for (std::size_t i = 0; i < kCount; ++i) {
        const std::size_t offset = number_at<std::uint16_t>(index, 2 * i);
        if (offset >= table.size()) {
            return std::nullopt;
        }
        const auto* const start = reinterpret_cast<const char*>(table.data() + offset);
        const std::size_t limit = std::min(table.size() - offset, kLongestToken + 1);
        const std::size_t length = strnlen(start, limit);
        if (length == limit) {
            return std::nullopt;
        }
        tokens.tokens_[i] = std::string_view(start, length);
    }
    return tokens;
}

std::optional<KallsymsNames> KallsymsNames::parse(std::span<const std::byte> bytes, std::uint32_t count,
                                                  bool long_lengths, const KallsymsTokens& tokens) {
    // A name takes two bytes at least: nothing is kept at the word of a count alone.
    if (count > bytes.size() / 2) {
        return std::nullopt;
    }
    KallsymsNames names(bytes, long_lengths, tokens);
    names.count_ = count;
    names.markers_.reserve(count / kMarkerStep + 1);
    names.types_.reserve(count);
    auto walk = names.walk();
    for (std::size_t i = 0; i < count; ++i) {
        if (i % kMarkerStep == 0) {
            names.markers_.push_back(static_cast<std::uint32_t>(walk.position()));
        }
        const auto name = walk.next();
        if (!name || tokens[name->front()].empty()) {
            return std::nullopt;
        }
        names.types_.push_back(tokens[name->front()].front());
    }
    return names;
}

CompressedName KallsymsNames::compressed(std::size_t index) const {
    KallsymsNameWalk walk(bytes_.subspan(markers_[index / kMarkerStep]), long_lengths_);
    for (std::size_t i = 0; i < index % kMarkerStep; ++i) {
        (void)walk.next();
    }
    return walk.next().value_or(CompressedName{});
}

KallsymsNames::Name KallsymsNames::expand(CompressedName name) const {
    std::string text;
    for (const auto code : name) {
        const auto token = tokens_[code];
        if (text.size() + token.size() > kLongestName) {
            break;
        }
        text += token;
    }
    if (text.empty()) {
        return {};
    }
    const char type = text.front();
    text.erase(0, 1);
    return Name{.type = type, .text = std::move(text)};
}

KallsymsNames::Name KallsymsNames::name(std::size_t index) const {
    return expand(compressed(index));
}

}  // namespace hvgdb::osi
