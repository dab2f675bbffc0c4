// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/text_symbols.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "emulator/hex.hpp"

namespace hvgdb::osi {
namespace {

struct Line {
    VirtAddr address;
    char type = '?';
    std::string_view name;
    bool is_module = false;
};

/// "ffffffff81000000 T _text", and behind a tab "[module]".
std::optional<Line> parse_line(std::string_view line) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4 || line[space + 2] != ' ') {
        return std::nullopt;
    }
    const auto address = parse_hex(line.substr(0, space));
    const auto rest = line.substr(space + 3);
    const auto tab = rest.find('\t');
    const auto name = rest.substr(0, tab);
    if (!address || name.empty() || name.find(' ') != std::string_view::npos) {
        return std::nullopt;
    }
    return Line{.address = VirtAddr{*address},
                .type = line[space + 1],
                .name = name,
                .is_module = tab != std::string_view::npos};
}

std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

bool is_placeholder(std::string_view line) {
    return line.find("The real System.map is in") != std::string_view::npos;
}

}  // namespace

bool is_symbol_text(std::string_view text) {
    const auto line = take_line(text);
    return parse_line(line).has_value() || is_placeholder(line);
}

Expected<std::unique_ptr<SymbolTable>> parse_symbol_text(std::string_view text, const std::string& file,
                                                         std::string origin) {
    SymbolTable::Builder builder;
    bool has_address = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = take_line(text);
        const auto where = [&] { return file + ":" + std::to_string(number) + ": "; };
        if (line.empty()) {
            continue;
        }
        if (is_placeholder(line)) {
            return fail(Errc::bad_argument, where() +
                                                "only a placeholder of Debian's: the real System.map is in the "
                                                "kernel's package of debug symbols");
        }
        const auto parsed = parse_line(line);
        if (!parsed) {
            return fail(Errc::bad_argument, where() + "not an address, a type and a name");
        }
        if (parsed->is_module) {
            continue;
        }
        if (!builder.add(parsed->address, parsed->type, parsed->name)) {
            return fail(Errc::bad_argument, where() + "too many symbols, or too long a name");
        }
        has_address = has_address || parsed->address.value != 0;
    }
    if (!has_address) {
        return fail(Errc::bad_argument, file + ": all addresses are 0: the guest hides them from all but root");
    }
    return std::move(builder).finish(std::move(origin));
}

}  // namespace hvgdb::osi
