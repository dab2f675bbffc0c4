// SPDX-License-Identifier: GPL-2.0-or-later
// One encoding of each instruction form: mnemonic, kinds and sizes of its operands.
#pragma once

#include <Zydis/Zydis.h>
#include <cstddef>
#include <string>
#include <vector>

#include "emulator/taint/lowering.hpp"

namespace hvgdb::emulator::taint {

struct Form {
    std::string name;  ///< the instruction as text
    std::string rule;  ///< its class
    std::vector<std::byte> code;
    Decoded decoded{};
};

/// Those that a user's program can run alone: nothing privileged, no control flow, none that changes the host's state.
/// From all opcodes of all maps, as far as Zydis takes them for instructions; always the same.
[[nodiscard]] std::vector<Form> runnable_forms();

}  // namespace hvgdb::emulator::taint
