// SPDX-License-Identifier: GPL-2.0-or-later
// Plain text for a person's terminal: printable ASCII, one byte a column, at most kColumns wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

/// "132 KiB", "9.8 MiB": in the largest unit of which there is one.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// More rows are counted, not shown.
inline constexpr std::size_t kMostRows = 65536;

struct TableLayout {
    std::string_view align = {};  ///< a letter a column: `r` to the right; all others, and those behind, to the left
    bool cut_front = false;       ///< of a last cell that is too wide its end is shown, not its beginning
};

/// Cells as aligned columns two spaces apart, the first row a heading; ends in a newline. Where a line would be wider
/// than kColumns its last cell is cut, with "..."; at most kMostRows are below the heading, then "and N more".
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, const TableLayout& layout = {});

/// A line for each of the pairs: the name, and beside it the value, broken where it is long.
[[nodiscard]] std::string facts_table(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace hvgdb::monitor
