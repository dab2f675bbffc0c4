// SPDX-License-Identifier: GPL-2.0-or-later
// hvgdb: runs QEMU with the plugin and everything the plugin needs.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <variant>

#include "gdbserver/listen_address.hpp"
#include "launcher/child.hpp"
#include "launcher/options.hpp"
#include "launcher/qemu_command.hpp"
#include "launcher/runtime_folder.hpp"

namespace hvgdb::launcher {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongArguments = 2;

int complain(const Error& error, int status) {
    std::fprintf(stderr, "hvgdb: %s\n", error.detail.c_str());
    return status;
}

/// Beside the launcher in a build tree, in lib/hvgdb beside bin when installed.
Expected<std::string> find_plugin() {
    const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const auto& candidate : {folder / "libhvgdb.so", folder.parent_path() / "lib/hvgdb/libhvgdb.so"}) {
        if (std::filesystem::exists(candidate)) {
            return candidate.string();
        }
    }
    return fail(Errc::not_found, "libhvgdb.so is missing: it belongs beside " + folder.string() + "/hvgdb");
}

/// FILE or FILE:GROUP, where either may have colons in it, or "infer".
Expected<void> check_profile(const std::string& profile) {
    if (profile.empty() || profile == "infer") {
        return {};
    }
    for (std::size_t end = 0; end < profile.size();) {
        end = std::min(profile.find(':', end + 1), profile.size());
        if (access(profile.substr(0, end).c_str(), R_OK) == 0) {
            return {};
        }
    }
    const std::string file = profile.substr(0, profile.find(':'));
    return fail(Errc::not_found, "cannot read " + file + " (--os-profile): " + std::strerror(errno));
}

int launch(const Options& options) {
    if (auto checked = check_profile(options.os_profile); !checked) {
        return complain(checked.error(), kWrongArguments);
    }
    if (auto checked = check_arguments(options.qemu); !checked) {
        return complain(checked.error(), kWrongArguments);
    }
    const auto address = gdbserver::ListenAddress::parse(options.listen);
    if (!address) {
        return complain(address.error(), kWrongArguments);
    }
    if (auto checked = check_qemu(options.qemu.front()); !checked) {
        return complain(checked.error(), kFailed);
    }
    const auto plugin = find_plugin();
    if (!plugin) {
        return complain(plugin.error(), kFailed);
    }
    // Bound here, so that an address in use is told before QEMU starts; the plugin inherits the socket.
    auto listener = gdbserver::open_listener(*address);
    if (!listener) {
        return complain(listener.error(), kFailed);
    }
    const auto folder = RuntimeFolder::create();
    if (!folder) {
        return complain(folder.error(), kFailed);
    }
    const auto command = complete_command(options.qemu, {folder->file("stub"), folder->file("qmp")},
                                          {.file = *plugin,
                                           .listen = "fd:" + std::to_string(listener->descriptor()),
                                           .log = options.log,
                                           .os_profile = options.os_profile,
                                           .os_cache = options.os_cache,
                                           .stop_at_start = options.stop_at_start});
    listener->keep_across_exec();
    std::fprintf(stderr, "hvgdb: listening on %s (in gdb: target extended-remote %s)\n", listener->name().c_str(),
                 listener->gdb_target().c_str());
    const auto status = run_and_wait(command);
    return status ? *status : complain(status.error(), kFailed);
}

int run(std::span<const char* const> arguments) {
    const auto parsed = parse_options(arguments);
    if (!parsed) {
        return complain(parsed.error(), kWrongArguments);
    }
    if (const auto* message = std::get_if<Message>(&*parsed)) {
        std::fputs(message->text.c_str(), stdout);
        return 0;
    }
    return launch(std::get<Options>(*parsed));
}

}  // namespace
}  // namespace hvgdb::launcher

int main(int argc, char** argv) {
    try {
        return hvgdb::launcher::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hvgdb: %s\n", error.what());
        return 1;
    }
}
