// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/options.hpp"

#include <algorithm>
#include <string_view>

namespace hvgdb::plugin {
namespace {

using Setter = Expected<void> (*)(Options&, std::string_view value);

struct Row {
    std::string_view key;
    std::string_view form;
    Setter set;
};

template <std::string Options::* member>
Expected<void> set_text(Options& options, std::string_view value) {
    options.*member = value;
    return {};
}

Expected<void> set_stop_at(Options& options, std::string_view value) {
    if (value != "never" && value != "start") {
        return fail(Errc::bad_argument, "stop-at is never or start, not " + std::string(value));
    }
    options.stop_at_start = value == "start";
    return {};
}

constexpr Row kRows[] = {
    {"listen", "HOST:PORT | unix:PATH", set_text<&Options::listen>},
    {"stub", "PATH", set_text<&Options::stub>},
    {"qmp", "PATH", set_text<&Options::qmp>},
    {"log", "LEVEL[,,LOGGER=LEVEL...]", set_text<&Options::log>},
    {"os-profile", "FILE", set_text<&Options::os_profile>},
    {"os-cache", "FOLDER | default | off", set_text<&Options::os_cache>},
    {"stop-at", "never | start", set_stop_at},
};

std::string known_arguments() {
    std::string text;
    for (const Row& row : kRows) {
        text.append(text.empty() ? "" : ", ").append(row.key).append("=").append(row.form);
    }
    return text;
}

}  // namespace

Expected<Options> parse_options(std::span<char* const> arguments) {
    Options options;
    for (const std::string_view argument : arguments) {
        const std::size_t equals = argument.find('=');
        const std::string_view key = argument.substr(0, equals);
        const auto* row = std::ranges::find(kRows, key, &Row::key);
        if (row == std::end(kRows) || equals == std::string_view::npos || equals + 1 == argument.size()) {
            return fail(Errc::bad_argument,
                        "wrong argument \"" + std::string(argument) + "\"; known are " + known_arguments());
        }
        if (auto set = row->set(options, argument.substr(equals + 1)); !set) {
            return std::unexpected(set.error());
        }
    }
    if (options.stub.empty()) {
        return fail(
            Errc::bad_argument,
            "stub= is missing: the path of a socket that QEMU's own -gdb listens on (hvgdb's launcher does all this)");
    }
    return options;
}

}  // namespace hvgdb::plugin
