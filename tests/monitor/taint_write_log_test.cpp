// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/taint_write_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using emulator::Verdict;
using osi::EventKind;
using testing::HasSubstr;

class TaintWriteLogTest : public testing::Test, public TaintFixture {
  protected:
    TaintWriteLogTest() {
        osi::OpenFile file;
        file.number = 4;
        file.name = "/tmp/out";
        os.guest.processes[0].files = {file};
    }
    Verdict enter(std::uint64_t number, const osi::CallArguments& arguments, bool compat = false) {
        const auto verdict = events.tell(
            {.kind = EventKind::syscall_entered,
             .vcpu = {},
             .pid = kPid,
             .tid = kTid,
             .command = "cat",
             .what = osi::event::SyscallEntered{.number = number, .arguments = arguments, .compat = compat}});
        log.tell_arrived();
        return verdict;
    }
    static constexpr std::uint64_t kWrite = 1, kWritev = 20, kWrite32 = 4;
    EventLog::Clock still = [] { return std::chrono::steady_clock::time_point(); };
    TaintWriteLog log{&events, &os, &engine, [this](const std::string& line) { printed += line; }, still};
};

TEST_F(TaintWriteLogTest, TellsWhatIsTainted) {
    ASSERT_TRUE(log.start(kPid));
    EXPECT_EQ(events.filter(EventKind::syscall_entered).process, kPid);
    EXPECT_EQ(events.filter(EventKind::syscall_entered).calls->moves, osi::DataDirection::out);
    EXPECT_EQ(enter(kWrite, {4, 0x1'0000, 64}), Verdict::go_on) << "nothing is tainted";
    ask_of_thread("taint *0x10020:4 3");
    EXPECT_EQ(enter(kWrite, {4, 0x1'0000, 32}), Verdict::go_on) << "it is sure without a look";
    EXPECT_EQ(enter(kWrite, {4, 0x1'1020, 4}), Verdict::stop) << "another page";
    EXPECT_EQ(printed, "");
    EXPECT_EQ(enter(kWrite, {4, 0x1'0000, 64}), Verdict::stop);
    EXPECT_EQ(enter(kWrite32, {5, 0x1'0022, 1}, true), Verdict::stop);
    EXPECT_EQ(printed,
              "     0 ms [812.813] cat: write to 4 (/tmp/out) of 0x10020..0x10023: 3\n"
              "     0 ms [812.813] cat: write to 5 of 0x10022: 3\n");
}

TEST_F(TaintWriteLogTest, LooksThroughVectors) {
    ASSERT_TRUE(log.start(std::nullopt));
    const auto put = [&](std::uint64_t address, std::uint64_t word) {
        ASSERT_TRUE(os.guest.processes[0].memory.write(address, store_little_endian(word, 8)));
    };
    put(0x1'0800, 0x1'0000);
    put(0x1'0808, 4);
    put(0x1'0810, 0x1'1000);
    put(0x1'0818, 4);
    ask_of_thread("taint *0x11002:8 positional");
    EXPECT_EQ(enter(kWritev, {4, 0x1'0800, 2}), Verdict::stop);
    EXPECT_EQ(printed, "     0 ms [812.813] cat: writev to 4 (/tmp/out) of 0x11002..0x11003: 0..1, one each\n");
}

TEST_F(TaintWriteLogTest, LinesAreBounded) {
    ASSERT_TRUE(log.start(kPid));
    os.guest.processes[0].files[0].name = std::string(5000, 'x');
    for (unsigned i = 0; i < 200; ++i) {
        ask_of_thread("taint *" + std::to_string(0x1'0000 + 2 * i) + " 4294967295");
    }
    EXPECT_EQ(enter(kWrite, {4, 0x1'0000, 0x1000}), Verdict::stop);
    EXPECT_THAT(printed, HasSubstr("and 184 more ranges"));
    EXPECT_LE(printed.size(), TaintWriteLog::kLongestLine);
}

TEST_F(TaintWriteLogTest, OneWishTakesThePlaceOfAnother) {
    ASSERT_TRUE(log.start(kPid));
    ASSERT_TRUE(log.start(std::nullopt));
    EXPECT_EQ(events.subscribers(EventKind::syscall_entered), 1);
    EXPECT_FALSE(log.process());
    events.refuse(EventKind::syscall_entered);
    EXPECT_FALSE(log.start(kPid));
    EXPECT_TRUE(log.logs());
    log.clear();
    EXPECT_FALSE(log.logs());
    EXPECT_EQ(events.subscribers(EventKind::syscall_entered), 0);
}

}  // namespace
}  // namespace hvgdb::monitor
