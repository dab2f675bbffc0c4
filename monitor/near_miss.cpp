// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/near_miss.hpp"

#include <algorithm>
#include <compare>
#include <utility>

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestWord = 64;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
    const auto same = [&](std::size_t i, std::size_t j) { return lower(one[i]) == lower(other[j]); };
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last(other.size() + 1);
    for (std::size_t j = 0; j < last.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::vector<std::size_t> row(other.size() + 1);
        row[0] = i + 1;
        for (std::size_t j = 0; j < other.size(); ++j) {
            row[j + 1] = std::min({last[j + 1] + 1, row[j] + 1, last[j] + (same(i, j) ? 0u : 1u)});
            const bool swapped = i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j);
            if (swapped) {
                row[j + 1] = std::min(row[j + 1], before_last[j - 1] + 1);
            }
        }
        before_last = std::exchange(last, std::move(row));
    }
    return last.back();
}

std::vector<std::string_view> near_misses(std::string_view word, std::span<const std::string_view> known,
                                          std::size_t limit) {
    if (word.size() > kLongestWord) {
        return {};
    }
    const std::size_t furthest = std::max<std::size_t>(word.size() / 3, 1);
    struct Candidate {
        std::size_t distance;
        std::size_t place;  ///< in the order given
        auto operator<=>(const Candidate&) const = default;
    };
    std::vector<Candidate> found;
    for (std::size_t place = 0; place < known.size(); ++place) {
        const auto candidate = known[place];
        if (candidate.size() > word.size() + furthest) {
            continue;
        }
        const auto distance = edit_distance(word, candidate);
        // A proposal that shares no character with the word would only puzzle.
        if (distance <= furthest && distance < candidate.size()) {
            found.push_back({distance, place});
        }
    }
    std::ranges::sort(found);
    std::vector<std::string_view> words;
    for (const auto& candidate : found) {
        if (words.size() < limit) {
            words.push_back(known[candidate.place]);
        }
    }
    return words;
}

std::string did_you_mean(std::span<const std::string_view> proposals) {
    if (proposals.empty()) {
        return {};
    }
    std::string out = "(did you mean ";
    for (std::size_t i = 0; i < proposals.size(); ++i) {
        if (i > 0) {
            out += i + 1 == proposals.size() ? " or " : ", ";
        }
        out.append("\"").append(proposals[i]).append("\"");
    }
    return out + "?)";
}

}  // namespace hvgdb::monitor
