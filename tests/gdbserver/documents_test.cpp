// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/libraries_document.hpp"
#include "gdbserver/siginfo_document.hpp"
#include "osi/auxiliary_bytes.hpp"
#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(LibrariesDocument, HasTheProgramsPlaceAndEachLibrary) {
    const std::vector<osi::Library> libraries{
        {.name = "", .link_map = VirtAddr{0x7f10}, .base = {}, .dynamic = {}, .name_space = VirtAddr{0x7f00}},
        {.name = "", .link_map = VirtAddr{0x7f20}, .base = {}, .dynamic = {}, .name_space = VirtAddr{0x7f00}},
        {.name = "/lib/a<\"&\xff",
         .link_map = VirtAddr{0x7f30},
         .base = VirtAddr{0x1000},
         .dynamic = VirtAddr{0x1abc},
         .name_space = VirtAddr{0x7f00}}};
    EXPECT_EQ(
        libraries_document(libraries),
        "<library-list-svr4 version=\"1.0\" main-lm=\"0x7f10\">\n"
        "<library name=\"/lib/a&lt;&quot;&amp;?\" lm=\"0x7f30\" l_addr=\"0x1000\" l_ld=\"0x1abc\" lmid=\"0x7f00\"/>\n"
        "</library-list-svr4>\n");
    EXPECT_EQ(libraries_document({}), "<library-list-svr4 version=\"1.0\"/>\n");
}

std::uint64_t number_at(const std::string& text, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(text[offset + i]);
    }
    return value;
}

TEST(SiginfoDocument, HasTheLayoutOfTheProgram) {
    const SignalInfo info{5, SignalInfo::Code::hardware_breakpoint, VirtAddr{0x7ffc'1234'5678}};
    struct Case {
        bool compat;
        std::size_t address_at;
        std::size_t size;
        std::uint64_t address;
    };
    for (const auto& [compat, at, size, address] :
         {Case{false, 16, 8, 0x7ffc'1234'5678}, Case{true, 12, 4, 0x1234'5678}}) {
        const auto text = siginfo_document(info, compat);
        ASSERT_EQ(text.size(), 128U);
        EXPECT_EQ(number_at(text, 0, 4), 5U) << "si_signo";
        EXPECT_EQ(number_at(text, 4, 4), 0U) << "si_errno";
        EXPECT_EQ(number_at(text, 8, 4), 4U) << "si_code";
        EXPECT_EQ(number_at(text, at, size), address) << "si_addr";
        EXPECT_EQ(text.find_first_not_of('\0', at + size), std::string::npos);
    }
    EXPECT_EQ(siginfo_document({0, SignalInfo::Code::breakpoint, VirtAddr{1}}, false), std::string(128, '\0'));
}

TEST(AuxiliaryBytes, EndAsTheKernelEndsThem) {
    const std::string pair("\x10\0\0\0\xff\xfb\x8b\x17", 8);
    const std::vector<osi::AuxiliaryEntry> one{{.type = 0x10, .value = 0x178bfbff}};
    const std::vector<osi::AuxiliaryEntry> two{one.front(), one.front()};
    EXPECT_EQ(osi::auxiliary_bytes(one, true), pair + std::string(24, '\0'));
    EXPECT_EQ(osi::auxiliary_bytes(two, true), pair + pair + std::string(16, '\0'));
    EXPECT_EQ(osi::auxiliary_bytes(one, false),
              std::string("\x10\0\0\0\0\0\0\0\xff\xfb\x8b\x17\0\0\0\0", 16) + std::string(16, '\0'));
}

TEST(Documents, OfProcessesNeedAnOperatingSystem) {
    test::StubRig rig;
    rig.connect_quietly();
    EXPECT_THAT(rig.ask("qSupported:"), AllOf(HasSubstr(";qXfer:threads:read+"), Not(HasSubstr("auxv"))));
    for (const auto* object : {"osdata", "exec-file", "auxv", "libraries-svr4", "siginfo"}) {
        EXPECT_EQ(rig.ask("qXfer:" + std::string(object) + ":read::0,1000"), "") << object;
    }
}

TEST(Documents, OfProcessesAreNotOfTheMachine) {
    test::FakeOs os;
    osi::Process process;
    process.pid = 0x32c;
    os.guest.add(process).executable = "/usr/sbin/nginx";
    test::StubRig rig;
    rig.stub.set_os(&os);
    rig.connect_quietly();
    EXPECT_THAT(rig.ask("qSupported:"),
                AllOf(HasSubstr(";qXfer:exec-file:read+;"), HasSubstr(";qXfer:auxv:read+;"),
                      HasSubstr(";qXfer:libraries-svr4:read+;"), HasSubstr(";qXfer:siginfo:read+")));
    for (const auto* object : {"exec-file", "auxv", "libraries-svr4", "siginfo"}) {
        EXPECT_EQ(rig.ask("qXfer:" + std::string(object) + ":read::0,1000"), "E01") << object;
    }
    EXPECT_EQ(rig.ask("qXfer:exec-file:read:32c:0,1000"), "l/usr/sbin/nginx");
    for (const auto* annex : {"32d", "989680", "xyz", "-1", "ffffffffff"}) {
        EXPECT_EQ(rig.ask("qXfer:exec-file:read:" + std::string(annex) + ":0,1000"), "E01") << annex;
    }
    os.guest.processes.front().executable.clear();
    EXPECT_EQ(rig.ask("qXfer:exec-file:read:32c:0,1000"), "E01") << "a kernel thread";
}

/// Two processes in one guest, of which the first has two threads; a client that attaches by itself.
class ProcessDocuments : public testing::Test {
  protected:
    ProcessDocuments() {
        for (const osi::ProcessId pid : {0x32cU, 0x400U}) {
            osi::Process process;
            process.pid = pid;
            process.command = "nginx";
            process.state = 'S';
            process.space = process.user_space = AddressSpace{pid * std::uint64_t{0x1000}};
            auto& made = os.guest.add(process);
            made.executable = "/bin/" + std::to_string(pid);
            made.auxiliary_vector = {{.type = 9, .value = pid}};
            made.libraries = {{.name = "", .link_map = VirtAddr{pid}, .base = {}, .dynamic = {}, .name_space = {}}};
        }
        auto& threads = os.guest.processes.front().threads;
        threads.push_back(threads.front());
        threads.back().tid = 0x32d;
        for (const osi::ThreadId tid : {0x32cU, 0x32dU, 0x400U}) {
            os.guest.registers[tid].rip = 0x401000;
        }
        rig.stub.set_os(&os);
        rig.connect();
        (void)rig.ask("QStartNoAckMode");
        (void)rig.ask("qSupported:multiprocess+");
        (void)rig.ask("!");
        attach("32c");
    }
    void attach(const std::string& pid) {
        rig.send("vAttach;" + pid);
        (void)rig.machine.run_until_stop(1);
        ASSERT_THAT(rig.next(), StartsWith("T00thread:p" + pid));
    }
    std::string read(const std::string& object) { return rig.ask("qXfer:" + object + ":read::0,1000"); }

    test::FakeOs os;
    test::StubRig rig;
};

TEST_F(ProcessDocuments, AreThoseOfTheSelectedProcess) {
    attach("400");
    for (const auto& [pid, thread] : {std::pair{0x32cU, "p32c.32c"}, std::pair{0x400U, "p400.400"}}) {
        ASSERT_EQ(rig.ask("Hg" + std::string(thread)), "OK");
        EXPECT_EQ(read("exec-file"), "l/bin/" + std::to_string(pid));
        EXPECT_EQ(read("auxv"),
                  "l" + osi::auxiliary_bytes(std::vector<osi::AuxiliaryEntry>{{.type = 9, .value = pid}}, false));
        EXPECT_THAT(read("libraries-svr4"), HasSubstr("main-lm=\"0x" + hex_number(pid) + "\""));
    }
    EXPECT_EQ(rig.ask("qXfer:auxv:read:x:0,1000"), "E01") << "no annex is known";
}

TEST_F(ProcessDocuments, OfTwoProcessesAreNotMixedUp) {
    attach("400");
    ASSERT_EQ(rig.ask("Hgp32c.32c"), "OK");
    EXPECT_EQ(rig.ask("qXfer:exec-file:read::0,5"), "m/bin/");
    ASSERT_EQ(rig.ask("Hgp400.400"), "OK");
    EXPECT_EQ(rig.ask("qXfer:exec-file:read::5,100"), "l1024");
    ASSERT_EQ(rig.ask("Hgp32c.32c"), "OK");
    os.guest.processes.front().executable = "/bin/other";
    EXPECT_EQ(rig.ask("qXfer:exec-file:read::5,100"), "l812") << "as it was when its reading began";
    EXPECT_EQ(rig.ask("qXfer:exec-file:read::0,100"), "l/bin/other");
}

TEST_F(ProcessDocuments, ThreadsAreShownAsGdbKnowsProcesses) {
    EXPECT_THAT(read("threads"),
                AllOf(HasSubstr("<thread id=\"p32c.32c\" core=\"0\" name=\"nginx\" id_str=\"Thread 812.812\">"),
                      HasSubstr("id_str=\"Thread 812.813\""), Not(HasSubstr("1024"))));
}

TEST_F(ProcessDocuments, SignalInformationIsOfTheThreadThatStopped) {
    EXPECT_EQ(read("siginfo"), "l" + std::string(128, '\0')) << "attaching is no signal";
    rig.send("vCont;c:p32c.-1");
    rig.send_raw("\x03");
    (void)rig.machine.run_until_stop(1);
    const auto stop = rig.next();
    ASSERT_THAT(stop, StartsWith("T02thread:p32c."));
    const bool leader = stop.starts_with("T02thread:p32c.32c;");
    EXPECT_EQ(read("siginfo"), "l" + siginfo_document({2, SignalInfo::Code::user, std::nullopt}, false));
    ASSERT_EQ(rig.ask(leader ? "Hgp32c.32d" : "Hgp32c.32c"), "OK");
    EXPECT_EQ(read("siginfo"), "l" + std::string(128, '\0'));
}

TEST_F(ProcessDocuments, FailAsTheGuestDoes) {
    os.refuse(Error{Errc::fault, "torn"});
    for (const auto* object : {"exec-file", "auxv", "libraries-svr4", "siginfo"}) {
        EXPECT_EQ(read(object), "E0e") << object;
    }
}

}  // namespace
}  // namespace hvgdb::gdbserver
