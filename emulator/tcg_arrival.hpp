// SPDX-License-Identifier: GPL-2.0-or-later
// How a callback on an instruction ends.
#pragma once

#include <cstdint>
#include <unistd.h>

#include "emulator/parking.hpp"
#include "emulator/qemu_plugin_api.hpp"

namespace hvgdb::emulator {

struct Arrival {
    Parking::Action action = Parking::Action::go_on;
    std::uint64_t pc = 0;
};

/// The callback's last deed, of one that was registered with QEMU_PLUGIN_CB_RW_REGS_PC. It may leave by a long jump:
/// the callback's own frame must own nothing.
inline void end_callback(const Arrival& arrival) {
    constexpr useconds_t kParkingPause = 20;
    if (arrival.action == Parking::Action::go_on) {
        return;
    }
    if (arrival.action == Parking::Action::park) {
        usleep(kParkingPause);
    }
    qemu_plugin_set_pc(arrival.pc);
}

}  // namespace hvgdb::emulator
