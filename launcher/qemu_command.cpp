// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/qemu_command.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "launcher/child.hpp"
#include "osi/start_words.hpp"

namespace hvgdb::launcher {
namespace {

/// The option's name without its one or two dashes; nothing for a value.
std::optional<std::string_view> option_name(std::string_view argument) {
    if (!argument.starts_with('-')) {
        return std::nullopt;
    }
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    return argument;
}

/// In QEMU's options a comma is written twice.
std::string escape_commas(std::string_view text) {
    std::string result;
    for (const char character : text) {
        result.append(character == ',' ? 2 : 1, character);
    }
    return result;
}

/// The accelerator that `-accel VALUE` or `-machine VALUE` asks for first.
std::optional<std::string_view> accelerator_of(std::string_view option, std::string_view value) {
    if (option == "accel") {
        value = value.substr(0, value.find(','));
        return value.starts_with("accel=") ? value.substr(6) : value;
    }
    constexpr std::string_view kKey = "accel=";
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        const std::string_view part = value.substr(0, comma);
        if (part.starts_with(kKey)) {
            return part.substr(kKey.size());
        }
        value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
    }
    return std::nullopt;
}

Expected<void> check_accelerator(std::string_view name) {
    name = name.substr(0, name.find(':'));
    if (name == "tcg" || name == "help") {
        return {};
    }
    std::string upper(name);
    for (char& letter : upper) {
        letter = static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    }
    return fail(Errc::unsupported,
                upper + " is asked for, but hvgdb needs TCG: leave the accelerator out or say -accel tcg");
}

}  // namespace

std::optional<QemuVersion> parse_qemu_version(std::string_view text) {
    constexpr std::string_view kBefore = "QEMU emulator version ";
    const std::size_t at = text.find(kBefore);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const char* const end = text.data() + text.size();
    QemuVersion version;
    const auto major = std::from_chars(text.data() + at + kBefore.size(), end, version.major);
    if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') {
        return std::nullopt;
    }
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    return minor.ec == std::errc{} ? std::optional(version) : std::nullopt;
}

Expected<void> check_qemu(const std::string& program) {
    const auto output = run_and_read({program, "--version"});
    if (!output) {
        return std::unexpected(output.error());
    }
    const auto version = parse_qemu_version(*output);
    if (!version) {
        return fail(Errc::bad_argument, program + " is no QEMU: it does not answer --version as QEMU does");
    }
    if (*version < kOldestQemu) {
        return fail(Errc::unsupported, program + " is QEMU " + std::to_string(version->major) + "." +
                                           std::to_string(version->minor) + ", but hvgdb needs 11.1 or later");
    }
    return {};
}

Expected<void> check_arguments(std::span<const std::string> command) {
    for (std::size_t index = 1; index < command.size(); ++index) {
        const auto name = option_name(command[index]);
        if (!name) {
            continue;
        }
        if (*name == "gdb" || *name == "s") {
            return fail(Errc::bad_argument,
                        command[index] + " is for hvgdb alone; give the client's address as --listen");
        }
        if (*name == "daemonize") {
            return fail(Errc::bad_argument, "-daemonize cannot work here; run hvgdb itself in the background");
        }
        if (*name == "enable-kvm") {
            return check_accelerator("kvm");
        }
        const bool takes_accelerator = *name == "accel" || *name == "machine" || *name == "M";
        if (takes_accelerator && index + 1 < command.size()) {
            const auto accelerator = accelerator_of(*name, command[index + 1]);
            if (auto checked = accelerator ? check_accelerator(*accelerator) : Expected<void>{}; !checked) {
                return checked;
            }
        }
    }
    return {};
}

std::vector<std::string> complete_command(std::span<const std::string> command, const PrivateSockets& sockets,
                                          const PluginSettings& plugin) {
    std::vector<std::string> result(command.begin(), command.end());
    std::string argument = escape_commas(plugin.file) + ",listen=" + escape_commas(plugin.listen) +
                           ",stub=" + escape_commas(sockets.stub) + ",qmp=" + escape_commas(sockets.qmp) +
                           ",log=" + escape_commas(plugin.log) + ",os-cache=" + escape_commas(plugin.os_cache);
    for (const auto& [key, value] : {std::pair<std::string_view, std::string_view>{"os-profile", plugin.os_profile},
                                     {"attach", plugin.attach},
                                     {"sysroot", plugin.sysroot}}) {
        if (!value.empty()) {
            argument.append(",").append(key).append("=").append(escape_commas(value));
        }
    }
    for (const std::string& endpoint : plugin.endpoints) {
        argument += ",endpoint=" + escape_commas(endpoint);
    }
    if (plugin.stop_at_start) {
        argument += ",stop-at=start";
        result.emplace_back("-S");
    } else if (!plugin.wait.empty()) {
        argument.append(",wait=")
            .append(escape_commas(plugin.wait))
            .append(",stop-at=")
            .append(name_of(plugin.stop_at));
    }
    const std::string socket_options = ",server=on,wait=off";
    for (const std::string& ours :
         {std::string("-chardev"), "socket,id=hvgdb-stub,path=" + escape_commas(sockets.stub) + socket_options,
          std::string("-gdb"), std::string("chardev:hvgdb-stub"), std::string("-qmp"),
          "unix:" + escape_commas(sockets.qmp) + socket_options, std::string("-plugin"), argument}) {
        result.push_back(ours);
    }
    return result;
}

}  // namespace hvgdb::launcher
