// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::plugin {

/// A further address for the clients that know one process only.
struct Endpoint {
    std::string process;  ///< its id or its name
    std::string address;  ///< as `listen`; not checked yet
};

/// Instead of a profile: the kernel's own word about its structures is left aside.
inline constexpr std::string_view kInfer = "infer";

/// The arguments of `-plugin libhvgdb.so,KEY=VALUE,...`; the launcher gives all of them.
struct Options {
    std::string listen = "127.0.0.1:1234";
    std::string stub;  ///< path of the socket that QEMU's own -gdb listens on
    std::string qmp;   ///< path of a QMP socket; empty: the guest's state before the connection is taken to be running
    std::string attach;  ///< what `target remote` attaches, a process's id or name; empty: the machine
    std::vector<Endpoint> endpoints;
    std::string sysroot;  ///< a folder of the host with a copy of the guest's files; empty: none
    std::string log = "info";
    std::string os_profile;            ///< a file that tells of the guest's kernel what its memory does not
    std::string os_cache = "default";  ///< folder that remembers kernels; "default": the user's cache; "off": none
    bool stop_at_start = false;        ///< the machine, before its first instruction
    std::string wait;                  ///< a program whose start is waited for; empty: none
    osi::StopAt stop_at = osi::StopAt::entry;  ///< where it is held
};

/// `arguments` as QEMU passes them, KEY=VALUE each. An unknown key is an error that lists the known ones.
[[nodiscard]] Expected<Options> parse_options(std::span<char* const> arguments);

}  // namespace hvgdb::plugin
