// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers in a kernel's tables.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>

namespace hvgdb::osi {

static_assert(std::endian::native == std::endian::little, "numbers are copied out of little-endian tables");

/// The number at an offset. The caller has checked that it is inside.
template <std::integral Number>
[[nodiscard]] Number number_at(std::span<const std::byte> bytes, std::size_t offset) {
    Number number{};
    std::memcpy(&number, bytes.data() + offset, sizeof(number));
    return number;
}

[[nodiscard]] constexpr std::size_t aligned(std::size_t offset, std::size_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
}

}  // namespace hvgdb::osi
