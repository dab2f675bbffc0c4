// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "osi/linux/kallsyms_limits.hpp"
#include "osi/linux/kallsyms_tables.hpp"
#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {
namespace {

/// Digits are in use in every kernel's names, so each is its own token, at its own code.
constexpr std::string_view kDigits{"0\0001\0002\0003\0004\0005\0006\0007\0008\0009\0", 20};
constexpr std::size_t kFirstDigit = '0';

/// Where each token begins; [kCount]: behind the last one. The first token's start cannot be seen: what stands before
/// it need not end with a NUL.
using Starts = std::array<std::size_t, KallsymsTokens::kCount + 1>;

/// The start of the string whose NUL is at `terminator`; nothing when it would be too long.
std::optional<std::size_t> string_before(std::span<const std::byte> image, std::size_t terminator) {
    for (std::size_t start = terminator; terminator - start <= KallsymsTokens::kLongestToken; --start) {
        if (start == 0 || image[start - 1] == std::byte{0}) {
            return start;
        }
    }
    return std::nullopt;
}

std::optional<Starts> starts_around(std::span<const std::byte> image, std::size_t digits) {
    Starts starts{};
    starts[kFirstDigit] = digits;
    for (std::size_t code = kFirstDigit; code > 1; --code) {
        const auto start = starts[code] == 0 ? std::nullopt : string_before(image, starts[code] - 1);
        if (!start) {
            return std::nullopt;
        }
        starts[code - 1] = *start;
    }
    for (std::size_t code = kFirstDigit; code < KallsymsTokens::kCount; ++code) {
        const auto rest = image.subspan(starts[code]);
        const std::size_t limit = std::min(rest.size(), KallsymsTokens::kLongestToken + 1);
        const std::size_t length = strnlen(reinterpret_cast<const char*>(rest.data()), limit);
        if (length == limit) {
            return std::nullopt;
        }
        starts[code + 1] = starts[code] + length + 1;
    }
    return starts;
}

/// The index at `place` says where the first token begins, and must say of all the others what is so.
std::optional<TokenPlaces> with_index(std::span<const std::byte> image, const Starts& starts, std::size_t place) {
    if (place > image.size() || image.size() - place < KallsymsTokens::kIndexSize) {
        return std::nullopt;
    }
    const std::size_t first_size = number_at<std::uint16_t>(image, place + 2);
    if (number_at<std::uint16_t>(image, place) != 0 || first_size == 0 || first_size > starts[1]) {
        return std::nullopt;
    }
    const std::size_t table = starts[1] - first_size;
    for (std::size_t code = 1; code < KallsymsTokens::kCount; ++code) {
        if (number_at<std::uint16_t>(image, place + 2 * code) != starts[code] - table) {
            return std::nullopt;
        }
    }
    TokenPlaces found{.table = table, .table_size = starts.back() - table, .index = place, .tokens = {}};
    if (found.table_size > kMaxTokenTable) {
        return std::nullopt;
    }
    const auto tokens =
        KallsymsTokens::parse(image.subspan(table, found.table_size), image.subspan(place, KallsymsTokens::kIndexSize));
    if (!tokens) {
        return std::nullopt;
    }
    found.tokens = *tokens;
    return found;
}

}  // namespace

std::optional<TokenPlaces> next_token_table(std::span<const std::byte> image, std::size_t* position) {
    while (*position < image.size()) {
        const auto rest = image.subspan(*position);
        const auto* const hit =
            static_cast<const std::byte*>(memmem(rest.data(), rest.size(), kDigits.data(), kDigits.size()));
        if (hit == nullptr) {
            return std::nullopt;
        }
        const auto digits = static_cast<std::size_t>(hit - image.data());
        *position = digits + kDigits.size();
        const auto starts = starts_around(image, digits);
        if (!starts) {
            continue;
        }
        for (const std::size_t alignment : {std::size_t{4}, std::size_t{8}}) {
            if (auto found = with_index(image, *starts, aligned(starts->back(), alignment))) {
                return found;
            }
        }
    }
    return std::nullopt;
}

}  // namespace hvgdb::osi
