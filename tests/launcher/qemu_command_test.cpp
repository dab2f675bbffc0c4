// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/qemu_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

namespace hvgdb::launcher {
namespace {

using testing::ElementsAre;

struct VersionRow {
    std::string text;
    std::optional<QemuVersion> version;
    friend void PrintTo(const VersionRow& row, std::ostream* out) { *out << testing::PrintToString(row.text); }
};

class Version : public testing::TestWithParam<VersionRow> {};

TEST_P(Version, IsRead) {
    EXPECT_EQ(parse_qemu_version(GetParam().text), GetParam().version);
}

INSTANTIATE_TEST_SUITE_P(Table, Version,
                         testing::Values(VersionRow{"QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1)\nCopyright",
                                                    QemuVersion{11, 1}},
                                         VersionRow{"QEMU emulator version 7.2.19", QemuVersion{7, 2}},
                                         VersionRow{"QEMU emulator version 12.0.50 (v12.0.0-rc1)", QemuVersion{12, 0}},
                                         VersionRow{"QEMU emulator version eleven", std::nullopt},
                                         VersionRow{"QEMU emulator version 11", std::nullopt},
                                         VersionRow{"GNU bash", std::nullopt}, VersionRow{"", std::nullopt}));

struct ArgumentRow {
    std::vector<std::string> arguments;
    std::string complaint;  ///< empty: fine
    friend void PrintTo(const ArgumentRow& row, std::ostream* out) { *out << testing::PrintToString(row.arguments); }
};

class Arguments : public testing::TestWithParam<ArgumentRow> {};

TEST_P(Arguments, AreChecked) {
    std::vector<std::string> command{"qemu-system-x86_64"};
    command.insert(command.end(), GetParam().arguments.begin(), GetParam().arguments.end());
    const auto checked = check_arguments(command);
    if (GetParam().complaint.empty()) {
        EXPECT_TRUE(checked) << checked.error().detail;
    } else {
        ASSERT_FALSE(checked);
        EXPECT_THAT(checked.error().detail, testing::HasSubstr(GetParam().complaint));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Arguments,
    testing::Values(ArgumentRow{{}, ""}, ArgumentRow{{"-accel", "tcg,thread=multi"}, ""},
                    ArgumentRow{{"-machine", "q35,accel=tcg"}, ""}, ArgumentRow{{"-machine", "q35"}, ""},
                    ArgumentRow{{"-append", "-s"}, "-s is for hvgdb"}, ArgumentRow{{"-enable-kvm"}, "KVM is asked for"},
                    ArgumentRow{{"--enable-kvm"}, "KVM is asked for"},
                    ArgumentRow{{"-accel", "kvm"}, "KVM is asked for"},
                    ArgumentRow{{"-accel", "accel=kvm,dirty-ring-size=1"}, "KVM is asked for"},
                    ArgumentRow{{"-M", "pc,accel=kvm:tcg"}, "KVM is asked for"},
                    ArgumentRow{{"-machine", "accel=xen"}, "XEN is asked for"},
                    ArgumentRow{{"-gdb", "tcp::1234"}, "-gdb is for hvgdb"}, ArgumentRow{{"-s"}, "-s is for hvgdb"},
                    ArgumentRow{{"-daemonize"}, "-daemonize"}));

TEST(CompleteCommand, AddsPluginAndPrivateSockets) {
    const std::vector<std::string> command{"qemu-system-x86_64", "-m", "1G"};
    EXPECT_THAT(complete_command(command, {"/run/a/stub", "/run/a/qmp"},
                                 {.file = "/opt/lib,hvgdb.so",
                                  .listen = "fd:3",
                                  .attach = "a,b",
                                  .endpoints = {"12=fd:4", "c,d=fd:5"},
                                  .sysroot = "/srv/a,b",
                                  .log = "info,gdbserver=trace",
                                  .os_profile = "a,b.json",
                                  .os_cache = "off",
                                  .stop_at_start = true,
                                  .wait = {}}),
                ElementsAre("qemu-system-x86_64", "-m", "1G", "-S", "-chardev",
                            "socket,id=hvgdb-stub,path=/run/a/stub,server=on,wait=off", "-gdb", "chardev:hvgdb-stub",
                            "-qmp", "unix:/run/a/qmp,server=on,wait=off", "-plugin",
                            "/opt/lib,,hvgdb.so,listen=fd:3,stub=/run/a/stub,qmp=/run/a/qmp,"
                            "log=info,,gdbserver=trace,os-cache=off,os-profile=a,,b.json,attach=a,,b,sysroot=/srv/a,,b,"
                            "endpoint=12=fd:4,endpoint=c,,d=fd:5,stop-at=start"));
}

TEST(CompleteCommand, SaysWhatToWaitFor) {
    const std::vector<std::string> command{"q"};
    const auto completed = complete_command(command, {"s", "m"},
                                            {.file = "p",
                                             .listen = "fd:3",
                                             .attach = {},
                                             .endpoints = {},
                                             .sysroot = {},
                                             .log = "info",
                                             .os_profile = {},
                                             .os_cache = "off",
                                             .wait = "/bin/a,b",
                                             .stop_at = osi::StopAt::main_function});
    EXPECT_EQ(completed.back(), "p,listen=fd:3,stub=s,qmp=m,log=info,os-cache=off,wait=/bin/a,,b,stop-at=main");
    EXPECT_THAT(completed, testing::Not(testing::Contains("-S")));
}

}  // namespace
}  // namespace hvgdb::launcher
