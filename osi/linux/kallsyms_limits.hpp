// SPDX-License-Identifier: GPL-2.0-or-later
// What no kernel's symbol table exceeds: the bounds of all that is read or kept of one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hvgdb::osi {

inline constexpr std::uint32_t kMaxSymbols = 1U << 22;
inline constexpr std::size_t kMaxNamesSize = std::size_t{1} << 26;
inline constexpr std::size_t kMaxTokenTable = std::size_t{1} << 16;  // its index has 16 bits

}  // namespace hvgdb::osi
