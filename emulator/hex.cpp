// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace hvgdb {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kWordSize = sizeof(std::uint64_t);

template <typename Container>
std::optional<Container> decode_into(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    Container result;
    result.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const auto high = hex_digit(text[at]);
        const auto low = hex_digit(text[at + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        result.push_back(static_cast<typename Container::value_type>(*high << 4U | *low));
    }
    return result;
}

}  // namespace

std::optional<unsigned> hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<unsigned>(digit - 'a') + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return static_cast<unsigned>(digit - 'A') + 10;
    }
    return std::nullopt;
}

std::string encode_hex(std::span<const std::byte> bytes) {
    std::string result;
    result.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        result.push_back(kDigits[value >> 4U]);
        result.push_back(kDigits[value & 0xfU]);
    }
    return result;
}

std::string encode_hex(std::string_view text) {
    return encode_hex(as_bytes(text));
}

std::optional<Bytes> decode_hex(std::string_view text) {
    return decode_into<Bytes>(text);
}

std::optional<std::string> decode_hex_text(std::string_view text) {
    return decode_into<std::string>(text);
}

std::string hex_number(std::uint64_t value) {
    std::array<char, 2 * kWordSize> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
    return {buffer.data(), end};
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
    std::uint64_t value = 0;
    const auto [stopped, error] = std::from_chars(text.begin(), text.end(), value, 16);
    if (error != std::errc{} || stopped != text.end()) {
        return std::nullopt;
    }
    return value;
}

std::uint64_t load_little_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < std::min(bytes.size(), kWordSize); ++at) {
        value |= std::to_integer<std::uint64_t>(bytes[at]) << (8 * at);
    }
    return value;
}

Bytes store_little_endian(std::uint64_t value, std::size_t size) {
    Bytes result(size);
    for (std::size_t at = 0; at < std::min(size, kWordSize); ++at) {
        result[at] = static_cast<std::byte>(value >> (8 * at));
    }
    return result;
}

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace hvgdb
