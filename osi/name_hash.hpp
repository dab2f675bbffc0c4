// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace hvgdb::osi {

inline constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;

/// FNV-1a with 64 bits: quick, and the same everywhere. `start` may be the hash of what comes before.
[[nodiscard]] constexpr std::uint64_t name_hash(std::string_view name, std::uint64_t start = kHashStart) {
    for (const char c : name) {
        start = (start ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return start;
}

}  // namespace hvgdb::osi
