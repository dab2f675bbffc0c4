// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/entry.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

void add(test::FakeOs& os, osi::ProcessId pid, const std::string& command, const std::string& executable) {
    osi::Process process;
    process.pid = pid;
    process.command = command;
    os.guest.add(process).executable = executable;
}

struct Case {
    std::string wanted;
    std::optional<osi::ProcessId> found;
};

class FindProcess : public testing::TestWithParam<Case> {
  protected:
    FindProcess() {
        add(os, 1, "systemd", "/usr/lib/systemd/systemd");
        add(os, 2, "kthreadd", "");
        add(os, 30, "worker", "/usr/sbin/nginx");
        add(os, 40, "nginx", "/usr/bin/wrapper");
        add(os, 50, "sleep", "/bin/sleep");
        add(os, 60, "sleep", "/bin/sleep");
        add(os, 70, "12", "/bin/99");
        add(os, 80, "x", "/opt/dir.d/");
    }
    test::FakeOs os;
};

TEST_P(FindProcess, ByNumberByFileByName) {
    const auto found = find_process(os, GetParam().wanted);
    EXPECT_EQ(found ? std::optional(*found) : std::nullopt, GetParam().found);
    if (!found) {
        EXPECT_EQ(found.error().code, Errc::not_found);
        EXPECT_NE(found.error().detail.find(GetParam().wanted), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Table, FindProcess,
                         testing::Values(Case{"1", 1}, Case{"4711", 4711}, Case{"nginx", 30}, Case{"worker", 30},
                                         Case{"wrapper", 40}, Case{"/usr/bin/wrapper", 40}, Case{"sleep", 50},
                                         Case{"kthreadd", 2}, Case{"12", 12}, Case{"99", 99}, Case{"x", 80},
                                         Case{"1x", {}}, Case{"-1", {}}, Case{"4294967296", {}}, Case{"bin/sleep", {}},
                                         Case{"Nginx", {}}, Case{"/nothing", {}}, Case{"/", {}}));

TEST_F(FindProcess, ANumberIsTakenAsItIs) {
    os.refuse(Error{Errc::unsupported, "no kernel yet"});
    EXPECT_EQ(find_process(os, "77").value_or(0), 77U);
    const auto named = find_process(os, "nginx");
    ASSERT_FALSE(named);
    EXPECT_EQ(named.error().code, Errc::unsupported);
}

TEST_F(FindProcess, WhatCannotBeReadIsNotIt) {
    os.refuse(test::FakeOs::Call::executable, {Errc::fault, "torn"});
    EXPECT_EQ(find_process(os, "nginx").value_or(0), 40U) << "by its command name";
    EXPECT_FALSE(find_process(os, "wrapper"));
}

}  // namespace
}  // namespace hvgdb::gdbserver
