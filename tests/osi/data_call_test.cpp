// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/data_call.hpp"

#include <gtest/gtest.h>
#include <string>

namespace hvgdb::osi {
namespace {

using enum DataDirection;
using Buffer = DataCall::Buffer;

TEST(DataCall, KnowsWhatMovesData) {
    const struct {
        const char* what;
        std::uint64_t number;
        bool compat;
        DataDirection direction;
        Buffer buffer;
    } rows[] = {
        {"read", 0, false, in, Buffer::bytes},
        {"write", 1, false, out, Buffer::bytes},
        {"preadv2", 327, false, in, Buffer::vector},
        {"recvmsg", 47, false, in, Buffer::message},
        {"32-bit read", 3, true, in, Buffer::bytes},
        {"32-bit write", 4, true, out, Buffer::bytes},
        {"32-bit preadv2", 378, true, in, Buffer::vector},
        {"32-bit sendmsg", 370, true, out, Buffer::message},
    };
    for (const auto& row : rows) {
        const auto call = find_data_call(row.number, row.compat);
        ASSERT_TRUE(call) << row.what;
        EXPECT_EQ(call->direction, row.direction) << row.what;
        EXPECT_EQ(call->buffer, row.buffer) << row.what;
    }
    EXPECT_FALSE(find_data_call(0, true));   // restart_syscall
    EXPECT_FALSE(find_data_call(3, false));  // close
    EXPECT_FALSE(find_data_call(1ULL << 32, false));
}

TEST(DataCall, TellsWhichPositionIsGiven) {
    constexpr auto kMinusOne = ~std::uint64_t{0};
    constexpr std::uint64_t kMinusOne32 = 0xffff'ffff;
    const struct {
        const char* what;
        std::uint64_t number;
        bool compat;
        CallArguments arguments;
        std::optional<std::uint64_t> position;
    } rows[] = {
        {"read", 0, false, {3, 0, 0, 9, 9, 9}, {}},
        {"recvfrom", 45, false, {3, 0, 0, 9, 9, 9}, {}},
        {"pread64", 17, false, {3, 0, 16, 0x1'0000'0009, 7, 7}, 0x1'0000'0009},
        {"preadv, whose upper half does not count", 295, false, {3, 0, 2, 9, 7, 0}, 9},
        {"preadv2", 327, false, {3, 0, 2, 9, 0, 0}, 9},
        {"preadv2 where the file's position is", 327, false, {3, 0, 2, kMinusOne, 0, 0}, {}},
        {"32-bit pread64", 180, true, {3, 0, 16, 9, 1, 0}, 0x1'0000'0009},
        {"32-bit preadv2 where the file's position is", 378, true, {3, 0, 2, kMinusOne32, kMinusOne32, 0}, {}},
        {"32-bit preadv", 333, true, {3, 0, 2, kMinusOne32, kMinusOne32, 0}, kMinusOne},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(given_position(find_data_call(row.number, row.compat).value(), row.arguments), row.position)
            << row.what;
    }
}

TEST(DataCall, TellsWhenItOnlyLooks) {
    const struct {
        const char* what;
        std::uint64_t number;
        CallArguments arguments;
        bool peeks;
    } rows[] = {
        {"recvfrom", 45, {3, 0, 16, 0, 0, 0}, false},
        {"recvfrom, MSG_PEEK", 45, {3, 0, 16, 2, 0, 0}, true},
        {"recvmsg, MSG_PEEK", 47, {3, 0, 0x42, 0, 0, 0}, true},
        {"recvmsg", 47, {3, 0, 0x40, 2, 0, 0}, false},
        {"read", 0, {3, 0, 2, 2, 0, 0}, false},
        {"sendto", 44, {3, 0, 2, 2, 0, 0}, false},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(only_peeks(find_data_call(row.number, false).value(), row.arguments), row.peeks) << row.what;
    }
}

}  // namespace
}  // namespace hvgdb::osi
