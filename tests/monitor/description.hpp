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

}  // namespace hvgdb::monitor
