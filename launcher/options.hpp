// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "emulator/types.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::launcher {

/// A further address for the clients that know one process only.
struct Endpoint {
    std::string process;  ///< its id or its name
    std::string address;  ///< as `listen`
};

struct Options {
    std::string listen = "127.0.0.1:1234";
    std::string attach;  ///< what `target remote` attaches, a process's id or name; empty: the machine
    std::vector<Endpoint> endpoints;
    std::string sysroot;  ///< a folder with a copy of the guest's files; empty: none
    std::string log = "info";
    std::string os_profile;  ///< a file, perhaps with `:GROUP`; empty: none
    std::string os_cache = "default";
    bool stop_at_start = false;                ///< the machine, before its first instruction
    std::string wait;                          ///< a program whose start is waited for; empty: none
    osi::StopAt stop_at = osi::StopAt::entry;  ///< where it is held
    std::vector<std::string> qemu;             ///< the command after `--`, the program first
};

/// Text to print on standard output, and then to end well: --help and --version.
struct Message {
    std::string text;
};

/// `arguments` without the program's name. One line of `detail` on wrong arguments.
[[nodiscard]] Expected<std::variant<Options, Message>> parse_options(std::span<const char* const> arguments);

}  // namespace hvgdb::launcher
