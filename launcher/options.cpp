// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "plugin/stop_option.hpp"

namespace hvgdb::launcher {
namespace {

constexpr const char* kFooter = R"(Examples:
  hvgdb -- qemu-system-x86_64 -m 1G -drive file=debian.qcow2 -nographic
  hvgdb --listen 127.0.0.1:0 -- qemu-system-x86_64 -kernel vmlinuz -initrd initrd.gz
  hvgdb --listen unix:/tmp/guest.sock --stop-at start -- qemu-system-x86_64 -hda disk.img
  hvgdb --wait /usr/sbin/sshd --stop-at main -- qemu-system-x86_64 -hda disk.img
then, in gdb:
  target extended-remote :1234
  monitor help)";

/// CLI11 spreads some messages over several lines; a user gets one.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

Expected<void> take_stop(Options& options, const std::string& word) {
    const auto stop = plugin::stop_option(word, options.wait);
    if (!stop) {
        return fail(Errc::bad_argument, "--" + one_line(stop.error().detail));
    }
    options.stop_at_start = stop->machine;
    options.stop_at = stop->program;
    return {};
}

/// PROCESS=ADDRESS. Names may have anything in them but that sign.
Expected<Endpoint> parse_endpoint(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
        return fail(Errc::bad_argument, "--endpoint wants PID=ADDRESS or NAME=ADDRESS, not " + one_line(text));
    }
    return Endpoint{.process = text.substr(0, equals), .address = text.substr(equals + 1)};
}

std::string help_of(const CLI::App& app) {
    constexpr std::string_view kOptions = "[OPTIONS]";
    std::string text = app.help();
    const std::size_t at = text.find(kOptions);
    return at == std::string::npos ? text : text.insert(at + kOptions.size(), " -- QEMU-COMMAND [QEMU-ARGUMENTS...]");
}

/// Values that are looked at once all are known.
struct Words {
    std::string stop_at;
    std::vector<std::string> endpoints;
};

void add_options(CLI::App& app, Options& options, Words& words) {
    app.add_option("--listen", options.listen,
                   "Where gdb connects: HOST:PORT, :PORT (this machine only), PORT 0 for a free one, or unix:PATH")
        ->capture_default_str();
    app.add_option("--wait", options.wait,
                   "NAME or PATH of a program: the next process that starts it is held until gdb attaches it")
        ->check([](const std::string& program) { return std::string(program.empty() ? "names no program" : ""); });
    app.add_option("--stop-at", words.stop_at,
                   "never (default): the guest boots at once; start: it waits for gdb before its first instruction. "
                   "With --wait, where the program is held: start: before its first instruction; entry (default): at "
                   "its entry point; main: in its function main")
        ->check(CLI::IsMember(std::vector<std::string>(plugin::kStopWords.begin(), plugin::kStopWords.end())));
    app.add_option("--attach", options.attach,
                   "PID or NAME of the guest's process that `target remote` attaches; default: the machine");
    app.add_option("--endpoint", words.endpoints,
                   "PID=ADDRESS or NAME=ADDRESS, ADDRESS as for --listen: listens there too, for clients that know one "
                   "process only (lldb, IDA), and shows them this one; repeatable")
        ->allow_extra_args(false);
    app.add_option("--sysroot", options.sysroot,
                   "Folder with a copy of the guest's files: gdb gets what it has from there, the rest from the guest");
    app.add_option("--log", options.log, "Log levels: LEVEL[,LOGGER=LEVEL...], as info or info,gdbserver=trace")
        ->capture_default_str();
    app.add_option("--os-profile", options.os_profile,
                   "What the guest's kernel does not tell of itself: System.map, kallsyms, vmlinux, BTF, Volatility 3 "
                   "ISF (.json, .xz), or PANDA's kernelinfo.conf[:GROUP]; infer: tell structures from their contents");
    app.add_option("--os-cache", options.os_cache,
                   "Folder in which found kernels are remembered; default: hvgdb in the user's cache folder; off: none")
        ->capture_default_str();
}

}  // namespace

Expected<std::variant<Options, Message>> parse_options(std::span<const char* const> arguments) {
    const auto split = std::ranges::find(arguments, std::string_view("--"));
    std::vector<std::string> own(arguments.begin(), split);
    std::ranges::reverse(own);  // as CLI11 wants a vector

    Options options;
    Words words;
    CLI::App app("Runs QEMU with a GDB server beneath the guest operating system.", "hvgdb");
    app.footer(kFooter);
    app.allow_extras();
    app.set_version_flag("--version", "hvgdb " HVGDB_VERSION);
    add_options(app, options, words);
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
    for (const std::string& text : words.endpoints) {
        auto endpoint = parse_endpoint(text);
        if (!endpoint) {
            return std::unexpected(endpoint.error());
        }
        options.endpoints.push_back(*std::move(endpoint));
    }
    options.qemu.assign(split + 1, arguments.end());
    if (auto taken = take_stop(options, words.stop_at); !taken) {
        return std::unexpected(taken.error());
    }
    return options;
}

}  // namespace hvgdb::launcher
