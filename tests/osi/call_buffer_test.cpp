// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/call_buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "emulator/hex.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ProcessId kPid = 812;
constexpr std::uint64_t kMemory = 0x10000;
constexpr std::uint64_t kSize = 0x2000;
constexpr std::uint64_t kRead = 0, kReadv = 19, kRecvmsg = 47, kReadv32 = 145, kRecvmsg32 = 372;

class CallBuffer : public testing::Test {
  protected:
    CallBuffer() {
        Process process;
        process.pid = kPid;
        os_.guest.add(process).memory.map(kMemory, kSize);
    }
    void put(std::uint64_t address, const std::vector<std::uint64_t>& words, std::size_t size = 8) {
        for (const auto word : words) {
            ASSERT_TRUE(os_.guest.processes[0].memory.write(address, store_little_endian(word, size)));
            address += size;
        }
    }
    Expected<std::vector<UserPiece>> ask(std::uint64_t number, const CallArguments& arguments,
                                         std::optional<std::uint64_t> size = {}, bool compat = false) {
        return buffer_of_call(os_, kPid, find_data_call(number, compat).value(), arguments, size);
    }
    std::vector<UserPiece> pieces(std::uint64_t number, const CallArguments& arguments,
                                  std::optional<std::uint64_t> size = {}, bool compat = false) {
        const auto found = ask(number, arguments, size, compat);
        EXPECT_TRUE(found);
        return found.value_or(std::vector<UserPiece>{});
    }
    test::FakeOs os_;
};

TEST_F(CallBuffer, IsOnePiece) {
    EXPECT_THAT(pieces(kRead, {3, 0x5000, 64}), ElementsAre(UserPiece{{0x5000}, 64}));
    EXPECT_THAT(pieces(kRead, {3, 0x5000, 64}, 5), ElementsAre(UserPiece{{0x5000}, 5}));
    EXPECT_THAT(pieces(kRead, {3, 0x5000, 64}, 65), ElementsAre(UserPiece{{0x5000}, 64}));
    EXPECT_THAT(pieces(kRead, {3, 0x5000, ~std::uint64_t{0}}), ElementsAre(UserPiece{{0x5000}, kMostCallBytes}));
    EXPECT_THAT(pieces(kRead, {3, 0x5000, 0}), IsEmpty());
    EXPECT_THAT(pieces(kRead, {3, ~std::uint64_t{0} - 2, 4}), IsEmpty()) << "beyond the last address";
    EXPECT_THAT(pieces(kRead, {3, ~std::uint64_t{0} - 3, 4}), ElementsAre(UserPiece{{~std::uint64_t{0} - 3}, 4}));
}

TEST_F(CallBuffer, IsThePiecesOfAVector) {
    put(kMemory, {0x5000, 3, 0x6000, 0, 0x7000, 5});
    EXPECT_THAT(pieces(kReadv, {3, kMemory, 3}), ElementsAre(UserPiece{{0x5000}, 3}, UserPiece{{0x7000}, 5}));
    EXPECT_THAT(pieces(kReadv, {3, kMemory, 3}, 4), ElementsAre(UserPiece{{0x5000}, 3}, UserPiece{{0x7000}, 1}));
    EXPECT_THAT(pieces(kReadv, {3, kMemory, 1}), ElementsAre(UserPiece{{0x5000}, 3}));
    EXPECT_THAT(pieces(kReadv, {3, kMemory, 0}), IsEmpty());
    put(kMemory, {0x5000, 3, 0x7000, 5}, 4);
    EXPECT_THAT(pieces(kReadv32, {3, kMemory, 2}, 100, true),
                ElementsAre(UserPiece{{0x5000}, 3}, UserPiece{{0x7000}, 5}));
}

TEST_F(CallBuffer, IsWhatAMessageSays) {
    put(kMemory, {0, 0, kMemory + 0x100, 1});
    put(kMemory + 0x100, {0x5000, 3});
    EXPECT_THAT(pieces(kRecvmsg, {3, kMemory, 0}), ElementsAre(UserPiece{{0x5000}, 3}));
    put(kMemory, {0, 0, kMemory + 0x100, 1}, 4);
    put(kMemory + 0x100, {0x5000, 3}, 4);
    EXPECT_THAT(pieces(kRecvmsg32, {3, kMemory, 0}, 2, true), ElementsAre(UserPiece{{0x5000}, 2}));
}

TEST_F(CallBuffer, IsBoundedWhateverTheProgramClaims) {
    constexpr std::size_t kMostEntries = 1024;
    os_.guest.processes[0].memory.map(kMemory, 0x10000);
    for (std::uint64_t i = 0; i < 2 * kMostEntries; ++i) {
        put(kMemory + i * 16, {0x5000 + i, 1});
    }
    EXPECT_EQ(pieces(kReadv, {3, kMemory, ~std::uint64_t{0}}).size(), kMostEntries);
    put(kMemory, {0x5000, ~std::uint64_t{0}, 0x6000, ~std::uint64_t{0}});
    EXPECT_THAT(pieces(kReadv, {3, kMemory, 2}), ElementsAre(UserPiece{{0x5000}, kMostCallBytes}));
}

TEST_F(CallBuffer, IsNotKnownWhereNothingCanBeRead) {
    constexpr std::uint64_t kEnd = kMemory + kSize;
    put(kEnd - 16, {0x5000, 3});
    EXPECT_THAT(pieces(kReadv, {3, kEnd - 16, 2}), ElementsAre(UserPiece{{0x5000}, 3})) << "only part of it";
    EXPECT_FALSE(ask(kReadv, {3, kEnd, 1}));
    EXPECT_FALSE(ask(kReadv, {3, kEnd - 4, 1}));
    EXPECT_FALSE(ask(kRecvmsg, {3, kEnd - 16, 0}));
    os_.guest.processes.clear();
    EXPECT_FALSE(ask(kReadv, {3, kMemory, 1}));
}

}  // namespace
}  // namespace hvgdb::osi
