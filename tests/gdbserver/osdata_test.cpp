// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/osdata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

osi::Process process(osi::ProcessId pid, std::string command) {
    osi::Process made;
    made.pid = pid;
    made.uid = 0;
    made.command = std::move(command);
    return made;
}

std::string document(test::FakeOs& os, std::string_view table) {
    const auto made = osdata_document(os, table);
    return made ? *made : "error: " + made.error().detail;
}

TEST(Osdata, ListsItsTables) {
    test::FakeOs os;
    const auto text = document(os, "");
    EXPECT_THAT(text, AllOf(HasSubstr("<osdata type=\"types\">"), HasSubstr("<column name=\"Type\">processes</column>"),
                            HasSubstr("<column name=\"Type\">modules</column>")));
    EXPECT_EQ(os.calls(), 0U);
    EXPECT_THAT(document(os, "semaphores"), StartsWith("error: there is no such table"));
}

TEST(Osdata, ListsProcessesWithWhatClientsCanRead) {
    test::FakeOs os;
    auto& server = os.guest.add(process(812, "sshd"));
    server.arguments = {"/usr/sbin/sshd", "-D", "a<b\n\xc3\xa9"};
    server.process.uid = 1000;
    os.guest.add(process(2, "kthreadd")).process.kernel_thread = true;
    const auto text = document(os, "processes");
    EXPECT_THAT(text, HasSubstr("<column name=\"pid\">812</column><column name=\"user\">1000</column>"
                                "<column name=\"command\">/usr/sbin/sshd -D a&lt;b?\?\?</column>"));
    EXPECT_THAT(text, HasSubstr("<column name=\"user\">root</column><column name=\"command\">[kthreadd]</column>"));
}

TEST(Osdata, ListsThreadsFilesAndModules) {
    test::FakeOs os;
    auto& server = os.guest.add(process(812, "sshd"));
    server.threads.front().cpu = 3;
    server.files.push_back({.number = 7, .name = "socket:[123]"});
    os.guest.modules.push_back(
        {.name = "llc", .base = VirtAddr{0xffffffffc0000000}, .size = 16384, .users = 2, .state = "Live"});
    EXPECT_THAT(document(os, "threads"),
                HasSubstr("<column name=\"pid\">812</column><column name=\"command\">sshd</column>"
                          "<column name=\"tid\">812</column><column name=\"core\">3</column>"));
    EXPECT_THAT(document(os, "processes"), HasSubstr("<column name=\"cores\">3</column>"));
    EXPECT_THAT(document(os, "files"), HasSubstr("<column name=\"file descriptor\">7</column>"
                                                 "<column name=\"name\">socket:[123]</column>"));
    EXPECT_THAT(document(os, "modules"), HasSubstr("<column name=\"name\">llc</column><column name=\"size\">16384"
                                                   "</column><column name=\"num uses\">2</column>"));
}

TEST(Osdata, HasARowForWhatCannotBeRead) {
    test::FakeOs os;
    os.guest.add(process(5, "torn")).process.uid.reset();
    os.refuse(test::FakeOs::Call::threads, {Errc::fault, "torn"});
    os.refuse(test::FakeOs::Call::arguments, {Errc::fault, "torn"});
    os.refuse(test::FakeOs::Call::open_files, {Errc::fault, "torn"});
    EXPECT_THAT(document(os, "processes"),
                HasSubstr("<column name=\"pid\">5</column><column name=\"user\"></column>"
                          "<column name=\"command\">[torn]</column><column name=\"cores\"></column>"));
    EXPECT_THAT(document(os, "threads"), Not(HasSubstr("<item>")));
    EXPECT_THAT(document(os, "files"), Not(HasSubstr("<item>")));
}

TEST(Osdata, IsBounded) {
    test::FakeOs os;
    for (osi::ProcessId pid = 1; pid <= 4; ++pid) {
        auto& made = os.guest.add(process(pid, "opener"));
        made.files.assign(40000, {.number = 1, .name = std::string(100, '<')});
    }
    EXPECT_LT(document(os, "files").size(), std::size_t{17} << 20);
}

TEST(Osdata, SaysWhyThereIsNone) {
    test::FakeOs os;
    os.refuse(Error{Errc::unsupported, "no kernel yet: paging is off"});
    for (const auto* table : {"processes", "threads", "files", "modules"}) {
        EXPECT_EQ(document(os, table), "error: no kernel yet: paging is off") << table;
    }
}

TEST(Osdata, IsOfferedAndServedInPieces) {
    test::FakeOs os;
    os.guest.add(process(812, "sshd"));
    test::StubRig rig;
    rig.connect_quietly();
    EXPECT_THAT(rig.ask("qSupported:multiprocess+"), Not(HasSubstr("osdata")));
    EXPECT_EQ(rig.ask("qXfer:osdata:read:processes:0,1000"), "");
    rig.stub.set_os(&os);
    EXPECT_THAT(rig.ask("qSupported:multiprocess+"), HasSubstr(";qXfer:osdata:read+;"));
    const auto whole = document(os, "processes");
    const auto start = rig.ask("qXfer:osdata:read:processes:0,20");
    EXPECT_EQ(start, "m" + whole.substr(0, 0x20));
    EXPECT_EQ(rig.ask("qXfer:osdata:read:processes:20,10000"), "l" + whole.substr(0x20));
    EXPECT_THAT(rig.ask("qXfer:osdata:read:nothing:0,20"), StartsWith("E"));
}

}  // namespace
}  // namespace hvgdb::gdbserver
