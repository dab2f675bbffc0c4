// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/qmp.hpp"

#include <gtest/gtest.h>
#include <ostream>
#include <utility>

#include "tests/emulator/qmp_script.hpp"

namespace hvgdb::emulator {
namespace {

Expected<std::string> run_state_of(const std::string& answers, std::string& requests) {
    auto qmp = Qmp::connect(std::make_unique<QmpScript>(answers, requests));
    if (!qmp) {
        return std::unexpected(qmp.error());
    }
    return qmp->run_state();
}

TEST(Qmp, TellsTheRunStateBetweenEvents) {
    std::string requests;
    const auto state = run_state_of(std::string(kQmpGreeting) + "{\"return\": {}}\r\n{\"event\": \"RESUME\"}\r\n" +
                                        "{\"return\": {\"status\": \"prelaunch\", \"running\": false}}\r\n",
                                    requests);
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ(*state, "prelaunch");
    EXPECT_EQ(requests, "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-status\"}\n");
}

Expected<std::string> printed_by(std::string_view command_line, const std::string& answer, std::string& requests) {
    auto qmp = Qmp::connect(
        std::make_unique<QmpScript>(std::string(kQmpGreeting) + "{\"return\": {}}\n" + answer + "\n", requests));
    if (!qmp) {
        return std::unexpected(qmp.error());
    }
    requests.clear();
    return qmp->human_monitor(command_line);
}

TEST(Qmp, HumanMonitorGivesWhatIsPrinted) {
    std::string requests;
    const auto printed = printed_by("gpa2hva 0x10", R"({"return": "No \"memory\"\r\n"})", requests);
    ASSERT_TRUE(printed) << printed.error().detail;
    EXPECT_EQ(*printed, "No \"memory\"\r\n");
    EXPECT_EQ(requests, R"({"execute":"human-monitor-command","arguments":{"command-line":"gpa2hva 0x10"}})"
                        "\n");
}

TEST(Qmp, HumanMonitorEscapesTheCommand) {
    std::string requests;
    ASSERT_TRUE(printed_by("a\"}\n\\b", R"({"return": ""})", requests));
    EXPECT_EQ(requests, R"({"execute":"human-monitor-command","arguments":{"command-line":"a\"}\n\\b"}})"
                        "\n");
}

TEST(Qmp, HumanMonitorTakesTextOnly) {
    std::string requests;
    for (const auto& [answer, code] :
         {std::pair{std::string(R"({"return": {}})"), Errc::protocol},
          std::pair{std::string(R"({"error": {"desc": "no such command"}})"), Errc::unsupported},
          std::pair{R"({"return": ")" + std::string(2 * 1024 * 1024, 'x') + "\"}", Errc::protocol}}) {
        const auto printed = printed_by("info mtree -f", answer, requests);
        ASSERT_FALSE(printed) << answer.substr(0, 80);
        EXPECT_EQ(printed.error().code, code) << printed.error().detail;
    }
}

struct BadRow {
    std::string answers;
    Errc code;
    friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.answers.size() << " bytes"; }
};

class QmpBad : public testing::TestWithParam<BadRow> {};

TEST_P(QmpBad, IsAnError) {
    std::string requests;
    const auto state = run_state_of(GetParam().answers, requests);
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().code, GetParam().code) << state.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Table, QmpBad,
    testing::Values(BadRow{"", Errc::gone}, BadRow{"[1]\n", Errc::protocol}, BadRow{"{\"QMP\"\n", Errc::protocol},
                    BadRow{std::string(kQmpGreeting) + "{\"error\": {\"desc\": \"no\"}}\n", Errc::unsupported},
                    BadRow{std::string(kQmpGreeting) + "{\"error\": 7}\n", Errc::unsupported},
                    BadRow{std::string(kQmpGreeting) + "{\"return\": {}}\n{\"return\": []}\n", Errc::protocol},
                    BadRow{std::string(kQmpGreeting) + "{\"return\": {}}\n{\"return\": {\"status\": 5}}\n",
                           Errc::protocol},
                    BadRow{std::string(2 * 1024 * 1024, '{'), Errc::protocol}));

}  // namespace
}  // namespace hvgdb::emulator
