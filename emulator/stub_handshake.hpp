// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>

#include "emulator/stub_link.hpp"
#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// What QEMU's stub says about itself and its machine.
struct StubGreeting {
    std::size_t packet_size = 0;  ///< characters QEMU takes and sends between `$` and `#`
    TargetDescription description;
    unsigned vcpu_count = 0;
    unsigned step_flags = 0;
};

/// Asks for everything once, on a machine that is paused, and turns off what an earlier client may have left on.
[[nodiscard]] Expected<StubGreeting> greet(StubLink& link);

}  // namespace hvgdb::emulator
