// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/options.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "plugin/stop_option.hpp"

namespace hvgdb::plugin {
namespace {

/// `stop-at` is looked at once all are known.
struct Reading {
    Options options;
    std::string stop_at;
};

using Setter = Expected<void> (*)(Reading&, std::string_view value);

struct Row {
    std::string_view key;
    std::string_view form;
    Setter set;
};

template <std::string Options::* member>
Expected<void> set_text(Reading& reading, std::string_view value) {
    reading.options.*member = value;
    return {};
}

Expected<void> set_stop_at(Reading& reading, std::string_view value) {
    reading.stop_at = value;
    return {};
}

// PROCESS=ADDRESS. Names may have anything in them but that sign.
Expected<void> add_endpoint(Reading& reading, std::string_view value) {
    const std::size_t equals = value.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == value.size()) {
        return fail(Errc::bad_argument, "endpoint is PID=ADDRESS or NAME=ADDRESS, not " + std::string(value));
    }
    reading.options.endpoints.push_back(
        {.process = std::string(value.substr(0, equals)), .address = std::string(value.substr(equals + 1))});
    return {};
}

constexpr Row kRows[] = {
    {"listen", "HOST:PORT | unix:PATH", set_text<&Options::listen>},
    {"stub", "PATH", set_text<&Options::stub>},
    {"qmp", "PATH", set_text<&Options::qmp>},
    {"attach", "PID | NAME", set_text<&Options::attach>},
    {"endpoint", "PID=ADDRESS | NAME=ADDRESS (repeatable)", add_endpoint},
    {"sysroot", "FOLDER", set_text<&Options::sysroot>},
    {"log", "LEVEL[,,LOGGER=LEVEL...]", set_text<&Options::log>},
    {"os-profile", "FILE", set_text<&Options::os_profile>},
    {"os-cache", "FOLDER | default | off", set_text<&Options::os_cache>},
    {"wait", "NAME | PATH", set_text<&Options::wait>},
    {"stop-at", "never | start | entry | main", set_stop_at},
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
    Reading reading;
    for (const std::string_view argument : arguments) {
        const std::size_t equals = argument.find('=');
        const std::string_view key = argument.substr(0, equals);
        const auto* row = std::ranges::find(kRows, key, &Row::key);
        if (row == std::end(kRows) || equals == std::string_view::npos || equals + 1 == argument.size()) {
            return fail(Errc::bad_argument,
                        "wrong argument \"" + std::string(argument) + "\"; known are " + known_arguments());
        }
        if (auto set = row->set(reading, argument.substr(equals + 1)); !set) {
            return std::unexpected(set.error());
        }
    }
    if (reading.options.stub.empty()) {
        return fail(
            Errc::bad_argument,
            "stub= is missing: the path of a socket that QEMU's own -gdb listens on (hvgdb's launcher does all this)");
    }
    const auto stop = stop_option(reading.stop_at, reading.options.wait);
    if (!stop) {
        return std::unexpected(stop.error());
    }
    reading.options.stop_at_start = stop->machine;
    reading.options.stop_at = stop->program;
    return std::move(reading.options);
}

}  // namespace hvgdb::plugin
