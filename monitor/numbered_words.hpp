// SPDX-License-Identifier: GPL-2.0-or-later
// Tables of names for numbers, written as text.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hvgdb::monitor {

/// The words by their numbers. A word that is itself a number is that of the next one, each other is one more than the
/// one before it: "1 EPERM ENOENT 42 ENOMSG". What is between is empty.
template <std::size_t size>
[[nodiscard]] consteval std::array<std::string_view, size> numbered_words(std::string_view text) {
    std::array<std::string_view, size> words{};
    std::size_t number = 0;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        if (word.front() >= '0' && word.front() <= '9') {
            number = 0;
            for (const char digit : word) {
                number = number * 10 + static_cast<std::size_t>(digit - '0');
            }
        } else {
            words.at(number++) = word;
        }
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return words;
}

template <std::size_t size>
[[nodiscard]] constexpr std::string_view word_of(const std::array<std::string_view, size>& words,
                                                 std::uint64_t number) {
    return number < size ? words.at(number) : std::string_view();
}

}  // namespace hvgdb::monitor
