// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/kallsyms_addresses.hpp"
#include "osi/linux/kallsyms_match.hpp"
#include "osi/linux/kallsyms_places.hpp"
#include "osi/linux/kallsyms_tables.hpp"
#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {
namespace {

/// Steps, a few nanoseconds each, that an image may cost; a kernel costs about one million.
constexpr std::uint64_t kBudget = 40'000'000;
constexpr unsigned kMaxTokenTables = 8;

class SelfCheck {
  public:
    SelfCheck(std::span<const std::byte> image, VirtAddr base, const KallsymsNames& names)
        : image_(image), base_(base), names_(names) {
        constexpr std::array<std::string_view, 3> kWanted{"linux_banner", "_text", "_stext"};
        const auto found = find_names(names, kWanted);
        banner_ = found[0];
        text_ = found[1] ? found[1] : found[2];
    }

    [[nodiscard]] bool accepts(const KallsymsAddresses& addresses) const {
        return banner_ ? has_banner(addresses[*banner_]) : text_ && has_code(addresses);
    }

  private:
    [[nodiscard]] bool has_banner(VirtAddr address) const {
        constexpr std::string_view kBanner = "Linux version ";
        const std::uint64_t offset = address.value - base_.value;
        return offset < image_.size() && as_text(image_.subspan(offset)).starts_with(kBanner);
    }

    /// Without CONFIG_KALLSYMS_ALL there are symbols of functions only.
    [[nodiscard]] bool has_code(const KallsymsAddresses& addresses) const {
        if (addresses[*text_] != base_) {
            return false;
        }
        auto walk = names_.walk();
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const auto name = walk.next();
            const char type = names_.tokens()[name->front()].front();
            const bool is_code = type == 'T' || type == 't';
            if ((i > 0 && addresses[i] < addresses[i - 1]) ||
                (is_code && addresses[i].value - base_.value >= image_.size())) {
                return false;
            }
        }
        return true;
    }

    std::span<const std::byte> image_;
    VirtAddr base_;
    const KallsymsNames& names_;
    std::optional<std::size_t> banner_;
    std::optional<std::size_t> text_;
};

/// A way in which the addresses could be written, and where. Offsets may have wrapped below the image's start.
struct Candidate {
    KallsymsEncoding encoding = KallsymsEncoding::absolute;
    std::size_t addresses = 0;
    std::optional<std::size_t> base_place;
};

void add_relative(std::vector<Candidate>& candidates, std::size_t addresses, std::size_t base_place) {
    for (const auto encoding : {KallsymsEncoding::absolute_percpu, KallsymsEncoding::base_relative}) {
        candidates.push_back({.encoding = encoding, .addresses = addresses, .base_place = base_place});
    }
}

std::vector<Candidate> candidates_of(const TokenPlaces& tokens, const NamePlaces& names) {
    const std::size_t offsets_size = std::size_t{4} * names.count;
    std::vector<Candidate> candidates;
    // Since 6.4 behind the tokens.
    for (const std::size_t alignment : {std::size_t{4}, std::size_t{8}}) {
        const std::size_t start = aligned(tokens.end(), alignment);
        candidates.push_back({.encoding = KallsymsEncoding::place_relative, .addresses = start, .base_place = {}});
        candidates.push_back({.encoding = KallsymsEncoding::absolute, .addresses = start, .base_place = {}});
        add_relative(candidates, start, aligned(start + offsets_size, 8));
    }
    // Before, in front of the number of symbols.
    candidates.push_back(
        {.encoding = KallsymsEncoding::absolute, .addresses = names.count_place - 2 * offsets_size, .base_place = {}});
    const std::size_t base_place = names.count_place - 8;
    add_relative(candidates, base_place - aligned(offsets_size, 8), base_place);
    return candidates;
}

bool is_inside(std::span<const std::byte> image, std::size_t offset, std::size_t size) {
    return offset <= image.size() && size <= image.size() - offset;
}

std::optional<KallsymsPlaces> find_addresses(std::span<const std::byte> image, VirtAddr base, const TokenPlaces& tokens,
                                             const NamePlaces& places) {
    const auto names = KallsymsNames::parse(image.subspan(places.start, places.end - places.start), places.count,
                                            places.long_lengths, tokens.tokens);
    if (!names) {
        return std::nullopt;
    }
    const SelfCheck check(image, base, *names);
    for (const auto& candidate : candidates_of(tokens, places)) {
        const std::size_t size = places.count * entry_size(candidate.encoding);
        if (!is_inside(image, candidate.addresses, size) ||
            (candidate.base_place && !is_inside(image, *candidate.base_place, 8))) {
            continue;
        }
        const auto relative_base =
            candidate.base_place ? number_at<std::uint64_t>(image, *candidate.base_place) : base.value;
        if (check.accepts({image.subspan(candidate.addresses, size), candidate.encoding,
                           VirtAddr{base.value + candidate.addresses}, relative_base})) {
            return KallsymsPlaces{.count = places.count,
                                  .names = places.start,
                                  .names_size = places.end - places.start,
                                  .token_table = tokens.table,
                                  .token_table_size = tokens.table_size,
                                  .token_index = tokens.index,
                                  .addresses = candidate.addresses,
                                  .relative_base = relative_base - base.value,
                                  .encoding = candidate.encoding,
                                  .long_lengths = places.long_lengths};
        }
    }
    return std::nullopt;
}

}  // namespace

Expected<KallsymsPlaces> find_kallsyms(std::span<const std::byte> image, VirtAddr base) {
    std::uint64_t budget = kBudget;
    std::size_t position = 0;
    for (unsigned tables = 0; tables < kMaxTokenTables; ++tables) {
        const auto tokens = next_token_table(image, &position);
        if (!tokens) {
            break;
        }
        const auto names = find_names_before(image, *tokens, &budget);
        const auto found = names ? find_addresses(image, base, *tokens, *names) : std::nullopt;
        if (found) {
            return *found;
        }
    }
    return fail(Errc::not_found, "the kernel image has no symbol table (kallsyms) that agrees with it");
}

}  // namespace hvgdb::osi
