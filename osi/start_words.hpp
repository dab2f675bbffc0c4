// SPDX-License-Identifier: GPL-2.0-or-later
// The words in which one says what start is waited for, in options and in the monitor.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "osi/start_order.hpp"

namespace hvgdb::osi {

/// In the order of StopAt.
inline constexpr std::array<std::string_view, 3> kStopAtNames{"start", "entry", "main"};

[[nodiscard]] constexpr std::string_view name_of(StopAt where) {
    return kStopAtNames[static_cast<std::size_t>(where)];
}

[[nodiscard]] constexpr std::optional<StopAt> stop_at_named(std::string_view word) {
    for (const auto where : {StopAt::start, StopAt::entry, StopAt::main_function}) {
        if (name_of(where) == word) {
            return where;
        }
    }
    return std::nullopt;
}

/// Whether a program can be called so, by a name or by a path.
[[nodiscard]] constexpr bool can_be_program(std::string_view text) {
    constexpr std::size_t kLongestPath = 4095;  // PATH_MAX and its NUL
    return !text.empty() && text.size() <= kLongestPath && !text.ends_with('/');
}

}  // namespace hvgdb::osi
