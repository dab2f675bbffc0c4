// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/ini_group.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace hvgdb::osi {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const auto first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Decimal or 0x..., with a sign. An address may have 64 bits.
std::optional<std::int64_t> parse_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    text.remove_prefix(hex ? 2 : 0);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(negative ? 0 - number : number);
}

class Reader {
  public:
    Reader(std::string_view group, const std::string& file) : group_(group), file_(file) {}

    Expected<IniGroup> read(std::string_view text) {
        for (std::size_t number = 1; !text.empty(); ++number) {
            const auto end = text.find('\n');
            const auto line = trimmed(text.substr(0, end));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            if (!take(line)) {
                return fail(Errc::bad_argument, file_ + ":" + std::to_string(number) + ": " + problem_);
            }
        }
        if (groups_.empty() || (!group_.empty() && !found_)) {
            return fail(Errc::not_found, file_ + ": no group \"" + std::string(group_) + "\"" + known_groups());
        }
        if (group_.empty() && groups_.size() > 1) {
            return fail(Errc::bad_argument, file_ + ": several groups: choose one with FILE:GROUP" + known_groups());
        }
        return IniGroup{.name = group_.empty() ? groups_.front() : std::string(group_), .values = std::move(values_)};
    }

  private:
    bool complain(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    bool take(std::string_view line) {
        if (line.empty() || line.front() == '#' || line.front() == ';') {
            return true;
        }
        if (line.front() == '[') {
            return line.ends_with(']') ? begin_group(line.substr(1, line.size() - 2)) : complain("] is missing");
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || groups_.empty()) {
            return complain("neither [group] nor \"key = value\" in one");
        }
        return !wanted_ || take_value(trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
    }

    bool begin_group(std::string_view name) {
        constexpr std::size_t kMaxGroups = 4096;
        if (groups_.size() >= kMaxGroups) {
            return complain("too many groups");
        }
        groups_.emplace_back(name);
        wanted_ = group_.empty() ? groups_.size() == 1 : name == group_;
        found_ = found_ || wanted_;
        return true;
    }

    bool take_value(std::string_view key, std::string_view text) {
        if (key == "name") {
            return true;
        }
        const auto value = parse_number(text);
        if (!value) {
            return complain(std::string(key) + ": not a number");
        }
        values_.insert_or_assign(std::string(key), *value);
        return true;
    }

    [[nodiscard]] std::string known_groups() const {
        constexpr std::size_t kShown = 8;
        std::string text;
        for (std::size_t i = 0; i < std::min(kShown, groups_.size()); ++i) {
            text += (i == 0 ? " (groups: " : ", ") + groups_[i];
        }
        return text.empty() ? text : text + (groups_.size() > kShown ? ", ...)" : ")");
    }

    std::string_view group_;
    const std::string& file_;
    std::vector<std::string> groups_;
    bool wanted_ = false;
    bool found_ = false;
    IniGroup::Values values_;
    std::string problem_;
};

}  // namespace

Expected<IniGroup> read_ini_group(std::string_view text, std::string_view group, const std::string& file) {
    return Reader(group, file).read(text);
}

}  // namespace hvgdb::osi
