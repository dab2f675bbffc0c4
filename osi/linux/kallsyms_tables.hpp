// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of looking for a kernel's symbol table in its image: tokens first, then the names before them.
// Offsets are from the start of the image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "osi/linux/kallsyms_names.hpp"

namespace hvgdb::osi {

/// A view on the image.
struct TokenPlaces {
    std::size_t table = 0;
    std::size_t table_size = 0;
    std::size_t index = 0;
    KallsymsTokens tokens;

    [[nodiscard]] std::size_t end() const { return index + KallsymsTokens::kIndexSize; }
};

struct NamePlaces {
    std::size_t count_place = 0;
    std::uint32_t count = 0;
    std::size_t start = 0;
    std::size_t end = 0;
    bool long_lengths = false;
};

/// The first token table whose run of digits is at or behind `*position`, which moves behind that run. Nothing when
/// there is no further run; a run in another table (of a character set) is passed over.
[[nodiscard]] std::optional<TokenPlaces> next_token_table(std::span<const std::byte> image, std::size_t* position);

/// The number of symbols and the names, which stand before the tokens, with the markers between them saying the same.
/// `budget`: how many steps may be made, counted down.
[[nodiscard]] std::optional<NamePlaces> find_names_before(std::span<const std::byte> image, const TokenPlaces& tokens,
                                                          std::uint64_t* budget);

}  // namespace hvgdb::osi
