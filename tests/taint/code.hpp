// SPDX-License-Identifier: GPL-2.0-or-later
// Machine code in tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "emulator/taint/code_size.hpp"

namespace hvgdb::emulator::taint {

inline CodeBytes instruction(std::initializer_list<unsigned> bytes, bool own_entry = false) {
    CodeBytes made;
    std::ranges::transform(bytes, made.bytes.begin(), [](unsigned byte) { return static_cast<std::byte>(byte); });
    made.size = static_cast<std::uint8_t>(bytes.size());
    made.own_entry = own_entry;
    return made;
}

}  // namespace hvgdb::emulator::taint
