// SPDX-License-Identifier: GPL-2.0-or-later
// A group of numbers in a file of "[group]" and "key = value" lines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "emulator/types.hpp"

namespace hvgdb::osi {

struct IniGroup {
    /// Decimal or 0x...; an address of 64 bits is there as a negative number. The key "name", a text, is left out.
    using Values = std::map<std::string, std::int64_t, std::less<>>;

    std::string name;
    Values values;
};

/// `group` may be empty when there is only one. Errors begin with `file` and name the line.
[[nodiscard]] Expected<IniGroup> read_ini_group(std::string_view text, std::string_view group, const std::string& file);

}  // namespace hvgdb::osi
