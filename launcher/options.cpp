// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace hvgdb::launcher {
namespace {

constexpr const char* kFooter = R"(Examples:
  hvgdb -- qemu-system-x86_64 -m 1G -drive file=debian.qcow2 -nographic
  hvgdb --listen 127.0.0.1:0 -- qemu-system-x86_64 -kernel vmlinuz -initrd initrd.gz
  hvgdb --listen unix:/tmp/guest.sock --stop-at start -- qemu-system-x86_64 -hda disk.img
then, in gdb:
  target extended-remote :1234
  monitor help)";

/// CLI11 spreads some messages over several lines; a user gets one.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

std::string help_of(const CLI::App& app) {
    constexpr std::string_view kOptions = "[OPTIONS]";
    std::string text = app.help();
    const std::size_t at = text.find(kOptions);
    return at == std::string::npos ? text : text.insert(at + kOptions.size(), " -- QEMU-COMMAND [QEMU-ARGUMENTS...]");
}

}  // namespace

Expected<std::variant<Options, Message>> parse_options(std::span<const char* const> arguments) {
    const auto split = std::ranges::find(arguments, std::string_view("--"));
    std::vector<std::string> own(arguments.begin(), split);
    std::ranges::reverse(own);  // as CLI11 wants a vector

    Options options;
    std::string stop_at = "never";
    CLI::App app("Runs QEMU with a GDB server beneath the guest operating system.", "hvgdb");
    app.footer(kFooter);
    app.allow_extras();
    app.set_version_flag("--version", "hvgdb " HVGDB_VERSION);
    app.add_option("--listen", options.listen,
                   "Where gdb connects: HOST:PORT, :PORT (this machine only), PORT 0 for a free one, or unix:PATH")
        ->capture_default_str();
    app.add_option("--stop-at", stop_at,
                   "never: the guest boots at once; start: it waits for gdb before its first instruction")
        ->check(CLI::IsMember({"never", "start"}))
        ->capture_default_str();
    app.add_option("--log", options.log, "Log levels: LEVEL[,LOGGER=LEVEL...], as info or info,gdbserver=trace")
        ->capture_default_str();
    app.add_option("--os-profile", options.os_profile,
                   "What the guest's kernel does not tell of itself: System.map, kallsyms, vmlinux, BTF, Volatility 3 "
                   "ISF (.json, .xz), or PANDA's kernelinfo.conf[:GROUP]; infer: tell structures from their contents");
    app.add_option("--os-cache", options.os_cache,
                   "Folder in which found kernels are remembered; default: hvgdb in the user's cache folder; off: none")
        ->capture_default_str();
    try {
        app.parse(own);
    } catch (const CLI::CallForHelp&) {
        return Message{help_of(app)};
    } catch (const CLI::CallForVersion& version) {
        return Message{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return fail(Errc::bad_argument, one_line(error.what()) + " (see hvgdb --help)");
    }
    if (const auto unknown = app.remaining(); !unknown.empty()) {
        return fail(Errc::bad_argument, "unknown argument " + unknown.front() + " (see hvgdb --help)");
    }
    if (split == arguments.end() || split + 1 == arguments.end()) {
        return fail(Errc::bad_argument,
                    "the QEMU command is missing: hvgdb [OPTIONS] -- qemu-system-x86_64 ARGUMENTS...");
    }
    options.qemu.assign(split + 1, arguments.end());
    options.stop_at_start = stop_at == "start";
    return options;
}

}  // namespace hvgdb::launcher
