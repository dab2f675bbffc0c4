// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

namespace hvgdb::plugin {
namespace {

using testing::HasSubstr;

Expected<Options> parse(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    return parse_options(pointers);
}

TEST(PluginOptions, AreTaken) {
    const auto options = parse({"stub=/run/stub", "listen=unix:/tmp/a=b", "stop-at=start"});
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->stub, "/run/stub");
    EXPECT_EQ(options->listen, "unix:/tmp/a=b");
    EXPECT_TRUE(options->stop_at_start);
    EXPECT_EQ(options->log, "info");
}

struct BadRow {
    std::vector<std::string> arguments;
    std::string complaint;
    friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.complaint; }
};

class PluginBad : public testing::TestWithParam<BadRow> {};

TEST_P(PluginBad, IsExplained) {
    const auto options = parse(GetParam().arguments);
    ASSERT_FALSE(options);
    EXPECT_THAT(options.error().detail, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(Table, PluginBad,
                         testing::Values(BadRow{{}, "stub= is missing"},
                                         BadRow{{"stub=a", "port=1"}, "known are listen="},
                                         BadRow{{"stub"}, "wrong argument \"stub\""}, BadRow{{"stub="}, "stub="},
                                         BadRow{{"stub=a", "stop-at=noon"}, "not noon"}));

}  // namespace
}  // namespace hvgdb::plugin
