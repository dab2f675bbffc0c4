// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

namespace hvgdb::launcher {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Expected<std::variant<Options, Message>> parse(std::vector<const char*> arguments) {
    return parse_options(arguments);
}

TEST(LauncherOptions, HaveDefaults) {
    const auto parsed = parse({"--", "qemu-system-x86_64", "-m", "1G", "--help"});
    ASSERT_TRUE(parsed) << parsed.error().detail;
    const auto& options = std::get<Options>(*parsed);
    EXPECT_EQ(options.listen, "127.0.0.1:1234");
    EXPECT_FALSE(options.stop_at_start);
    EXPECT_THAT(options.qemu, ElementsAre("qemu-system-x86_64", "-m", "1G", "--help"));
}

TEST(LauncherOptions, AreTaken) {
    const auto parsed = parse({"--listen", "unix:/a", "--stop-at=start", "--log", "debug", "--os-profile", "System.map",
                               "--os-cache=off", "--", "q"});
    ASSERT_TRUE(parsed) << parsed.error().detail;
    const auto& options = std::get<Options>(*parsed);
    EXPECT_EQ(options.listen, "unix:/a");
    EXPECT_TRUE(options.stop_at_start);
    EXPECT_EQ(options.log, "debug");
    EXPECT_EQ(options.os_profile, "System.map");
    EXPECT_EQ(options.os_cache, "off");
}

TEST(LauncherOptions, SayWhatToAttachAndWhereTheFilesAre) {
    const auto parsed = parse({"--attach", "nginx", "--endpoint", "12=:2000", "--endpoint=a b=unix:/x=y", "--sysroot",
                               "/srv/guest", "--", "q"});
    ASSERT_TRUE(parsed) << parsed.error().detail;
    const auto& options = std::get<Options>(*parsed);
    EXPECT_EQ(options.attach, "nginx");
    EXPECT_EQ(options.sysroot, "/srv/guest");
    ASSERT_EQ(options.endpoints.size(), 2U);
    EXPECT_EQ(options.endpoints[0].process, "12");
    EXPECT_EQ(options.endpoints[0].address, ":2000");
    EXPECT_EQ(options.endpoints[1].process, "a b");
    EXPECT_EQ(options.endpoints[1].address, "unix:/x=y");
}

TEST(LauncherOptions, SayWhatToWaitFor) {
    const struct {
        std::vector<const char*> arguments;
        osi::StopAt stop_at;
    } rows[] = {
        {{"--wait", "cat a", "--", "q"}, osi::StopAt::entry},
        {{"--wait=cat a", "--stop-at", "entry", "--", "q"}, osi::StopAt::entry},
        {{"--stop-at", "start", "--wait", "cat a", "--", "q"}, osi::StopAt::start},
        {{"--wait", "cat a", "--stop-at=main", "--", "q"}, osi::StopAt::main_function},
    };
    for (const auto& row : rows) {
        const auto parsed = parse(row.arguments);
        ASSERT_TRUE(parsed) << parsed.error().detail;
        const auto& options = std::get<Options>(*parsed);
        EXPECT_EQ(options.wait, "cat a");
        EXPECT_EQ(options.stop_at, row.stop_at);
        EXPECT_FALSE(options.stop_at_start);
    }
    EXPECT_EQ(std::get<Options>(*parse({"--", "q"})).wait, "");
}

TEST(LauncherOptions, HelpAndVersionAreMessages) {
    EXPECT_THAT(std::get<Message>(*parse({"--help"})).text, HasSubstr("target extended-remote :1234"));
    EXPECT_THAT(std::get<Message>(*parse({"--version"})).text, HasSubstr("hvgdb " HVGDB_VERSION));
}

struct BadRow {
    std::vector<const char*> arguments;
    std::string complaint;
    friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.complaint; }
};

class LauncherBad : public testing::TestWithParam<BadRow> {};

TEST_P(LauncherBad, IsOneLine) {
    const auto parsed = parse(GetParam().arguments);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().detail, HasSubstr(GetParam().complaint));
    EXPECT_EQ(parsed.error().detail.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, LauncherBad,
                         testing::Values(BadRow{{}, "QEMU command is missing"},
                                         BadRow{{"--"}, "QEMU command is missing"},
                                         BadRow{{"--stop-at", "later", "--", "q"}, "later"},
                                         BadRow{{"--stop-at", "main", "--", "q"}, "--stop-at main is of a program"},
                                         BadRow{{"--wait", "a", "--stop-at", "never", "--", "q"}, "contradicts wait"},
                                         BadRow{{"--wait", "/usr/", "--", "q"}, "--wait is NAME or PATH"},
                                         BadRow{{"--wait"}, "--wait"},
                                         BadRow{{"--wait", "", "--", "q"}, "names no program"},
                                         BadRow{{"--lisen", "x", "--", "q"}, "--lisen"},
                                         BadRow{{"--endpoint", "nginx", "--", "q"}, "PID=ADDRESS"},
                                         BadRow{{"--endpoint", "=:1", "--", "q"}, "PID=ADDRESS"},
                                         BadRow{{"--endpoint", "nginx=", "--", "q"}, "PID=ADDRESS"},
                                         BadRow{{"qemu-system-x86_64"}, "qemu-system-x86_64"}));

}  // namespace
}  // namespace hvgdb::launcher
