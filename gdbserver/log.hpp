// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <spdlog/spdlog.h>
#include <string>
#include <string_view>

namespace hvgdb::gdbserver {

/// The logger "gdbserver": the one registered under that name, or spdlog's default.
[[nodiscard]] spdlog::logger& log();

/// A packet for the log: unprintable bytes as `\xNN`, long ones cut.
[[nodiscard]] std::string printable(std::string_view body);

}  // namespace hvgdb::gdbserver
