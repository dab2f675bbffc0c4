// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_log.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_events.hpp"

namespace hvgdb::monitor {
namespace {

using osi::EventKind;

constexpr KindSet kExits{EventKind::exited};

osi::Event event_of(osi::ProcessId pid, std::string command, decltype(osi::Event::what) what) {
    return {.kind = static_cast<EventKind>(what.index()),
            .vcpu = {},
            .pid = pid,
            .tid = pid,
            .command = std::move(command),
            .what = std::move(what)};
}

osi::Event start_of(osi::ProcessId pid, std::string command, std::string path) {
    osi::event::Started what;
    what.path = path;
    what.invoked = std::move(path);
    return event_of(pid, std::move(command), std::move(what));
}

osi::Event exit_of(osi::ProcessId pid, std::string command) {
    return event_of(pid, std::move(command), osi::event::Exited{0});
}

osi::Event fork_of(osi::ProcessId pid, std::string command, osi::ProcessId child) {
    return event_of(pid, std::move(command), osi::event::Forked{.child = child, .vfork = false});
}

class EventLogTest : public testing::Test {
  protected:
    /// What was printed since the last call.
    std::string lines() { return std::exchange(printed_, {}); }
    std::string lines_of(const osi::Event& event) {
        EXPECT_EQ(events_.tell(event), emulator::Verdict::go_on);
        return lines();
    }

    test::FakeEvents events_;
    std::string printed_;
    std::chrono::steady_clock::time_point now_{};
    EventLog log_{&events_, [this](const std::string& text) { printed_ += text; }, [this] { return now_; }};
};

TEST_F(EventLogTest, TellsWhatWasAskedFor) {
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = {}}));
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "     0 ms [812.812] cat: exited with 0\n");
    EXPECT_EQ(lines_of(fork_of(700, "sh", 812)), "");
    EXPECT_EQ(events_.subscribers(EventKind::forked), 0);
}

TEST_F(EventLogTest, CountsMillisecondsFromItsBeginning) {
    now_ += std::chrono::hours(5);
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = {}}));
    now_ += std::chrono::microseconds(1'234'567);
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "  1234 ms [812.812] cat: exited with 0\n");
}

TEST_F(EventLogTest, ANewOneTakesThePlaceOfTheOldOne) {
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = {}}));
    ASSERT_TRUE(log_.start({.kinds = {EventKind::forked}, .whom = {}}));
    events_.commit();
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "");
    EXPECT_EQ(lines_of(fork_of(700, "sh", 812)), "     0 ms [700.700] sh: forked 812\n");
    EXPECT_EQ(log_.wish()->kinds, KindSet{EventKind::forked});
}

TEST_F(EventLogTest, EndsWhenItIsCleared) {
    ASSERT_TRUE(log_.start({.kinds = KindSet::all(), .whom = std::string("cat")}));
    log_.clear();
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "");
    EXPECT_EQ(log_.wish(), std::nullopt);
    for (std::size_t kind = 0; kind < osi::kEventKinds; ++kind) {
        EXPECT_EQ(events_.subscribers(static_cast<EventKind>(kind)), 0) << kind;
    }
}

TEST_F(EventLogTest, EndsWithItsOwner) {
    {
        EventLog other(&events_, [this](const std::string& text) { printed_ += text; });
        ASSERT_TRUE(other.start({.kinds = kExits, .whom = {}}));
        ASSERT_EQ(events_.subscribers(EventKind::exited), 1);
    }
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "");
}

TEST_F(EventLogTest, OfOneProcessTellsWhatIsAboutIt) {
    const auto all = KindSet::all();
    ASSERT_TRUE(log_.start({.kinds = all, .whom = osi::ProcessId{812}}));
    EXPECT_EQ(lines_of(exit_of(813, "cat")), "");
    EXPECT_EQ(lines_of(exit_of(812, "cat")), "     0 ms [812.812] cat: exited with 0\n");
    EXPECT_EQ(lines_of(event_of(700, "sh", osi::event::Gone{812})), "     0 ms [700.700] sh: 812 is gone\n");
    EXPECT_EQ(lines_of(event_of(700, "sh", osi::event::Gone{813})), "");
    EXPECT_EQ(lines_of(event_of(700, "sh", osi::event::Switched{.thread = 814, .process = 812})),
              "     0 ms [700.700] sh: the CPU goes to 812.814\n");
    EXPECT_EQ(lines_of(event_of(700, "sh", osi::event::Switched{})), "");
}

TEST_F(EventLogTest, OfANameTellsByTheCommandOfTheMoment) {
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = std::string("cat")}));
    EXPECT_NE(lines_of(exit_of(1, "cat")), "");
    EXPECT_EQ(lines_of(exit_of(1, "cats")), "");
    EXPECT_EQ(lines_of(exit_of(2, "sh")), "");
}

TEST_F(EventLogTest, OfALongNameComparesWhatTheKernelKeeps) {
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = std::string("a-very-long-program")}));
    EXPECT_NE(lines_of(exit_of(1, "a-very-long-pro")), "");
    EXPECT_EQ(lines_of(exit_of(1, "a-very-long-prog")), "");
}

TEST_F(EventLogTest, OfANameKnowsProgramsThatCallThemselvesOtherwise) {
    ASSERT_TRUE(log_.start({.kinds = kExits, .whom = std::string("daemon")}));
    EXPECT_EQ(lines_of(start_of(5, "daemon", "/usr/bin/daemon")), "") << "is not wished for";
    EXPECT_NE(lines_of(exit_of(5, "worker: idle")), "");
    EXPECT_EQ(lines_of(fork_of(5, "worker: idle", 6)), "");
    EXPECT_NE(lines_of(exit_of(6, "worker: busy")), "") << "a child runs its parent's program";
    EXPECT_EQ(lines_of(start_of(6, "cat", "/bin/cat")), "");
    EXPECT_EQ(lines_of(exit_of(6, "cat")), "") << "it runs another program";
    EXPECT_EQ(lines_of(fork_of(700, "sh", 5)), "");
    EXPECT_EQ(lines_of(exit_of(5, "sh")), "") << "the number is another process's";
}

TEST_F(EventLogTest, OfANameKnowsThoseThatRunAlready) {
    ASSERT_TRUE(log_.start({.kinds = {EventKind::exited, EventKind::gone}, .whom = std::string("daemon")}, {5}));
    EXPECT_NE(lines_of(exit_of(5, "worker")), "");
    EXPECT_NE(lines_of(event_of(1, "init", osi::event::Gone{5})), "");
    EXPECT_EQ(lines_of(exit_of(7, "worker")), "");
}

TEST_F(EventLogTest, LeavesOutWhatCannotBeHad) {
    events_.refuse(EventKind::gone);
    events_.refuse(EventKind::started);
    const auto missing = log_.start({.kinds = {EventKind::gone, EventKind::exited}, .whom = std::string("cat")});
    ASSERT_TRUE(missing) << missing.error().detail;
    ASSERT_EQ(missing->size(), 1u);
    EXPECT_EQ(missing->front().kind, EventKind::gone);
    EXPECT_EQ(missing->front().reason, "this kernel does not tell");
    EXPECT_NE(lines_of(exit_of(1, "cat")), "");
}

TEST_F(EventLogTest, FailsWhenNothingCanBeHad) {
    events_.refuse(EventKind::exited);
    const auto started = log_.start({.kinds = kExits, .whom = std::string("cat")});
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().detail, "this kernel does not tell");
    EXPECT_EQ(log_.wish(), std::nullopt);
    EXPECT_EQ(events_.subscribers(EventKind::started), 0);
}

TEST(EventLog, WithoutEventsIsRefused) {
    EventLog log(nullptr, [](const std::string&) {});
    EXPECT_FALSE(log.start({.kinds = kExits, .whom = {}}));
}

}  // namespace
}  // namespace hvgdb::monitor
