// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::launcher {

struct Options {
    std::string listen = "127.0.0.1:1234";
    std::string log = "info";
    std::string os_profile;  ///< a file, perhaps with `:GROUP`; empty: none
    std::string os_cache = "default";
    bool stop_at_start = false;
    std::vector<std::string> qemu;  ///< the command after `--`, the program first
};

/// Text to print on standard output, and then to end well: --help and --version.
struct Message {
    std::string text;
};

/// `arguments` without the program's name. One line of `detail` on wrong arguments.
[[nodiscard]] Expected<std::variant<Options, Message>> parse_options(std::span<const char* const> arguments);

}  // namespace hvgdb::launcher
