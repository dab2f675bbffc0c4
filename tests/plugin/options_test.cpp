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

TEST(PluginOptions, SayWhatToAttachAndWhereTheFilesAre) {
    const auto options = parse({"stub=a", "attach=nginx", "endpoint=12=fd:4", "endpoint=a=unix:/x=y", "sysroot=/srv"});
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->attach, "nginx");
    EXPECT_EQ(options->sysroot, "/srv");
    ASSERT_EQ(options->endpoints.size(), 2U);
    EXPECT_EQ(options->endpoints[0].process, "12");
    EXPECT_EQ(options->endpoints[0].address, "fd:4");
    EXPECT_EQ(options->endpoints[1].process, "a");
    EXPECT_EQ(options->endpoints[1].address, "unix:/x=y");
}

TEST(PluginOptions, SayWhatToWaitFor) {
    const auto options = parse({"stub=a", "stop-at=start", "wait=/bin/a=b"});
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->wait, "/bin/a=b");
    EXPECT_EQ(options->stop_at, osi::StopAt::start);
    EXPECT_FALSE(options->stop_at_start);
    EXPECT_EQ(parse({"stub=a", "wait=b"})->stop_at, osi::StopAt::entry);
    EXPECT_EQ(parse({"stub=a", "wait=b", "stop-at=main"})->stop_at, osi::StopAt::main_function);
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

INSTANTIATE_TEST_SUITE_P(
    Table, PluginBad,
    testing::Values(BadRow{{}, "stub= is missing"}, BadRow{{"stub=a", "port=1"}, "known are listen="},
                    BadRow{{"stub=a", "endpoint=12"}, "PID=ADDRESS"}, BadRow{{"stub=a", "endpoint==:1"}, "PID=ADDRESS"},
                    BadRow{{"stub=a", "endpoint=12="}, "PID=ADDRESS"}, BadRow{{"stub"}, "wrong argument \"stub\""},
                    BadRow{{"stub="}, "stub="}, BadRow{{"stub=a", "stop-at=noon"}, "not noon"},
                    BadRow{{"stub=a", "stop-at=entry"}, "stop-at entry is of a program"},
                    BadRow{{"stub=a", "wait=b", "stop-at=never"}, "contradicts wait"},
                    BadRow{{"stub=a", "wait=b/"}, "not b/"}, BadRow{{"stub=a", "wait="}, "wait="}));

}  // namespace
}  // namespace hvgdb::plugin
