// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace hvgdb::gdbserver {

/// Around the first `separator`; nothing when there is none.
[[nodiscard]] inline std::optional<std::pair<std::string_view, std::string_view>> split_once(std::string_view text,
                                                                                             char separator) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{text.substr(0, at), text.substr(at + 1)};
}

/// Cuts the text up to the first `separator` (or all of it) off `rest`.
[[nodiscard]] inline std::string_view take_until(std::string_view& rest, char separator) {
    const auto at = rest.find(separator);
    const auto head = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return head;
}

}  // namespace hvgdb::gdbserver
