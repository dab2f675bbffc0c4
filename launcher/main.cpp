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
#include <span>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

#include "gdbserver/host_root.hpp"
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

Expected<void> check_sysroot(const std::string& folder) {
    if (folder.empty()) {
        return {};
    }
    const auto opened = gdbserver::HostRoot::open(folder);
    return opened ? Expected<void>() : fail(Errc::not_found, opened.error().detail + " (--sysroot)");
}

Expected<void> check(const Options& options) {
    if (auto checked = check_profile(options.os_profile); !checked) {
        return checked;
    }
    if (auto checked = check_sysroot(options.sysroot); !checked) {
        return checked;
    }
    return check_arguments(options.qemu);
}

/// Of --listen, then of each --endpoint.
Expected<std::vector<gdbserver::ListenAddress>> addresses_of(const Options& options) {
    std::vector<std::string> texts{options.listen};
    for (const Endpoint& endpoint : options.endpoints) {
        texts.push_back(endpoint.address);
    }
    std::vector<gdbserver::ListenAddress> addresses;
    for (const std::string& text : texts) {
        auto address = gdbserver::ListenAddress::parse(text);
        if (!address) {
            return fail(Errc::bad_argument, "\"" + text + "\": " + address.error().detail);
        }
        addresses.push_back(*std::move(address));
    }
    return addresses;
}

/// Bound here, so that an address in use is told before QEMU starts; the plugin inherits the sockets.
Expected<std::vector<gdbserver::Listener>> open_listeners(std::span<const gdbserver::ListenAddress> addresses) {
    std::vector<gdbserver::Listener> listeners;
    for (const gdbserver::ListenAddress& address : addresses) {
        auto listener = gdbserver::open_listener(address);
        if (!listener) {
            return std::unexpected(listener.error());
        }
        listeners.push_back(*std::move(listener));
    }
    return listeners;
}

std::string inherited(const gdbserver::Listener& listener) {
    listener.keep_across_exec();
    return "fd:" + std::to_string(listener.descriptor());
}

/// `listeners` are those of addresses_of().
PluginSettings settings_of(const Options& options, std::string plugin, std::span<const gdbserver::Listener> listeners) {
    PluginSettings settings{.file = std::move(plugin),
                            .listen = inherited(listeners.front()),
                            .attach = options.attach,
                            .endpoints = {},
                            .sysroot = options.sysroot,
                            .log = options.log,
                            .os_profile = options.os_profile,
                            .os_cache = options.os_cache,
                            .stop_at_start = options.stop_at_start,
                            .wait = options.wait,
                            .stop_at = options.stop_at};
    for (std::size_t index = 0; index < options.endpoints.size(); ++index) {
        settings.endpoints.push_back(options.endpoints[index].process + "=" + inherited(listeners[index + 1]));
    }
    return settings;
}

void announce(const Options& options, std::span<const gdbserver::Listener> listeners) {
    std::fprintf(stderr, "hvgdb: listening on %s (in gdb: target extended-remote %s)\n",
                 listeners.front().name().c_str(), listeners.front().gdb_target().c_str());
    for (std::size_t index = 0; index < options.endpoints.size(); ++index) {
        std::fprintf(stderr, "hvgdb: listening on %s for process %s alone\n", listeners[index + 1].name().c_str(),
                     options.endpoints[index].process.c_str());
    }
}

int launch(const Options& options) {
    if (auto checked = check(options); !checked) {
        return complain(checked.error(), kWrongArguments);
    }
    const auto addresses = addresses_of(options);
    if (!addresses) {
        return complain(addresses.error(), kWrongArguments);
    }
    if (auto checked = check_qemu(options.qemu.front()); !checked) {
        return complain(checked.error(), kFailed);
    }
    const auto plugin = find_plugin();
    if (!plugin) {
        return complain(plugin.error(), kFailed);
    }
    const auto listeners = open_listeners(*addresses);
    if (!listeners) {
        return complain(listeners.error(), kFailed);
    }
    const auto folder = RuntimeFolder::create();
    if (!folder) {
        return complain(folder.error(), kFailed);
    }
    const auto command = complete_command(options.qemu, {folder->file("stub"), folder->file("qmp")},
                                          settings_of(options, *plugin, *listeners));
    announce(options, *listeners);
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
