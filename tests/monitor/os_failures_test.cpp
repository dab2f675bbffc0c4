// SPDX-License-Identifier: GPL-2.0-or-later
// Commands about an operating system that is not there, not yet there, or cannot be read.
#include <gtest/gtest.h>

#include "monitor/text.hpp"
#include "tests/monitor/console_fixture.hpp"
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {
namespace {

constexpr const char* kCommandLines[] = {"osinfo",     "proclist", "proclist tree", "proclist sshd",
                                         "procinfo",   "meminfo",  "files",         "modules",
                                         "threadinfo", "ksym x",   "ksym 0x1000"};
constexpr const char* kJsonLines[] = {"osjson facts",
                                      "osjson processes",
                                      "osjson modules",
                                      "osjson benchmark",
                                      "osjson threads 812",
                                      "osjson mappings 812",
                                      "osjson files 812",
                                      "osjson cwd 812",
                                      "osjson auxv 812",
                                      "osjson executable 812",
                                      "osjson registers 812",
                                      "osjson arguments 812",
                                      "osjson current 0",
                                      "osjson symbols x 1",
                                      "osjson environment 812",
                                      "osjson memory 812 0x555555554000 4",
                                      "osjson file 812 /etc/motd"};

class OsFailureTest : public testing::Test, public ConsoleFixture {
  protected:
    OsFailureTest() { os.guest = sample_guest(); }
};

TEST_F(OsFailureTest, WithoutAnOsOneLineSaysSo) {
    Console without(ConsoleContext{machine, instrumentation, {}, {}});
    for (const auto* line : kCommandLines) {
        EXPECT_EQ(without.execute(line, {VcpuId{0}, {}, {}}), "no operating system view here\n") << line;
    }
    for (const auto* line : kJsonLines) {
        EXPECT_EQ(without.execute(line, {VcpuId{0}, {}, {}}),
                  "{\"error\":\"no operating system view here\",\"code\":\"unsupported\"}\n")
            << line;
    }
}

TEST_F(OsFailureTest, BeforeLinuxIsUpOneLineSaysSo) {
    os.refuse(Error{Errc::unsupported, "no kernel yet: the machine is in 16-bit code"});
    for (const auto* line : kCommandLines) {
        EXPECT_EQ(ask(line), "no kernel yet: the machine is in 16-bit code\n") << line;
    }
    for (const auto* line : kJsonLines) {
        EXPECT_EQ(ask(line), "{\"error\":\"no kernel yet: the machine is in 16-bit code\",\"code\":\"unsupported\"}\n")
            << line;
    }
}

TEST_F(OsFailureTest, OtherErrorsComeWithTheCommand) {
    os.refuse(Error{Errc::fault, "it cannot\x1b be read"});
    for (const std::string line : kCommandLines) {
        EXPECT_EQ(ask(line), line.substr(0, line.find(' ')) + ": it cannot. be read\n");
    }
}

TEST_F(OsFailureTest, MissingProcessesAreNamed) {
    for (const std::string command : {"procinfo", "threadinfo", "meminfo", "files"}) {
        EXPECT_EQ(ask(command + " 4711"), command + ": no process 4711\n");
    }
    EXPECT_EQ(ask("procinfo", 5), "procinfo: no vCPU 5\n");
}

TEST_F(OsFailureTest, WhicheverCallFailsThereIsAnAnswer) {
    std::vector<std::string> lines(std::begin(kCommandLines), std::end(kCommandLines));
    lines.insert(lines.end(), std::begin(kJsonLines), std::end(kJsonLines));
    for (const auto& line : lines) {
        unsigned nth = 1;
        for (;; ++nth) {
            ASSERT_LT(nth, 50u) << line << " asks without end";
            os.fail_call(nth, Error{Errc::timeout, "QEMU does not answer"});
            const auto answer = ask(line);
            EXPECT_TRUE(answer.ends_with('\n')) << line;
            if (os.failure_pending()) {
                break;
            }
        }
        EXPECT_GT(nth, 1u) << line << " asks nothing";
        os.fail_call(0, {});
    }
}

}  // namespace
}  // namespace hvgdb::monitor
