// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/diagnostic.hpp"

#include <algorithm>
#include <string_view>

#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::string_view kArrow = "^------ ";
constexpr std::string_view kLeftOut = "...";
/// Further right the message would have too little room.
constexpr std::size_t kLastCaretColumn = 40;

/// The part of a line that is shown, and where in it the caret stands.
struct Excerpt {
    std::string text;
    std::size_t caret = 0;
};

Excerpt excerpt(std::string_view line, std::size_t column) {
    constexpr std::size_t kWidth = kColumns - kIndent.size();
    column = std::min(column, line.size());
    Excerpt shown;
    if (column > kLastCaretColumn) {
        const std::size_t skipped = column - kLastCaretColumn + kLeftOut.size();
        shown.text = kLeftOut;
        line.remove_prefix(skipped);
        column = kLastCaretColumn;
    }
    shown.caret = column;
    if (shown.text.size() + line.size() <= kWidth) {
        shown.text += line;
    } else {
        shown.text.append(line.substr(0, kWidth - shown.text.size() - kLeftOut.size())).append(kLeftOut);
    }
    return shown;
}

}  // namespace

std::string render(const Diagnostic& diagnostic) {
    const auto shown = excerpt(printable(diagnostic.line), diagnostic.column);
    const std::size_t indent = kIndent.size() + shown.caret;
    const std::size_t text_column = indent + kArrow.size();

    auto lines = wrap(printable(diagnostic.message), kColumns - text_column);
    if (!diagnostic.hint.empty()) {
        for (auto& line : wrap(printable(diagnostic.hint), kColumns - text_column)) {
            lines.push_back(std::move(line));
        }
    }
    std::string out = "Error:\n";
    out.append(kIndent).append(shown.text) += '\n';
    out.append(indent, ' ').append(kArrow).append(lines.front()) += '\n';
    for (std::size_t i = 1; i < lines.size(); ++i) {
        out.append(text_column, ' ').append(lines[i]) += '\n';
    }
    return out;
}

}  // namespace hvgdb::monitor
