// SPDX-License-Identifier: GPL-2.0-or-later
// The QEMU command line: checked, and completed with what hvgdb needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::launcher {

struct QemuVersion {
    int major = 0;
    int minor = 0;
    friend auto operator<=>(QemuVersion, QemuVersion) = default;
};

/// The first QEMU with plugin API 7.
inline constexpr QemuVersion kOldestQemu{11, 1};

/// From the text of `qemu-system-... --version`.
[[nodiscard]] std::optional<QemuVersion> parse_qemu_version(std::string_view text);

/// Runs `program --version`. Fails in one line when there is no such program, it is no QEMU or it is too old.
[[nodiscard]] Expected<void> check_qemu(const std::string& program);

/// Fails in one line on arguments that cannot work with hvgdb: an accelerator other than TCG, QEMU's own -gdb or -s,
/// -daemonize. `command` starts with the program.
[[nodiscard]] Expected<void> check_arguments(std::span<const std::string> command);

struct PrivateSockets {
    std::string stub;  ///< paths
    std::string qmp;
};

struct PluginSettings {
    std::string file;
    std::string listen;
    std::string attach;
    std::vector<std::string> endpoints;  ///< PROCESS=ADDRESS each
    std::string sysroot;
    std::string log;
    std::string os_profile;
    std::string os_cache;
    bool stop_at_start = false;
    std::string wait;
    osi::StopAt stop_at = osi::StopAt::entry;
};

/// The whole command: the user's, then ours.
[[nodiscard]] std::vector<std::string> complete_command(std::span<const std::string> command,
                                                        const PrivateSockets& sockets, const PluginSettings& plugin);

}  // namespace hvgdb::launcher
