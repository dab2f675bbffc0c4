// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "osi/os.hpp"

namespace hvgdb::osi {

/// The auxiliary vector as /proc/PID/auxv shows it: pairs of numbers of 8 bytes, `compat` of 4, little endian. It ends
/// with AT_NULL; of a 32-bit program two pairs at a time are copied, up to two of which the first is AT_NULL
/// (auxv_read() in fs/proc/base.c).
[[nodiscard]] inline std::string auxiliary_bytes(std::span<const AuxiliaryEntry> entries, bool compat) {
    const std::size_t number_size = compat ? 4 : 8;
    const std::size_t pairs = compat ? 2 * ((entries.size() + 1) / 2 + 1) : entries.size() + 1;
    std::string bytes;
    const auto add = [&](std::uint64_t value) {
        for (std::size_t i = 0; i < number_size; ++i) {
            bytes += static_cast<char>(value >> (8 * i));
        }
    };
    for (const auto& [type, value] : entries) {
        add(type);
        add(value);
    }
    bytes.resize(pairs * 2 * number_size, '\0');
    return bytes;
}

}  // namespace hvgdb::osi
