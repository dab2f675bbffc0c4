// SPDX-License-Identifier: GPL-2.0-or-later
// How processes are spoken of. All texts are printable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "osi/os.hpp"

namespace hvgdb::monitor {

inline constexpr std::string_view kUnreadable = "unreadable";

/// A command name, or another name that the kernel keeps short.
[[nodiscard]] std::string short_name(std::string_view name);

/// "S sleeping": the letter of /proc/PID/stat and what it means.
[[nodiscard]] std::string state_text(char state);

/// Seconds since boot, with two decimals.
[[nodiscard]] std::string seconds_text(std::uint64_t nanoseconds);

/// A number, or else a dash.
[[nodiscard]] std::string number_or_dash(std::optional<std::uint32_t> number);

/// Empty for kernel threads, without asking. Not more than `limit` bytes are read.
[[nodiscard]] Expected<std::vector<std::string>> arguments_of(osi::Os& os, const osi::Process& process,
                                                              std::size_t limit);

/// The words, with blanks between them; "[name]" for what has none, as kernel threads. At most `limit` bytes of it.
[[nodiscard]] std::string command_line(const osi::Process& process, const Expected<std::vector<std::string>>& arguments,
                                       std::size_t limit);

}  // namespace hvgdb::monitor
