// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with a monitor line, shown under the place where it is wrong.
#pragma once

#include <cstddef>
#include <string>

namespace hvgdb::monitor {

struct Diagnostic {
    std::string line;        ///< as typed, without blanks at its ends; any bytes
    std::size_t column = 0;  ///< bytes from the start of `line`; its size means "at the end"
    std::string message;     ///< one line
    std::string hint;        ///< "(did you mean ...?)" or empty; goes on lines of its own
};

/// The line, a caret under the column, the message broken at 80 columns beside it. Only printable ASCII comes out. Of a
/// line that does not fit only the surroundings of the column are shown, with "..." where something is left out.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

}  // namespace hvgdb::monitor
