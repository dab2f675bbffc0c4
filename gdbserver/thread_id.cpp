// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/thread_id.hpp"

#include <limits>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

std::optional<std::int64_t> parse_part(std::string_view text) {
    if (text == "-1") {
        return ThreadPattern::kAll;
    }
    const auto number = parse_hex(text);
    if (!number || *number > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
}

}  // namespace

std::optional<ThreadPattern> parse_thread(std::string_view text) {
    if (!text.starts_with('p')) {
        const auto tid = parse_part(text);
        if (!tid) {
            return std::nullopt;
        }
        return ThreadPattern{.pid = ThreadPattern::kAny, .tid = *tid};
    }
    text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto pid = parse_part(text.substr(0, dot));
    if (!pid) {
        return std::nullopt;
    }
    if (dot == std::string_view::npos) {
        return ThreadPattern{.pid = *pid, .tid = ThreadPattern::kAll};
    }
    const auto tid = parse_part(text.substr(dot + 1));
    if (!tid || (*pid == ThreadPattern::kAll && *tid > 0)) {
        return std::nullopt;
    }
    return ThreadPattern{.pid = *pid, .tid = *tid};
}

std::optional<std::uint32_t> parse_pid(std::string_view text) {
    const auto number = parse_part(text);
    if (!number || *number <= 0) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

std::string format_thread(const ThreadId& thread, bool multiprocess) {
    auto tid = hex_number(thread.tid);
    return multiprocess ? "p" + hex_number(thread.pid) + "." + tid : tid;
}

}  // namespace hvgdb::gdbserver
