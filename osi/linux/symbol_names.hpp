// SPDX-License-Identifier: GPL-2.0-or-later
// Names of functions as a compiler writes them.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hvgdb::osi {

/// Whether `symbol` is `name`, or `name` and what a compiler put behind it for a copy of the function. ".cold" is no
/// copy: only the rarely run part.
[[nodiscard]] constexpr bool is_variant(std::string_view symbol, std::string_view name) {
    constexpr std::array<std::string_view, 4> kSuffixes{".isra.", ".constprop.", ".part.", ".llvm."};
    if (!symbol.starts_with(name)) {
        return false;
    }
    const std::string_view suffix = symbol.substr(name.size());
    return suffix.empty() || (std::ranges::any_of(kSuffixes, [&](auto known) { return suffix.starts_with(known); }) &&
                              suffix.find(".cold") == std::string_view::npos);
}

}  // namespace hvgdb::osi
