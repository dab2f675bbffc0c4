// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/memory_map.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

constexpr std::size_t kMaxRanges = 4096;
constexpr std::string_view kView = "FlatView #";
constexpr std::string_view kSpace = " AS \"memory\", ";
constexpr std::string_view kOtherSpace = " AS ";
constexpr std::string_view kRoot = " Root memory region: ";

/// Takes the line off the front, without its end.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

/// Takes `expected` off the front; false when something else is there.
bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) {
        return false;
    }
    text.remove_prefix(expected.size());
    return true;
}

/// What is in front of `mark`, which is taken off too.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view mark) {
    const std::size_t end = text.find(mark);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view found = text.substr(0, end);
    text.remove_prefix(end + mark.size());
    return found;
}

/// "NAME" or "NAME @OFFSET".
std::string_view block_name(std::string_view text) {
    const std::size_t offset = text.rfind(" @");
    const bool has_offset = offset != std::string_view::npos && parse_hex(text.substr(offset + 2)).has_value();
    return has_offset ? text.substr(0, offset) : text;
}

bool is_memory(std::string_view priority, std::string_view type) {
    constexpr std::array<std::string_view, 3> kTypes{"ram", "rom", "nv-ram"};
    return priority == "0" && std::ranges::find(kTypes, type) != kTypes.end();
}

/// "  FIRST-LAST (prio PRIORITY, TYPE): NAME @OFFSET". Says yes to a well-formed line, with a range if it is memory.
bool read_range(std::string_view line, std::vector<RamRange>& ranges) {
    if (!take(line, "  ")) {
        return false;
    }
    const auto first = parse_hex(take_until(line, "-").value_or(""));
    const auto last = parse_hex(take_until(line, " (prio ").value_or(""));
    const auto priority = take_until(line, ", ");
    const auto type = take_until(line, "): ");
    const bool all_of_it = first == 0 && last == ~std::uint64_t{0};
    if (!first || !last || !priority || !type || *last < *first || all_of_it) {
        return false;
    }
    if (is_memory(*priority, *type)) {
        ranges.push_back({PhysAddr{*first}, *last - *first + 1, std::string(block_name(line))});
    }
    return true;
}

bool in_order(const std::vector<RamRange>& ranges) {
    const auto overlaps = [](const RamRange& left, const RamRange& right) {
        return right.start.value < left.start.value || right.start.value - left.start.value < left.size;
    };
    return std::ranges::adjacent_find(ranges, overlaps) == ranges.end();
}

/// The lines behind the names of the address spaces, up to the next view.
Expected<std::vector<RamRange>> read_view(std::string_view text) {
    std::vector<RamRange> ranges;
    while (!text.empty()) {
        const std::string_view line = next_line(text);
        if (line.empty() || line.starts_with(kView)) {
            break;
        }
        if (line.starts_with(kOtherSpace) || line.starts_with(kRoot)) {
            continue;
        }
        if (!read_range(line, ranges) || ranges.size() > kMaxRanges) {
            return fail(Errc::protocol, "info mtree: not understood: " + std::string(line.substr(0, 80)));
        }
    }
    if (ranges.empty() || !in_order(ranges)) {
        return fail(Errc::protocol, "info mtree: no RAM, or no order in it");
    }
    return ranges;
}

}  // namespace

Expected<std::vector<RamRange>> parse_flat_view(std::string_view printed) {
    while (!printed.empty()) {
        if (next_line(printed).starts_with(kSpace)) {
            return read_view(printed);
        }
    }
    return fail(Errc::protocol, "info mtree: no address space \"memory\"");
}

Expected<std::uint64_t> parse_host_address(std::string_view printed, const RamRange& range) {
    std::string_view line = next_line(printed);
    const std::string expected =
        "Host virtual address for 0x" + hex_number(range.start.value) + " (" + range.block + ") is 0x";
    if (!take(line, expected)) {
        return fail(Errc::not_found, "gpa2hva: " + std::string(line.substr(0, 120)));
    }
    const auto address = parse_hex(line);
    if (!address || *address == 0 || range.size - 1 > ~std::uint64_t{0} - *address) {
        return fail(Errc::protocol, "gpa2hva: no address: " + std::string(line.substr(0, 80)));
    }
    return *address;
}

}  // namespace hvgdb::emulator
