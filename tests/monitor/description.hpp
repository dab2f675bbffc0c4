// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "emulator/target_description.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::monitor {

/// That of the fake machine.
[[nodiscard]] inline const emulator::TargetDescription& description() {
    static const auto parsed = emulator::TargetDescription::parse(test::fake_documents());
    return *parsed;
}

/// What a line that begins with no command is answered with.
inline constexpr std::string_view kAnyCommand =
    "Invalid syntax, expected one of the following: \"check_taint\", \"get_taint\", \"taint\", \"untaint\", "
    "\"taint_file\", \"taint_fd\", \"taint_argv\", \"taint_sources\", \"untaint_source\", \"taint_report\", "
    "\"taint_break\", \"taint_sinks\", \"untaint_sink\", \"taint_policy\", "
    "\"taint_stats\", \"osinfo\", \"proclist\", \"procinfo\", \"threadinfo\", \"meminfo\", \"files\", \"modules\", "
    "\"ksym\", \"osjson\", \"events\", \"wait\", \"unwait\", \"hook\", \"unhook\", \"vcpus\", \"translate\", "
    "\"sites\", \"scope\", "
    "\"version\", \"help\"";

}  // namespace hvgdb::monitor
