// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions and commands in Z packets (GDB manual, "Packets", Z0).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "gdbserver/command.hpp"

namespace hvgdb::gdbserver {
namespace {

struct Case {
    const char* packet;
    std::vector<std::string> conditions;  ///< in hexadecimal
    std::vector<std::string> commands;
    bool persist = false;
};

std::vector<std::string> in_hex(const std::vector<Bytes>& list) {
    std::vector<std::string> result;
    for (const auto& bytes : list) {
        result.push_back(encode_hex(bytes));
    }
    return result;
}

class InsertPoint : public testing::TestWithParam<Case> {};

TEST_P(InsertPoint, CarriesCode) {
    const auto command = parse_command(GetParam().packet);
    ASSERT_TRUE(command.has_value()) << command.error().detail;
    const auto& insert = std::get<cmd::InsertPoint>(*command);
    EXPECT_EQ(insert.point.address.value, 0x1000U);
    EXPECT_EQ(insert.point.length, 1U);
    EXPECT_EQ(in_hex(insert.conditions), GetParam().conditions);
    EXPECT_EQ(in_hex(insert.commands), GetParam().commands);
    EXPECT_EQ(insert.persist, GetParam().persist);
}

INSTANTIATE_TEST_SUITE_P(
    Table, InsertPoint,
    testing::Values(
        Case{"Z0,1000,1", {}, {}}, Case{"Z0,1000,1;X3,220127", {"220127"}, {}},
        Case{"Z1,1000,1;X3,220127", {"220127"}, {}},
        Case{"Z0,1000,1;X12,26000622100222dc16080219162022021327", {"26000622100222dc16080219162022021327"}, {}},
        Case{"Z0,1000,1;X3,220127X1,27", {"220127", "27"}, {}}, Case{"Z0,1000,1;X3,220127;X1,27", {"220127", "27"}, {}},
        Case{"Z0,1000,1;cmds:0,X1,27", {}, {"27"}}, Case{"Z0,1000,1;cmds:1,X1,27", {}, {"27"}, true},
        Case{"Z0,1000,1;X3,220127;cmds:1,X1,27X3,220027", {"220127"}, {"27", "220027"}, true},
        Case{"Z0,1000,1;cmds:0,", {}, {}}, Case{"Z0,1000,1;X0,", {""}, {}}));

class RefusedPoint : public testing::TestWithParam<std::pair<std::string, Errc>> {};

TEST_P(RefusedPoint, WhenParsed) {
    const auto command = parse_command(GetParam().first);
    ASSERT_FALSE(command.has_value());
    EXPECT_EQ(command.error().code, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedPoint,
    testing::Values(
        std::pair{"Z0,1000,1;", Errc::bad_argument}, std::pair{"Z0,1000,1;X", Errc::bad_argument},
        std::pair{"Z0,1000,1;X1", Errc::bad_argument}, std::pair{"Z0,1000,1;X1,", Errc::bad_argument},
        std::pair{"Z0,1000,1;X1,2", Errc::bad_argument}, std::pair{"Z0,1000,1;X1,zz", Errc::bad_argument},
        std::pair{"Z0,1000,1;X2,27", Errc::bad_argument}, std::pair{"Z0,1000,1;X1,2727", Errc::bad_argument},
        std::pair{"Z0,1000,1;Xffffffffffffffff,27", Errc::bad_argument},
        std::pair{"Z0,1000,1;X8000000000000001,2727", Errc::bad_argument}, std::pair{"Z0,1000,1;y", Errc::bad_argument},
        std::pair{"Z0,1000,1;;", Errc::bad_argument}, std::pair{"Z0,1000,1;cmds", Errc::bad_argument},
        std::pair{"Z0,1000,1;cmds:", Errc::bad_argument}, std::pair{"Z0,1000,1;cmds:2,X1,27", Errc::bad_argument},
        std::pair{"Z0,1000;X1,27", Errc::bad_argument}, std::pair{"z0,1000,1;X1,27", Errc::bad_argument},
        std::pair{"Z2,1000,4;X1,27", Errc::unsupported}, std::pair{"Z4,1000,4;cmds:0,X1,27", Errc::unsupported}));

std::string with_conditions(std::size_t count, std::size_t size) {
    std::string packet = "Z0,1000,1;";
    for (std::size_t i = 0; i < count; ++i) {
        packet += "X" + hex_number(size) + "," + std::string(2 * size, '2');
    }
    return packet;
}

TEST(InsertPointLimits, AreKept) {
    EXPECT_TRUE(parse_command(with_conditions(16, 4096)).has_value());
    EXPECT_FALSE(parse_command(with_conditions(17, 1)).has_value());
    EXPECT_FALSE(parse_command(with_conditions(1, 4097)).has_value());
}

}  // namespace
}  // namespace hvgdb::gdbserver
