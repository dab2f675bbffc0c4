// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>

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

std::string size_text(std::uint64_t bytes) {
    constexpr std::uint64_t kKib = 1024;
    constexpr std::array kUnits{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    std::uint64_t rest = 0;
    for (; bytes >= kKib; bytes /= kKib, ++unit) {
        rest = bytes % kKib;
    }
    return rest == 0 ? fmt::format("{} {}", bytes, kUnits[unit])
                     : fmt::format("{}.{} {}", bytes, rest * 10 / kKib, kUnits[unit]);
}

namespace {

using Row = std::vector<std::string>;

constexpr std::size_t kGap = 2;
constexpr std::string_view kLeftOut = "...";

std::vector<std::size_t> column_widths(std::span<const Row> rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    return widths;
}

/// What fits of a cell into the room that is left for it.
std::string cut_cell(const std::string& cell, std::size_t room, bool front) {
    if (cell.size() <= room) {
        return cell;
    }
    if (room < kLeftOut.size()) {
        return {};
    }
    const std::size_t kept = room - kLeftOut.size();
    return front ? std::string(kLeftOut) + cell.substr(cell.size() - kept) : cell.substr(0, kept).append(kLeftOut);
}

std::string table_line(const Row& row, std::span<const std::size_t> widths, const TableLayout& layout) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool last = i + 1 == row.size();
        const std::size_t padding = widths[i] - row[i].size();
        const bool right = i < layout.align.size() && layout.align[i] == 'r';
        line.append(right ? padding : 0, ' ');
        line += last ? cut_cell(row[i], kColumns - std::min(line.size(), kColumns), layout.cut_front) : row[i];
        line.append(last ? 0 : (right ? 0 : padding) + kGap, ' ');
    }
    line.resize(std::min(line.size(), kColumns));
    line.resize(line.find_last_not_of(' ') + 1);
    return printable(line) + '\n';
}

}  // namespace

std::string table(const std::vector<Row>& rows, const TableLayout& layout) {
    const auto shown = std::span(rows).first(std::min(rows.size(), kMostRows + 1));
    const auto widths = column_widths(shown);
    std::string out;
    for (const auto& row : shown) {
        out += table_line(row, widths, layout);
    }
    if (shown.size() < rows.size()) {
        out += fmt::format("and {} more\n", rows.size() - shown.size());
    }
    return out;
}

std::string facts_table(const std::vector<std::pair<std::string, std::string>>& facts) {
    constexpr std::size_t kWidestName = 24;
    std::size_t width = 0;
    for (const auto& fact : facts) {
        width = std::max(width, std::min(fact.first.size(), kWidestName));
    }
    std::string out;
    for (const auto& [name, value] : facts) {
        auto heading = printable(std::string_view(name).substr(0, kWidestName));
        for (const auto& piece : wrap(printable(value), kColumns - width - kGap)) {
            heading.append(width + kGap - heading.size(), ' ');
            heading += piece;
            heading.resize(heading.find_last_not_of(' ') + 1);
            out += heading + '\n';
            heading.clear();
        }
    }
    return out;
}

}  // namespace hvgdb::monitor
