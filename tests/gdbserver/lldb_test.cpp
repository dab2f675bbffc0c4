// SPDX-License-Identifier: GPL-2.0-or-later
// lldb at the address of a process.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/lldb_texts.hpp"
#include "tests/gdbserver/stub_fixture.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr osi::ProcessId kPid = 0x77;
constexpr osi::ThreadId kSecond = 0x78;
constexpr std::string_view kErrorGone = "E01";

/// rip is number 16, and is told as 8 bytes in memory order.
std::string rip(std::uint64_t value) {
    return encode_hex(store_little_endian(value, 8));
}

/// A process of two threads, in "a{}}" and "\xff", and lldb at its address.
class LldbTest : public testing::Test {
  protected:
    LldbTest() {
        osi::Process process;
        process.pid = kPid;
        process.parent = 1;
        process.uid = 1000;
        process.effective_uid = 0;
        process.command = "a{}}";
        process.user_space = AddressSpace{0x5000};
        auto& fake = os_.guest.add(process);
        fake.threads.front().command = process.command;
        auto second = fake.threads.front();
        second.tid = kSecond;
        second.command = "\xff";
        fake.threads.push_back(second);
        osi::Mapping code;
        code.start = VirtAddr{0x1000};
        code.end = VirtAddr{0x3000};
        code.read = code.execute = true;
        code.name = "/bin/a b;";
        osi::Mapping guard;
        guard.start = code.end;
        guard.end = VirtAddr{0x4000};
        fake.mappings = {code, guard};
        os_.guest.registers[kPid].rip = 0x1111;
        os_.guest.registers[kSecond].rip = 0x2222;
        os_.guest.registers[kSecond].general.at(0) = 0x99;
    }

    void connect() {
        rig_.greet("xmlRegisters=i386;multiprocess+", {.process = std::to_string(kPid), .single = true});
        EXPECT_EQ(rig_.ask("QThreadSuffixSupported"), "OK");
        EXPECT_EQ(rig_.ask("QListThreadsInStopReply"), "OK");
        first_stop_ = rig_.ask_paused("?");
    }

    test::FakeOs os_;
    test::StubRig rig_{2, &os_};
    std::string first_stop_;
};

TEST_F(LldbTest, StopsNameThreadsAndWhereTheyAre) {
    connect();
    EXPECT_THAT(first_stop_, AllOf(StartsWith("T00thread:77;"), HasSubstr("hexname:617b7d7d;"),
                                   HasSubstr("threads:77,78;"), HasSubstr("thread-pcs:1111,2222;")));
    EXPECT_THAT(rig_.ask("qThreadStopInfo78"),
                AllOf(StartsWith("T00thread:78;"), HasSubstr("hexname:ff;"), HasSubstr("10:" + rip(0x2222))));
    EXPECT_EQ(rig_.ask("qThreadStopInfo79"), kErrorGone);
}

TEST_F(LldbTest, ThreadsAreListedOnlyOnRequest) {
    rig_.greet("", {.process = std::to_string(kPid), .single = true});
    EXPECT_THAT(rig_.ask_paused("?"), AllOf(Not(HasSubstr("threads:")), Not(HasSubstr("hexname:"))));
}

TEST_F(LldbTest, HostAndProcess) {
    connect();
    const auto triple = encode_hex(std::string_view("x86_64-unknown-linux-gnu"));
    EXPECT_THAT(rig_.ask("qHostInfo"), AllOf(HasSubstr("triple:" + triple + ";"), HasSubstr("ptrsize:8;")));
    EXPECT_EQ(rig_.ask("qProcessInfo"), "pid:77;parent-pid:1;real-uid:3e8;effective-uid:0;triple:" + triple +
                                            ";ostype:linux;vendor:unknown;endian:little;ptrsize:8;");
    osi::Process compat;
    compat.pid = 0x10;
    compat.compat = true;
    EXPECT_EQ(lldb_process_info(compat), "pid:10;triple:" + encode_hex(std::string_view("i386-unknown-linux-gnu")) +
                                             ";ostype:linux;vendor:unknown;endian:little;ptrsize:4;");
}

TEST_F(LldbTest, RegistersOfTheThreadInThePacket) {
    connect();
    EXPECT_EQ(rig_.ask("p10;thread:78;"), rip(0x2222));
    EXPECT_EQ(rig_.ask("p10;thread:77;"), rip(0x1111));
    EXPECT_THAT(rig_.ask("g;thread:78;"), AllOf(StartsWith(rip(0x99)), Not(HasSubstr("x"))));
    EXPECT_EQ(rig_.ask("P0=1122334455667788;thread:78;"), "OK");
    EXPECT_TRUE(os_.written_registers().contains({kSecond, "rax"}));
    EXPECT_EQ(rig_.ask("p10;thread:79;"), kErrorGone);
    EXPECT_EQ(rig_.ask("p10;thread:zz;"), "E16");
}

TEST_F(LldbTest, UnknownRegistersAreAnErrorAlone) {
    connect();
    EXPECT_EQ(rig_.ask("p18;thread:78;"), kErrorGone) << "st0, without an XSAVE area";
}

TEST_F(LldbTest, RegistersAreSavedAndRestored) {
    connect();
    EXPECT_EQ(rig_.ask("QSaveRegisterState;thread:78;"), "1");
    os_.guest.registers[kSecond].rip = 0x3333;
    EXPECT_EQ(rig_.ask("QRestoreRegisterState:1;thread:78;"), "OK");
    const auto written = os_.written_registers();
    ASSERT_EQ(written.size(), 1U);
    EXPECT_EQ(written.begin()->first, std::pair(kSecond, std::string("rip")));
    EXPECT_EQ(encode_hex(written.begin()->second), rip(0x2222));
    EXPECT_EQ(rig_.ask("QRestoreRegisterState:1;thread:78;"), kErrorGone) << "a copy is used once";
}

TEST_F(LldbTest, CopiesOfRegistersAreBounded) {
    connect();
    for (unsigned i = 1; i <= 64; ++i) {
        EXPECT_EQ(rig_.ask("QSaveRegisterState"), std::to_string(i));
    }
    EXPECT_EQ(rig_.ask("QSaveRegisterState"), "E5f");
}

TEST_F(LldbTest, ThreadsInJson) {
    connect();
    const auto threads = boost::json::parse(rig_.ask("jThreadsInfo")).as_array();
    ASSERT_EQ(threads.size(), 2U);
    EXPECT_EQ(threads[0].at("tid").as_int64(), 0x77);
    EXPECT_EQ(threads[0].at("name").as_string(), "a{}}");
    EXPECT_EQ(threads[0].at("signal").as_int64(), 0);
    EXPECT_EQ(threads[0].at("registers").at("16").as_string(), rip(0x1111));
    EXPECT_EQ(threads[1].at("name").as_string(), "?") << "must be UTF-8";
    EXPECT_FALSE(threads[1].as_object().contains("signal"));
}

TEST_F(LldbTest, ErrorsHaveWords) {
    connect();
    EXPECT_EQ(rig_.ask("QEnableErrorStrings"), "OK");
    EXPECT_EQ(rig_.ask("T79"), "E01;" + encode_hex(std::string_view("no such thread")));
}

TEST_F(LldbTest, MemoryRegions) {
    connect();
    struct Case {
        std::string_view address;
        std::string_view reply;
    };
    for (const auto& [address, reply] : {
             Case{"0", "start:0;size:1000;"},
             Case{"fff", "start:0;size:1000;"},
             Case{"1000", "start:1000;size:2000;permissions:rx;name:2f62696e2f6120623b;"},
             Case{"3fff", "start:3000;size:1000;permissions:;"},
             Case{"4000", "start:4000;size:ffffffffffffbfff;"},
             Case{"ffffffffffffffff", "start:4000;size:ffffffffffffbfff;"},
             Case{"x", "E16"},
         }) {
        EXPECT_EQ(rig_.ask("qMemoryRegionInfo:" + std::string(address)), reply) << address;
    }
    EXPECT_EQ(lldb_memory_region({}, VirtAddr{5}), "start:0;size:ffffffffffffffff;");
}

TEST_F(LldbTest, LeavingHarmsNothing) {
    for (const auto* goodbye : {"k", "D"}) {
        connect();
        EXPECT_EQ(rig_.ask("Z0,1000,1"), "OK");
        EXPECT_EQ(rig_.ask(goodbye), *goodbye == 'k' ? "X09" : "OK");
        EXPECT_TRUE(rig_.machine.running()) << goodbye;
        EXPECT_FALSE(rig_.instrumentation.has_enabled_site(0x1000)) << goodbye;
        rig_.stub.disconnect();
    }
}

TEST_F(LldbTest, ScratchMemoryIsNotTheGuests) {
    connect();
    EXPECT_EQ(rig_.ask("_M1001,rw"), "7000000000000000");
    EXPECT_EQ(rig_.ask("_M1,rw"), "7000000000002000");
    EXPECT_EQ(rig_.ask("M7000000000001ffe,2:1122"), "OK");
    EXPECT_EQ(rig_.ask("m7000000000001ffd,8"), "001122");
    EXPECT_EQ(rig_.ask("M7000000000001fff,2:1122"), "E0e");
    EXPECT_EQ(rig_.ask("_M1,rwx"), "E5f") << "code would run in the guest";
    EXPECT_EQ(rig_.ask("_M1000000,rw"), "E5f");
    EXPECT_EQ(rig_.ask("_Mffffffffffffffff,rw"), "E5f");
    EXPECT_EQ(rig_.ask("_M0,rw"), "E16");
    EXPECT_EQ(rig_.ask("_m7000000000000000"), "OK");
    EXPECT_EQ(rig_.ask("_m7000000000000000"), kErrorGone);
    EXPECT_EQ(rig_.ask("m7000000000001ffd,8"), "E0e");
    os_.guest.processes.front().process.compat = true;
    EXPECT_EQ(rig_.ask("_M1,rw"), "E5f") << "its pointers have no room for the address";
}

TEST(LldbStopKeys, TellWhy) {
    test::FakeMachine machine(1);
    machine.start();
    MachineInferior inferior(machine);
    struct Case {
        Stopped::Cause cause;
        std::string_view keys;
    };
    for (const auto& [cause, keys] : {
             Case{Stopped::Cause::step, "reason:trace;"},
             Case{Stopped::Cause::software_breakpoint, "reason:breakpoint;"},
             Case{Stopped::Cause::hardware_breakpoint, "reason:breakpoint;"},
             Case{Stopped::Cause::watchpoint, ""},
             Case{Stopped::Cause::other, ""},
         }) {
        Stopped stopped{};
        stopped.thread = {.pid = MachineInferior::kPid, .tid = MachineInferior::tid_of(VcpuId{0})};
        stopped.cause = cause;
        EXPECT_EQ(lldb_stop_keys(stopped, {}, inferior), "hexname:764350552030;" + std::string(keys));
    }
}

TEST(LldbAndTheMachine, HasNoProcess) {
    test::StubRig rig;
    rig.connect_quietly("");
    EXPECT_THAT(rig.ask("qHostInfo"), HasSubstr(encode_hex(std::string_view("x86_64-unknown-unknown"))));
    for (const auto* packet : {"qProcessInfo", "qMemoryRegionInfo:1000"}) {
        EXPECT_EQ(rig.ask(packet), kErrorGone) << packet;
    }
    EXPECT_EQ(rig.ask("qWatchpointSupportInfo:"), "num:256;");
    EXPECT_EQ(rig.ask("_M1000,rwx"), "E5f");
}

}  // namespace
}  // namespace hvgdb::gdbserver
