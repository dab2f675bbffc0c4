// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_link.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/emulator/scripted_transport.hpp"

namespace hvgdb::emulator {
namespace {

struct Link {
    explicit Link(Script script) {
        conversation.script = std::move(script);
        link = std::make_unique<StubLink>(std::make_unique<ScriptedTransport>(conversation), std::chrono::minutes(1));
    }
    Conversation conversation;
    std::unique_ptr<StubLink> link;
};

/// The reply, or the code of the error.
std::string outcome(const Expected<std::string>& reply) {
    const char* const names[] = {"bad_argument", "fault",   "unsupported", "running",
                                 "not_found",    "timeout", "gone",        "protocol"};
    return reply ? *reply : names[static_cast<std::size_t>(reply.error().code)];
}

const Line kMark = ask("qqemu.sstepbits", "ENABLE=1,NOIRQ=2,NOTIMER=4");

TEST(StubLink, Requests) {
    const auto good = packet("1234");
    const std::string bad = "$1234#00";
    const struct {
        const char* name;
        Script script;
        std::vector<std::string> outcomes;  ///< of one request "g" each
    } rows[] = {
        {"plain", {ask("g", "1234")}, {"1234"}},
        {"twice", {ask("g", "1234"), ask("g", "5678")}, {"1234", "5678"}},
        {"junk around", {{packet("g"), "xx+yy" + good + "zz"}, ask("g", "5678")}, {"1234", "5678"}},
        {"no acknowledgment", {{packet("g"), good}}, {"1234"}},
        {"run-length code", {{packet("g"), "+$0* #7a"}}, {"0000"}},
        {"a late stop reply first", {{packet("g"), "+" + packet("T05thread:01;") + good}}, {"1234"}},
        {"an old-style stop reply first", {{packet("g"), packet("S05") + "+" + good}}, {"1234"}},
        {"notification first", {{packet("g"), "%Stop#00+" + good}}, {"1234"}},
        {"asked to repeat", {{packet("g"), "-"}, ask("g", "1234")}, {"1234"}},
        {"asked to repeat thrice",
         {{packet("g"), "-"}, {packet("g"), "-"}, {packet("g"), "-"}, ask("g", "1234")},
         {"1234"}},
        {"asked to repeat for ever, then sane",
         {{packet("g"), "-"}, {packet("g"), "-"}, {packet("g"), "-"}, {packet("g"), "-"}, kMark, ask("g", "1234")},
         {"protocol", "1234"}},
        {"bad checksum", {{packet("g"), "+" + bad}, {"-", good}}, {"1234"}},
        {"bad escape", {{packet("g"), "+$}#7d"}, {"-", good}}, {"1234"}},
        {"bad checksum for ever, then sane",
         {{packet("g"), bad}, {"-", bad}, {"-", bad}, {"-", bad}, kMark, ask("g", "1234")},
         {"protocol", "1234"}},
        {"oversize", {{packet("g"), packet(std::string(300'000, 'a'))}, {"-", good}}, {"1234"}},
        {"silent once", {{packet("g"), "+"}, kMark, ask("g", "1234")}, {"1234"}},
        {"silent once, answer comes late",
         {{packet("g"), ""}, {kMark.sent, "+" + good + kMark.answer}, ask("g", "5678")},
         {"5678"}},
        {"silent for ever", {{packet("g"), "+"}, {kMark.sent, ""}}, {"timeout", "gone", "gone"}},
        {"half an answer", {{packet("g"), "+$12"}, {kMark.sent, ""}}, {"timeout", "gone"}},
        {"silent again after the mark", {{packet("g"), ""}, kMark, {packet("g"), "+"}}, {"timeout", "gone"}},
        {"closed", {{packet("g"), kClosed}}, {"gone", "gone"}},
        {"ended", {{packet("g"), "+" + packet("W00")}}, {"gone", "gone"}},
        {"killed", {{packet("g"), "+" + packet("X09")}}, {"gone", "gone"}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        for (const std::size_t read_size : {std::size_t{1}, std::size_t{7}, std::size_t{65536}}) {
            Link test(row.script);
            test.conversation.read_size = read_size;
            for (const auto& expected : row.outcomes) {
                EXPECT_EQ(outcome(test.link->request("g")), expected);
            }
            EXPECT_EQ(test.conversation.unexpected, "");
            EXPECT_TRUE(test.conversation.script.empty());
            EXPECT_EQ(test.link->gone(), row.outcomes.back() == "gone");
        }
    }
}

TEST(StubLink, AcknowledgesEachReplyOnceWithTheNextRequest) {
    Link test({ask("g", "1234"), ask("g", "1234"), ask("g", "1234")});
    for (unsigned earlier = 0; earlier < 3; ++earlier) {
        EXPECT_EQ(outcome(test.link->request("g")), "1234");
        EXPECT_EQ(test.conversation.acknowledged, earlier);
    }
}

TEST(StubLink, Commands) {
    const struct {
        const char* reply;
        std::optional<Errc> error;
    } rows[] = {
        {"OK", std::nullopt},   {"", Errc::unsupported}, {"E14", Errc::fault},         {"E1", Errc::protocol},
        {"ok", Errc::protocol}, {"EE", Errc::protocol},  {"\x01\xff", Errc::protocol},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.reply);
        Link test({ask("M0,1:00", row.reply)});
        const auto done = test.link->command("M0,1:00", Errc::fault);
        EXPECT_EQ(done ? std::nullopt : std::optional(done.error().code), row.error);
    }
}

TEST(StubLink, StartSendsAtOnceAndPollNeverWaits) {
    Link test({{packet("vCont;c"), ""}, {"\x03", "+" + packet("T02thread:01;")}});
    ASSERT_TRUE(test.link->start("vCont;c"));
    auto polled = test.link->poll();
    ASSERT_TRUE(polled);
    EXPECT_FALSE(*polled);
    ASSERT_TRUE(test.link->interrupt());
    polled = test.link->poll();
    ASSERT_TRUE(polled);
    EXPECT_EQ(*polled, "T02thread:01;");
    EXPECT_EQ(test.conversation.unexpected, "");
}

TEST(StubLink, AResumptionThatArrivedDamagedIsRepeated) {
    Link test({{packet("vCont;c"), "-"}, {packet("vCont;c"), "+"}, {"", "$T05#00"}, {"-", packet("T05")}});
    ASSERT_TRUE(test.link->start("vCont;c"));
    const auto polled = test.link->poll();
    ASSERT_TRUE(polled);
    EXPECT_EQ(*polled, "T05");
    EXPECT_EQ(test.conversation.unexpected, "");
}

TEST(StubLink, PollSeesTheEnd) {
    Link test({{packet("vCont;c"), "+"}, {"", kClosed}});
    ASSERT_TRUE(test.link->start("vCont;c"));
    const auto polled = test.link->poll();
    ASSERT_FALSE(polled);
    EXPECT_EQ(polled.error().code, Errc::gone);
    EXPECT_FALSE(test.link->poll());
    EXPECT_FALSE(test.link->interrupt());
    EXPECT_FALSE(test.link->start("vCont;c"));
}

}  // namespace
}  // namespace hvgdb::emulator
