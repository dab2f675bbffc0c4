// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/qmp.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <ostream>
#include <vector>

#include "emulator/hex.hpp"
#include "emulator/stub_transport.hpp"

namespace hvgdb::emulator {
namespace {

/// Says its lines in order, whatever it is asked; each read gives at most three bytes.
class Script final : public Transport {
  public:
    Script(std::string answers, std::string& requests) : answers_(std::move(answers)), requests_(requests) {}
    Expected<void> write(std::span<const std::byte> bytes, std::chrono::milliseconds) override {
        requests_ += as_text(bytes);
        return {};
    }
    Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds) override {
        const std::size_t size = std::min({out.size(), answers_.size() - at_, std::size_t{3}});
        if (size == 0) {
            return fail(Errc::gone, "closed");
        }
        std::memcpy(out.data(), answers_.data() + at_, size);
        at_ += size;
        return size;
    }
    [[nodiscard]] int native_handle() const override { return -1; }

  private:
    std::string answers_;
    std::size_t at_ = 0;
    std::string& requests_;
};

constexpr const char* kGreeting = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

Expected<std::string> run_state_of(const std::string& answers, std::string& requests) {
    auto qmp = Qmp::connect(std::make_unique<Script>(answers, requests));
    if (!qmp) {
        return std::unexpected(qmp.error());
    }
    return qmp->run_state();
}

TEST(Qmp, TellsTheRunStateBetweenEvents) {
    std::string requests;
    const auto state = run_state_of(std::string(kGreeting) + "{\"return\": {}}\r\n{\"event\": \"RESUME\"}\r\n" +
                                        "{\"return\": {\"status\": \"prelaunch\", \"running\": false}}\r\n",
                                    requests);
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ(*state, "prelaunch");
    EXPECT_EQ(requests, "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-status\"}\n");
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
                    BadRow{std::string(kGreeting) + "{\"error\": {\"desc\": \"no\"}}\n", Errc::unsupported},
                    BadRow{std::string(kGreeting) + "{\"error\": 7}\n", Errc::unsupported},
                    BadRow{std::string(kGreeting) + "{\"return\": {}}\n{\"return\": []}\n", Errc::protocol},
                    BadRow{std::string(kGreeting) + "{\"return\": {}}\n{\"return\": {\"status\": 5}}\n",
                           Errc::protocol},
                    BadRow{std::string(2 * 1024 * 1024, '{'), Errc::protocol}));

}  // namespace
}  // namespace hvgdb::emulator
