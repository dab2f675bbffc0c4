// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cctype>

#include "osi/linux/kallsyms_limits.hpp"
#include "osi/linux/kallsyms_tables.hpp"
#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint32_t kMinSymbols = 256;
constexpr std::size_t kMarkerStep = 256;

class Search {
  public:
    Search(std::span<const std::byte> image, const TokenPlaces& tokens, std::uint64_t* budget)
        : before_(image.first(tokens.table)), budget_(budget) {
        for (std::size_t code = 0; code < begins_name_.size(); ++code) {
            const auto token = tokens.tokens[static_cast<std::byte>(code)];
            begins_name_[code] = !token.empty() && is_type(token.front());
        }
    }

    std::optional<NamePlaces> run() {
        const std::size_t lowest = before_.size() > kMaxNamesSize ? before_.size() - kMaxNamesSize : 0;
        for (std::size_t place = before_.size() & ~std::size_t{3}; place >= lowest + 8;) {
            place -= 4;
            if (!spend()) {
                return std::nullopt;
            }
            const auto count = number_at<std::uint32_t>(before_, place);
            if (count < kMinSymbols || count > kMaxSymbols) {
                continue;
            }
            if (const auto found = check(place, count)) {
                return found;
            }
        }
        return std::nullopt;
    }

  private:
    /// What nm prints, and '?' and '-'.
    static bool is_type(char character) {
        return std::isalpha(static_cast<unsigned char>(character)) != 0 || character == '?' || character == '-';
    }

    bool spend() {
        if (*budget_ == 0) {
            return false;
        }
        --*budget_;
        return true;
    }

    /// The kernel's markers: where every 256th name is.
    struct Markers {
        std::size_t place = 0;
        std::size_t size = 4;  ///< of one; 8 up to 4.19
    };

    /// Where the markers can be: right before the tokens, in 6.2 and 6.3 with an order of the names (three bytes each)
    /// in between, and with padding.
    [[nodiscard]] std::array<Markers, 6> possible_markers(std::uint32_t count) const {
        const std::size_t markers = (count + kMarkerStep - 1) / kMarkerStep;
        const std::size_t end = before_.size();
        const std::size_t ordered_end = end - aligned(std::size_t{3} * count, 8);
        return {{{.place = end - 4 * markers, .size = 4},
                 {.place = end - 4 * markers - 4, .size = 4},
                 {.place = end - 8 * markers, .size = 8},
                 {.place = ordered_end - 4 * markers, .size = 4},
                 {.place = ordered_end - 4 * markers - 4, .size = 4},
                 {.place = ordered_end - 8 * markers, .size = 8}}};
    }

    [[nodiscard]] std::uint64_t marker(const Markers& markers, std::size_t index) const {
        const std::size_t place = markers.place + index * markers.size;
        return markers.size == 4 ? number_at<std::uint32_t>(before_, place) : number_at<std::uint64_t>(before_, place);
    }

    std::optional<NamePlaces> check(std::size_t place, std::uint32_t count) {
        // Up to 6.19 the number is followed by zeros up to the next multiple of eight; no name's length is zero.
        const bool padded = before_.size() - place >= 8 && number_at<std::uint32_t>(before_, place + 4) == 0;
        const std::size_t start = place + (padded ? 8 : 4);
        for (const auto& markers : possible_markers(count)) {
            // What is too large for the image has wrapped.
            if (markers.place > before_.size() || markers.place <= start || marker(markers, 0) != 0) {
                continue;
            }
            for (const bool long_lengths : {true, false}) {
                const NamePlaces names{
                    .count_place = place, .count = count, .start = start, .end = start, .long_lengths = long_lengths};
                if (const auto found = walk(names, markers)) {
                    return found;
                }
            }
        }
        return std::nullopt;
    }

    /// Completed with the end; nothing when names and markers differ.
    std::optional<NamePlaces> walk(NamePlaces names, const Markers& markers) {
        KallsymsNameWalk walk(before_.subspan(names.start, markers.place - names.start), names.long_lengths);
        for (std::size_t i = 0; i < names.count; ++i) {
            if (i % kMarkerStep == 0 && marker(markers, i / kMarkerStep) != walk.position()) {
                return std::nullopt;
            }
            const auto name = walk.next();
            if (!name || !begins_name_[static_cast<std::size_t>(name->front())] || !spend()) {
                return std::nullopt;
            }
        }
        names.end = names.start + walk.position();
        const bool adjacent = markers.place == aligned(names.end, 4) || markers.place == aligned(names.end, 8);
        return adjacent ? std::optional(names) : std::nullopt;
    }

    std::span<const std::byte> before_;
    std::uint64_t* budget_;
    std::array<bool, KallsymsTokens::kCount> begins_name_{};
};

}  // namespace

std::optional<NamePlaces> find_names_before(std::span<const std::byte> image, const TokenPlaces& tokens,
                                            std::uint64_t* budget) {
    return Search(image, tokens, budget).run();
}

}  // namespace hvgdb::osi
