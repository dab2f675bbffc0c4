// SPDX-License-Identifier: GPL-2.0-or-later
// Symbols from System.map, or from a copy of /proc/kallsyms.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/profile/symbol_table.hpp"

namespace hvgdb::osi {

/// One symbol a line: its address in hexadecimal digits, its type, its name. Lines of modules ("name [module]") are
/// passed over. `file` is for errors, `origin` for people.
[[nodiscard]] Expected<std::unique_ptr<SymbolTable>> parse_symbol_text(std::string_view text, const std::string& file,
                                                                       std::string origin);

/// Whether text begins like that.
[[nodiscard]] bool is_symbol_text(std::string_view text);

}  // namespace hvgdb::osi
