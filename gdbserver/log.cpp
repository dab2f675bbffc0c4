// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/log.hpp"

#include <fmt/format.h>
#include <iterator>
#include <memory>

namespace hvgdb::gdbserver {

spdlog::logger& log() {
    static const std::shared_ptr<spdlog::logger> logger = [] {
        auto named = spdlog::get("gdbserver");
        return named ? named : spdlog::default_logger()->clone("gdbserver");
    }();
    return *logger;
}

std::string printable(std::string_view body) {
    constexpr std::size_t kShown = 200;
    std::string text;
    for (const char c : body.substr(0, kShown)) {
        if (c >= ' ' && c <= '~') {
            text += c;
        } else {
            fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    if (body.size() > kShown) {
        fmt::format_to(std::back_inserter(text), "... ({} bytes)", body.size());
    }
    return text;
}

}  // namespace hvgdb::gdbserver
