// SPDX-License-Identifier: GPL-2.0-or-later
// Names against those of this machine, where it is Linux on x86-64.
#include "monitor/linux_names.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <sys/syscall.h>

namespace hvgdb::monitor {
namespace {

TEST(LinuxNames, ErrorsAreThoseOfTheCLibrary) {
    for (unsigned number = 1; number < 512; ++number) {
        const char* known = strerrorname_np(static_cast<int>(number));
        EXPECT_EQ(error_name(number), known != nullptr ? known : "") << number;
    }
    EXPECT_EQ(error_name(0), "");
    EXPECT_EQ(error_name(512), "ERESTARTSYS");
    EXPECT_EQ(error_name(516), "ERESTART_RESTARTBLOCK");
    EXPECT_EQ(error_name(517), "");
    EXPECT_EQ(error_name(~std::uint64_t{0}), "");
}

TEST(LinuxNames, SignalsAreThoseOfTheCLibrary) {
    for (unsigned number = 1; number < 32; ++number) {
        const char* known = sigabbrev_np(static_cast<int>(number));
        ASSERT_NE(known, nullptr) << number;
        const auto expected = number == SIGIO ? "SIGIO" : "SIG" + std::string(known);
        EXPECT_EQ(signal_name(number), expected);
    }
    EXPECT_EQ(signal_name(0), "");
    EXPECT_EQ(signal_name(34), "");
}

TEST(LinuxNames, SystemCallsOf64BitsAreThoseOfTheHeaders) {
    const struct {
        long number;
        std::string_view name;
        unsigned arguments;
    } rows[] = {
        {SYS_read, "read", 3},
        {SYS_mmap, "mmap", 6},
        {SYS_getpid, "getpid", 0},
        {SYS_execve, "execve", 3},
        {SYS_exit_group, "exit_group", 1},
        {SYS_openat, "openat", 4},
        {SYS_rseq, "rseq", 4},
        {SYS_clone3, "clone3", 2},
        {SYS_futex_waitv, "futex_waitv", 5},
    };
    for (const auto& row : rows) {
        const auto call = system_call_name(static_cast<std::uint64_t>(row.number), false);
        EXPECT_EQ(call.name, row.name);
        EXPECT_EQ(call.arguments, row.arguments) << row.name;
    }
}

TEST(LinuxNames, SystemCallsOf32BitsAreOthers) {
    EXPECT_EQ(system_call_name(1, true).name, "exit");
    EXPECT_EQ(system_call_name(11, true).name, "execve");
    EXPECT_EQ(system_call_name(295, true).name, "openat");
    EXPECT_EQ(system_call_name(403, true).name, "clock_gettime64");
    EXPECT_EQ(system_call_name(449, true).name, "futex_waitv");
}

TEST(LinuxNames, UnknownSystemCallsHaveSixArguments) {
    for (const std::uint64_t number : {400ULL, 511ULL, 512ULL, 0x4000'0000ULL, ~0ULL}) {
        EXPECT_EQ(system_call_name(number, false).name, "") << number;
        EXPECT_EQ(system_call_name(number, false).arguments, 6u) << number;
    }
}

}  // namespace
}  // namespace hvgdb::monitor
