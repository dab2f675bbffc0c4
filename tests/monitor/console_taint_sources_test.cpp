// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about what gets labels when it comes into a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using emulator::Verdict;
using osi::EventKind;
using testing::HasSubstr;

constexpr std::uint64_t kBuffer = 0x1'0ff8;  // 8 bytes before a page's end

class ConsoleTaintSourcesTest : public testing::Test, public TaintFixture {
  protected:
    static osi::Event returned(std::uint64_t number, const osi::CallArguments& arguments, std::int64_t result,
                               std::optional<osi::event::CallFile> file = {}) {
        return {
            .kind = EventKind::syscall_returned,
            .vcpu = {},
            .pid = kPid,
            .tid = kTid,
            .command = "cat",
            .what = osi::event::SyscallReturned{
                .number = number, .result = result, .compat = false, .arguments = arguments, .file = std::move(file)}};
    }
    static osi::event::Started started(const std::string& path) {
        osi::event::Started event;
        event.path = event.invoked = path;
        return event;
    }
    static osi::event::CallFile file_at(std::uint64_t position) {
        return {.path = "/etc/passwd", .position = position};
    }
    /// The vCPU stops the machine, and what it brought is looked at.
    void arrive(const osi::Event& event) {
        EXPECT_EQ(events.tell(event), Verdict::stop);
        console.on_pause();
    }
    static constexpr std::uint64_t kRead = 0, kPread = 17, kReadv = 19, kRecvfrom = 45;
};

TEST_F(ConsoleTaintSourcesTest, FileByItsOffsets) {
    EXPECT_EQ(ask("taint_file /etc/passwd 812 positional 100"),
              "source 1: what process 812 reads from /etc/passwd gets labels from 100 on\n");
    const auto filter = events.filter(EventKind::syscall_returned);
    EXPECT_EQ(filter.process, kPid);
    ASSERT_TRUE(filter.calls);
    EXPECT_EQ(filter.calls->moves, osi::DataDirection::in);
    EXPECT_TRUE(filter.calls->moved);
    EXPECT_EQ(filter.calls->file, "/etc/passwd");
    EXPECT_FALSE(engine.active());

    arrive(returned(kRead, {3, kBuffer, 64}, 10, file_at(50)));
    EXPECT_EQ(physical_labels(kBuffer, 11), (Labels{"140-140", "141-141", "142-142", "143-143", "144-144", "145-145",
                                                    "146-146", "147-147", "148-148", "149-149", ""}));
    arrive(returned(kPread, {3, 0x1'0000, 2, 7}, 2, file_at(50)));
    EXPECT_EQ(physical_labels(0x1'0000, 3), (Labels{"107-107", "108-108", ""}));
    EXPECT_EQ(ask("taint_sources"),
              "number  arrivals  bytes  missed  source\n"
              "     1         2     12       0  /etc/passwd in 812: labels from 100 on\n");
    console.on_pause();
    EXPECT_THAT(ask("taint_sources"), HasSubstr("2     12")) << "nothing new";
}

TEST_F(ConsoleTaintSourcesTest, DescriptorInTheOrderOfArrival) {
    EXPECT_EQ(ask("taint_fd 9 any positional"),
              "source 1: what any process reads from descriptor 9 gets labels from 0 on\n");
    const auto filter = events.filter(EventKind::syscall_returned);
    EXPECT_FALSE(filter.process);
    EXPECT_EQ(filter.calls->descriptor, 9U);
    EXPECT_EQ(filter.calls->file, "");
    arrive(returned(kRead, {9, 0x1'0000, 64}, 2));
    arrive(returned(kRecvfrom, {9, 0x1'0010, 64, 2}, 2));  // only looks
    arrive(returned(kRecvfrom, {9, 0x1'0020, 64, 0}, 2));
    arrive(returned(kRead, {9, 0x1'0030, 64}, 1));
    EXPECT_EQ(physical_labels(0x1'0000, 2), (Labels{"0-0", "1-1"}));
    EXPECT_EQ(physical_labels(0x1'0010, 2), (Labels{"2-2", "3-3"}));
    EXPECT_EQ(physical_labels(0x1'0020, 2), (Labels{"2-2", "3-3"}));
    EXPECT_EQ(physical_labels(0x1'0030, 2), (Labels{"4-4", ""}));
}

TEST_F(ConsoleTaintSourcesTest, PiecesOfAVector) {
    std::string vector;
    for (const std::uint64_t word : {0x1'1000, 3, 0x1'0100, 5}) {
        const auto bytes = store_little_endian(word, 8);
        ASSERT_TRUE(os.guest.processes[0].memory.write(0x1'0800 + vector.size(), bytes));
        vector.append(8, ' ');
    }
    ask("taint_file passwd 812 positional");
    arrive(returned(kReadv, {3, 0x1'0800, 2}, 6, file_at(6)));
    EXPECT_EQ(physical_labels(0x1'1000, 4), (Labels{"0-0", "1-1", "2-2", ""}));
    EXPECT_EQ(physical_labels(0x1'0100, 4), (Labels{"3-3", "4-4", "5-5", ""}));
}

TEST_F(ConsoleTaintSourcesTest, WhatCannotBeLabelledIsCounted) {
    ask("taint_file passwd 812 positional 4294967294");
    arrive(returned(kRead, {3, 0x1'1ffc, 64}, 8, file_at(8)));  // the end of its memory, and of the labels
    EXPECT_THAT(ask("taint_sources"), HasSubstr("1         1      2       6"));
    ask("untaint_source");
    ask("taint_fd 3 812 7");
    arrive(returned(kRead, {3, 0x1'1ffc, 64}, 8));
    arrive(returned(kReadv, {3, 0x5'0000, 1}, 8));
    os.guest.processes.clear();
    arrive(returned(kRead, {3, 0x1'0000, 64}, 8));
    EXPECT_THAT(ask("taint_sources"), HasSubstr("1         3      4      20"));
}

TEST_F(ConsoleTaintSourcesTest, SelectedProcessIsMeantWithoutAnother) {
    EXPECT_EQ(ask_of_thread("taint_file x"), "source 1: what process 812 reads from x gets label 0\n");
    EXPECT_EQ(ask_of_thread("taint_file x any"), "source 2: what any process reads from x gets label 0\n");
    EXPECT_EQ(ask("taint_fd 0"), "source 3: what any process reads from descriptor 0 gets label 0\n");
    EXPECT_EQ(ask("taint_file x 813"), "taint_file: no process 813\n");
}

TEST_F(ConsoleTaintSourcesTest, PathsAreThoseOfTheKernel) {
    for (const auto* path : {"/", "x/", "./x", "a//x", "../x", "a/.", "//x"}) {
        EXPECT_THAT(ask("taint_file " + std::string(path)), HasSubstr("is not the path of a file")) << path;
    }
    EXPECT_EQ(ask("taint_sources"), "no sources\n");
}

TEST_F(ConsoleTaintSourcesTest, ArgumentsOfAProcess) {
    auto& process = os.guest.processes[0];
    process.argument_area = {.start = {0x1'0ffd}, .end = {0x1'1003}};
    ASSERT_TRUE(process.memory.write(0x1'0ffd, as_bytes(std::string_view("ab\0cd\0", 6))));
    EXPECT_EQ(ask("taint_argv 812 positional 5"),
              "Arguments of process 812 tainted: 4 bytes between 0x10ffd and 0x11003.\n");
    EXPECT_EQ(physical_labels(0x1'0ffd, 7), (Labels{"5-5", "6-6", "", "8-8", "9-9", "", ""}));
    process.argument_area = {.start = {0x1'1fff}, .end = {0x1'2003}};
    EXPECT_EQ(ask_of_thread("taint_argv"),
              "Arguments of process 812 tainted: 0 bytes between 0x11fff and 0x12003. 3 bytes\ncould not be.\n");
    EXPECT_EQ(ask("taint_argv"), "taint_argv: of which process?\n");
    EXPECT_EQ(ask("taint_argv 1"), "taint_argv: no process 1\n");
}

TEST_F(ConsoleTaintSourcesTest, ArgumentsOfWhatStarts) {
    auto& process = os.guest.processes[0];
    process.argument_area = {.start = {0x1'0000}, .end = {0x1'0003}};
    ASSERT_TRUE(process.memory.write(0x1'0000, as_bytes("ab")));
    EXPECT_EQ(ask("taint_argv cat 7"), "source 1: arguments with which cat is started get label 7\n");
    osi::Event event{.kind = EventKind::started,
                     .vcpu = {},
                     .pid = kPid,
                     .tid = kTid,
                     .command = "cat",
                     .what = started("/bin/dog")};
    EXPECT_EQ(events.tell(event), Verdict::go_on);
    event.what = started("/bin/cat");
    arrive(event);
    EXPECT_EQ(physical_labels(0x1'0000, 3), (Labels{"7-7", "7-7", ""}));
}

TEST_F(ConsoleTaintSourcesTest, EndOneByOne) {
    ask("taint_file x 812");
    ask("taint_fd 3");
    EXPECT_EQ(ask("untaint_source 3"), "untaint_source: there is no source 3\n");
    EXPECT_THAT(ask("untaint all"), HasSubstr("2 sources go on; untaint_source ends"));
    EXPECT_THAT(ask("untaint_source 1"), HasSubstr("     2         0      0       0  fd 3 in any process: label 0"));
    EXPECT_EQ(events.subscribers(EventKind::syscall_returned), 1);
    EXPECT_TRUE(console.logs());
    console.clear();
    EXPECT_FALSE(console.logs());
    EXPECT_EQ(events.subscribers(EventKind::syscall_returned), 0);
    EXPECT_EQ(ask("taint_sources"), "no sources\n");
}

TEST_F(ConsoleTaintSourcesTest, EndWithTheirProcess) {
    ask("taint_file x 812");
    osi::Event exit{.kind = EventKind::exited, .vcpu = {}, .pid = kPid, .tid = kTid, .command = "", .what = {}};
    exit.what = osi::event::Exited{};
    EXPECT_EQ(events.tell(exit), Verdict::go_on);
    EXPECT_EQ(events.subscribers(EventKind::syscall_returned), 0);
    EXPECT_THAT(ask("taint_sources"), HasSubstr("ended: x in 812: label 0"));
    ask("taint_fd 3");
    EXPECT_THAT(ask("taint_sources"), Not(HasSubstr("ended")));
}

TEST_F(ConsoleTaintSourcesTest, AreBounded) {
    for (std::size_t i = 0; i < TaintSources::kMostSources; ++i) {
        EXPECT_THAT(ask("taint_fd 3"), HasSubstr("source"));
    }
    EXPECT_EQ(ask("taint_fd 3"), "taint_fd: there are 64 sources already\n");
    ask("untaint_source");
    events.refuse(EventKind::syscall_returned);
    EXPECT_EQ(ask("taint_fd 3"), "taint_fd: this kernel does not tell\n");
    EXPECT_EQ(ask("taint_sources"), "no sources\n");
}

}  // namespace
}  // namespace hvgdb::monitor
