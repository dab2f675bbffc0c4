// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/text.hpp"

#include <algorithm>

namespace hvgdb::monitor {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string printable(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return kBlanks.contains(c); }, ' ');
    std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7e; }, '.');
    return out;
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return printable(text);
    }
    return printable(text.substr(0, limit)) + "...";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    width = std::max<std::size_t>(width, 1);
    std::vector<std::string> lines(1);
    while (!(text = trim(text)).empty()) {
        const auto word = text.substr(0, text.find_first_of(kBlanks));
        auto& line = lines.back();
        const std::size_t gap = line.empty() ? 0 : 1;
        if (line.size() + gap + word.size() <= width) {
            line.append(gap, ' ').append(word);
            text.remove_prefix(word.size());
        } else if (line.empty()) {
            line = word.substr(0, width);
            text.remove_prefix(width);
        } else {
            lines.emplace_back();
        }
    }
    return lines;
}

std::string paragraph(std::string_view text, std::size_t indent) {
    std::string out;
    for (const auto& line : wrap(printable(text), kColumns - indent)) {
        out.append(indent, ' ').append(line) += '\n';
    }
    return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - row[i].size() + 2, ' ');
            }
        }
        out.append(printable(std::string_view(line).substr(0, kColumns))) += '\n';
    }
    return out;
}

}  // namespace hvgdb::monitor
