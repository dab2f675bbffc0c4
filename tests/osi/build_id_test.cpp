// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/build_id.hpp"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "emulator/hex.hpp"

namespace hvgdb::osi {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kHead = "\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"sv;
constexpr auto kFirst = "abcdefghijklmnopqrst"sv;
constexpr auto kSecond = "ABCDEFGHIJKLMNOPQRST"sv;

std::string note(std::string_view id) {
    return std::string(kHead) + std::string(id);
}

TEST(BuildId, IsTheLastNotes) {
    const std::string vdso = "...." + note(kFirst);
    const std::string other = "\x04\0\0\0\x14\0\0\0\x02\0\0\0GNU\0"s + std::string(kFirst);
    const std::string notes = vdso + note(kSecond) + other;
    const auto found = find_build_id(as_bytes(notes));
    ASSERT_TRUE(found);
    EXPECT_EQ(as_text(found->id), kSecond);
    EXPECT_EQ(found->offset, vdso.size() + kHead.size());
}

TEST(BuildId, IsNotWhereThereIsNone) {
    for (const std::string& notes :
         {std::string(), std::string(100, '\0'), note(kFirst).substr(0, 35), "x" + note(kFirst),
          std::string(kHead.substr(0, 15)) + "X" + std::string(kFirst)}) {
        EXPECT_FALSE(find_build_id(as_bytes(notes))) << notes.size();
    }
}

}  // namespace
}  // namespace hvgdb::osi
