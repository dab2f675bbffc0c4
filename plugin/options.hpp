// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>

#include "emulator/types.hpp"

namespace hvgdb::plugin {

/// The arguments of `-plugin libhvgdb.so,KEY=VALUE,...`; the launcher gives all of them.
struct Options {
    std::string listen = "127.0.0.1:1234";
    std::string stub;  ///< path of the socket that QEMU's own -gdb listens on
    std::string qmp;   ///< path of a QMP socket; empty: the guest's state before the connection is taken to be running
    std::string log = "info";
    std::string os_profile;            ///< a file that tells of the guest's kernel what its memory does not
    std::string os_cache = "default";  ///< folder that remembers kernels; "default": the user's cache; "off": none
    bool stop_at_start = false;
};

/// `arguments` as QEMU passes them, KEY=VALUE each. An unknown key is an error that lists the known ones.
[[nodiscard]] Expected<Options> parse_options(std::span<char* const> arguments);

}  // namespace hvgdb::plugin
