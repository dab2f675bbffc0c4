// SPDX-License-Identifier: GPL-2.0-or-later
// Looks for names in compressed ones, without expanding more of these than what agrees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "osi/linux/kallsyms_names.hpp"

namespace hvgdb::osi {

/// Of each wanted name the index of the first symbol that has it, in one pass.
[[nodiscard]] std::vector<std::optional<std::size_t>> find_names(const KallsymsNames& names,
                                                                 std::span<const std::string_view> wanted);

/// The symbols that is_variant() of `name`, at most `limit`.
[[nodiscard]] std::vector<std::size_t> find_variants(const KallsymsNames& names, std::string_view name,
                                                     std::size_t limit);

/// The wanted names in order, narrowed character by character to those that begin like one symbol's name.
class NameMatcher {
  public:
    /// All views must outlive it.
    NameMatcher(const KallsymsTokens& tokens, std::span<const std::string_view> wanted);

    /// Those (first, last), of sorted(), that agree with the `depth` characters seen.
    struct Range {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::uint32_t depth = 0;
        [[nodiscard]] bool empty() const { return first == last; }
    };

    struct Wanted {
        std::string_view name;
        std::size_t position = 0;  ///< in what was given
    };

    [[nodiscard]] const std::vector<Wanted>& sorted() const { return sorted_; }
    /// Of a whole symbol: the names that it is.
    [[nodiscard]] Range equal(CompressedName symbol) const;
    /// Whether a symbol begins with the one wanted name.
    [[nodiscard]] bool begins(CompressedName symbol) const;

  private:
    void narrow(Range& range, std::string_view text) const;
    [[nodiscard]] bool is_whole(const Range& range) const;

    const KallsymsTokens& tokens_;
    std::vector<Wanted> sorted_;
    std::array<Range, KallsymsTokens::kCount> after_first_;  ///< after the token that begins with the type
};

}  // namespace hvgdb::osi
