// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/listen_address.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <unistd.h>

namespace hvgdb::gdbserver {
namespace {

using Value = decltype(ListenAddress::value);

struct AddressRow {
    std::string text;
    std::optional<Value> value;
};

class Address : public testing::TestWithParam<AddressRow> {};

TEST_P(Address, IsParsed) {
    const auto parsed = ListenAddress::parse(GetParam().text);
    ASSERT_EQ(parsed.has_value(), GetParam().value.has_value());
    if (parsed) {
        EXPECT_EQ(parsed->value, *GetParam().value);
    } else {
        EXPECT_EQ(parsed.error().detail.find('\n'), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Table, Address,
                         testing::Values(AddressRow{"127.0.0.1:1234", ListenAddress::Tcp{"127.0.0.1", 1234}},
                                         AddressRow{":1234", ListenAddress::Tcp{"127.0.0.1", 1234}},
                                         AddressRow{"1234", ListenAddress::Tcp{"127.0.0.1", 1234}},
                                         AddressRow{"0.0.0.0:0", ListenAddress::Tcp{"0.0.0.0", 0}},
                                         AddressRow{"localhost:65535", ListenAddress::Tcp{"localhost", 65535}},
                                         AddressRow{"[::1]:1234", ListenAddress::Tcp{"::1", 1234}},
                                         AddressRow{"unix:/tmp/a b:1", ListenAddress::Unix{"/tmp/a b:1"}},
                                         AddressRow{"fd:3", ListenAddress::Inherited{3}}, AddressRow{"", std::nullopt},
                                         AddressRow{"localhost", std::nullopt}, AddressRow{":65536", std::nullopt},
                                         AddressRow{":-1", std::nullopt}, AddressRow{":12x", std::nullopt},
                                         AddressRow{"::1:1234", std::nullopt}, AddressRow{"unix:", std::nullopt},
                                         AddressRow{"unix:" + std::string(108, 'a'), std::nullopt},
                                         AddressRow{"fd:-1", std::nullopt}, AddressRow{"fd:x", std::nullopt}));

TEST(ListenerTest, PortZeroBindsARealPortAndASecondBindIsRefusedInWords) {
    auto first = open_listener({ListenAddress::Tcp{"127.0.0.1", 0}});
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_NE(first->name(), "127.0.0.1:0");
    EXPECT_EQ("127.0.0.1" + first->gdb_target(), first->name());
    const auto second = open_listener(*ListenAddress::parse(first->name()));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().detail, "cannot listen on " + first->name() + ": Address already in use");
}

TEST(ListenerTest, UnixPathIsRemovedAndADeadOneTakenOver) {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("hvgdb-listener-" + std::to_string(getpid()))).string();
    const ListenAddress address{ListenAddress::Unix{path}};
    int left_behind = -1;
    {
        auto first = open_listener(address);
        ASSERT_TRUE(first) << first.error().detail;
        EXPECT_TRUE(first->is_unix());
        EXPECT_EQ(first->name(), "unix:" + path);
        EXPECT_FALSE(open_listener(address)) << "somebody listens there";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    {
        auto second = open_listener(address);
        ASSERT_TRUE(second);
        std::filesystem::rename(path, path + ".kept");
        left_behind = second->release();
    }
    std::filesystem::rename(path + ".kept", path);
    close(left_behind);
    EXPECT_TRUE(open_listener(address)) << "nobody listens there any more";
}

TEST(ListenerTest, InheritedMustListen) {
    EXPECT_FALSE(open_listener({ListenAddress::Inherited{0}}));
    EXPECT_FALSE(open_listener({ListenAddress::Inherited{9999}}));
}

}  // namespace
}  // namespace hvgdb::gdbserver
