// SPDX-License-Identifier: GPL-2.0-or-later
// Plain text for a person's terminal: printable ASCII, one byte a column, at most kColumns wide.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hvgdb::monitor {

inline constexpr std::size_t kColumns = 80;

/// What may stand between the words of a line.
inline constexpr std::string_view kBlanks = " \t\r\n";

/// The text without blanks at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// As many bytes, one column each: white space becomes a space, other control bytes and all bytes beyond ASCII become
/// `.`, so that a terminal does nothing but show it.
[[nodiscard]] std::string printable(std::string_view text);

/// printable(), and "..." for what is over `limit` bytes.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t limit);

/// Breaks at spaces into lines of at most `width` bytes; a longer word is cut. Never empty.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// The text broken at kColumns with `indent` spaces before every line; ends in a newline.
[[nodiscard]] std::string paragraph(std::string_view text, std::size_t indent = 0);

/// Cells as aligned columns two spaces apart, the first row a heading; ends in a newline. Lines wider than kColumns are
/// cut.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace hvgdb::monitor
