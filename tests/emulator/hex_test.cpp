// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/hex.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

namespace hvgdb {
namespace {

Bytes bytes(std::initializer_list<int> values) {
    Bytes result;
    for (const int value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

TEST(Hex, EncodesTwoLowerCaseDigitsAByte) {
    EXPECT_EQ(encode_hex(bytes({0x00, 0x0f, 0xf0, 0xab, 0xff})), "000ff0abff");
    EXPECT_EQ(encode_hex(std::string_view("A\xff")), "41ff");
    EXPECT_EQ(encode_hex(std::string_view()), "");
}

TEST(Hex, Decodes) {
    const struct {
        std::string text;
        std::optional<Bytes> expected;
    } rows[] = {
        {"", Bytes{}},        {"00ff", bytes({0x00, 0xff})}, {"aAbB", bytes({0xaa, 0xbb})}, {"0", std::nullopt},
        {"0g", std::nullopt}, {"x0", std::nullopt},          {"0 ", std::nullopt},          {"/0", std::nullopt},
        {":0", std::nullopt}, {"@0", std::nullopt},          {"`0", std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(decode_hex(row.text), row.expected) << row.text;
    }
    EXPECT_EQ(decode_hex_text("4142"), "AB");
    EXPECT_EQ(decode_hex_text("414"), std::nullopt);
}

TEST(Hex, EveryByteSurvives) {
    for (int value = 0; value < 256; ++value) {
        const auto one = bytes({value});
        EXPECT_EQ(decode_hex(encode_hex(one)), one);
    }
}

TEST(Hex, Numbers) {
    EXPECT_EQ(hex_number(0), "0");
    EXPECT_EQ(hex_number(0x10), "10");
    EXPECT_EQ(hex_number(UINT64_MAX), "ffffffffffffffff");
    const struct {
        std::string text;
        std::optional<std::uint64_t> expected;
    } rows[] = {
        {"0", 0},
        {"Ff", 0xff},
        {"ffffffffffffffff", UINT64_MAX},
        {"00000000000000000001", 1},
        {"10000000000000000", std::nullopt},
        {"", std::nullopt},
        {"-1", std::nullopt},
        {"+1", std::nullopt},
        {" 1", std::nullopt},
        {"1 ", std::nullopt},
        {"0x1", std::nullopt},
        {"g", std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(parse_hex(row.text), row.expected) << row.text;
    }
}

TEST(Hex, LittleEndian) {
    EXPECT_EQ(load_little_endian(bytes({0x34, 0x12})), 0x1234U);
    EXPECT_EQ(load_little_endian({}), 0U);
    EXPECT_EQ(load_little_endian(bytes({1, 0, 0, 0, 0, 0, 0, 0x80, 0xff})), 0x8000000000000001U);
    EXPECT_EQ(store_little_endian(0x1234, 1), bytes({0x34}));
    EXPECT_EQ(store_little_endian(0x0102030405060708, 10), bytes({8, 7, 6, 5, 4, 3, 2, 1, 0, 0}));
    EXPECT_TRUE(store_little_endian(1, 0).empty());
}

}  // namespace
}  // namespace hvgdb
