// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/unix_transport.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {
namespace {

using std::chrono::milliseconds;

class UnixTransportTest : public testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        ours = std::make_unique<UnixTransport>(ends[0]);
        theirs = std::make_unique<UnixTransport>(ends[1]);
    }
    std::unique_ptr<UnixTransport> ours, theirs;
    Bytes buffer = Bytes(16);
};

TEST_F(UnixTransportTest, CarriesBytesBothWays) {
    ASSERT_TRUE(ours->write(as_bytes("hello"), milliseconds(1000)));
    auto got = theirs->read(buffer, milliseconds(1000));
    ASSERT_TRUE(got);
    EXPECT_EQ(as_text(std::span(buffer).first(*got)), "hello");
    ASSERT_TRUE(theirs->write(as_bytes("you"), milliseconds(1000)));
    got = ours->read(buffer, milliseconds(0));
    ASSERT_TRUE(got);
    EXPECT_EQ(as_text(std::span(buffer).first(*got)), "you");
    EXPECT_GE(ours->native_handle(), 0);
}

TEST_F(UnixTransportTest, ReadTimesOut) {
    for (const auto limit : {milliseconds(-5), milliseconds(0), milliseconds(20)}) {
        const auto begin = std::chrono::steady_clock::now();
        const auto got = ours->read(buffer, limit);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Errc::timeout);
        EXPECT_GE(std::chrono::steady_clock::now() - begin, limit);
    }
}

TEST_F(UnixTransportTest, WriteTimesOutWhenNobodyReads) {
    const auto written = ours->write(Bytes(std::size_t{16} << 20U), milliseconds(20));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::timeout);
}

TEST_F(UnixTransportTest, NoticesThatTheOtherSideClosed) {
    theirs.reset();
    const auto got = ours->read(buffer, milliseconds(1000));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::gone);
    const auto written = ours->write(as_bytes("x"), milliseconds(1000));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::gone);
}

TEST(UnixTransport, ConnectFails) {
    const struct {
        std::string path;
        Errc code;
    } rows[] = {
        {"/nonexistent/socket", Errc::gone},
        {"", Errc::bad_argument},
        {std::string(200, 'x'), Errc::bad_argument},
    };
    for (const auto& row : rows) {
        const auto transport = UnixTransport::connect(row.path);
        ASSERT_FALSE(transport);
        EXPECT_EQ(transport.error().code, row.code);
    }
}

}  // namespace
}  // namespace hvgdb::emulator
