// SPDX-License-Identifier: GPL-2.0-or-later
// Hexadecimal text as the remote protocol writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/types.hpp"

namespace hvgdb {

/// What one digit stands for, of either case.
[[nodiscard]] std::optional<unsigned> hex_digit(char digit);

/// Two lower-case digits a byte, in memory order.
[[nodiscard]] std::string encode_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string encode_hex(std::string_view text);
/// Nothing when the length is odd or a character is no hexadecimal digit.
[[nodiscard]] std::optional<Bytes> decode_hex(std::string_view text);
[[nodiscard]] std::optional<std::string> decode_hex_text(std::string_view text);

/// A number without prefix, sign or leading zeros.
[[nodiscard]] std::string hex_number(std::uint64_t value);
/// One to sixteen significant digits and nothing else (leading zeros are allowed).
[[nodiscard]] std::optional<std::uint64_t> parse_hex(std::string_view text);

/// Little-endian, zero-extended; only the first eight bytes count.
[[nodiscard]] std::uint64_t load_little_endian(std::span<const std::byte> bytes);
/// The low `size` bytes of `value`, zero-filled beyond eight.
[[nodiscard]] Bytes store_little_endian(std::uint64_t value, std::size_t size);

[[nodiscard]] std::span<const std::byte> as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(std::span<const std::byte> bytes);

}  // namespace hvgdb
