// SPDX-License-Identifier: GPL-2.0-or-later
// Registers, memory, documents and monitor output in their limits.
#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "tests/gdbserver/stub_fixture.hpp"

namespace hvgdb::test {
namespace {

struct Exchange {
    std::string request;
    std::string reply;
};

class Access : public testing::TestWithParam<Exchange> {};

TEST_P(Access, IsAnswered) {
    StubRig rig;
    rig.connect_quietly();
    rig.machine.poke(0x1010, "\x01\x02#$");
    rig.machine.set_register(VcpuId{0}, "rax", 0x1122334455667788);
    EXPECT_EQ(rig.ask(GetParam().request), GetParam().reply);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Access,
    testing::Values(Exchange{"m1010,4", "01022324"}, Exchange{"x1010,4", "b\x01\x02#$"},
                    Exchange{"m0000000000001010,2", "0102"}, Exchange{"m1010,0", "E16"}, Exchange{"x1010,0", "b"},
                    Exchange{"m2fff,2", "00"}, Exchange{"m3000,1", "E0e"}, Exchange{"M1010,2:aabb", "OK"},
                    Exchange{"M2fff,2:aabb", "E0e"}, Exchange{"M1010,0:", "OK"}, Exchange{"X1010,0:", "OK"},
                    Exchange{"X1010,2:a#", "OK"}, Exchange{"X1010,3:a#", "E16"},
                    Exchange{"Mffffffffffffffff,2:0000", "E0e"}, Exchange{"p0", "8877665544332211"},
                    Exchange{"p11", "00000000"}, Exchange{"pffff", "E01"}, Exchange{"P0=0100000000000000", "OK"},
                    Exchange{"P0=01", "E16"}, Exchange{"P0=010000000000000000", "E16"}, Exchange{"Pffff=00", "E01"},
                    Exchange{"G", "E16"}, Exchange{"G00", "E16"}, Exchange{"Hgp989680.989682", "OK"},
                    Exchange{"Hgp989680.989683", "E01"}, Exchange{"Hg-1", "OK"}, Exchange{"Hgp989680.-1", "OK"},
                    Exchange{"Hgp2.1", "E01"}, Exchange{"Hg0", "OK"}, Exchange{"Tp989680.989682", "OK"},
                    Exchange{"Tp989680.989689", "E01"}, Exchange{"qThreadExtraInfo,p989680.989682", "764350552031"},
                    Exchange{"qAttached:2", "E01"}, Exchange{"qAttached", "1"}, Exchange{"vRun;61", "E5f"},
                    Exchange{"R00", "E5f"}, Exchange{"QNonStop:1", "E5f"},
                    Exchange{"qXfer:features:read:target.xml:ffffffff,1000", "l"}));

TEST(Registers, WholeBlockGoesBothWays) {
    StubRig rig;
    rig.connect_quietly();
    const auto size = rig.machine.description().block_size();
    auto block = rig.ask("g");
    ASSERT_EQ(block.size(), 2 * size);
    block.replace(0, 16, "efcdab8967452301");
    EXPECT_EQ(rig.ask("G" + block), "OK");
    EXPECT_EQ(rig.machine.get_register(VcpuId{0}, "rax"), 0x0123456789abcdefU);
    EXPECT_EQ(rig.ask("G" + block + "00"), "E16");
}

TEST(Registers, AreThoseOfTheChosenThread) {
    StubRig rig;
    rig.connect_quietly();
    rig.machine.set_register(VcpuId{1}, "rax", 0x42);
    EXPECT_EQ(rig.ask("Hgp989680.989682"), "OK");
    EXPECT_EQ(rig.ask("p0"), "4200000000000000");
}

TEST(Memory, OneReplyStaysWithinThePacketSize) {
    StubRig rig;
    rig.machine.memory().map(0x100000, 0x100000);
    rig.connect_quietly();
    EXPECT_EQ(rig.ask("m100000,ffffffffffffffff").size(), 2 * gdbserver::kMaxPayload);
    EXPECT_LE(2 * gdbserver::kMaxPayload + 4, gdbserver::kPacketSize);
    EXPECT_EQ(rig.ask("x100000,ffffffffffffffff").size(), gdbserver::kMaxPayload + 1);
}

TEST(Memory, LastByteOfTheAddressSpaceCanBeRead) {
    StubRig rig;
    rig.machine.memory().map(0xfffffffffffff000, 0x1000);
    rig.connect_quietly();
    EXPECT_EQ(rig.ask("mffffffffffffffff,10"), "00");
    EXPECT_EQ(rig.ask("mfffffffffffffffe,2"), "0000");
    EXPECT_EQ(rig.ask("Mffffffffffffffff,1:aa"), "OK");
    EXPECT_EQ(rig.ask("mffffffffffffffff,1"), "aa");
}

TEST(Memory, PhysicalModeReadsAndWritesPhysicalMemory) {
    StubRig rig;
    rig.machine.physical().map(0x5000, 0x1000);
    rig.connect_quietly();
    EXPECT_EQ(rig.ask("Qqemu.PhyMemMode:1"), "OK");
    EXPECT_EQ(rig.ask("M5000,1:77"), "OK");
    EXPECT_EQ(rig.ask("m5000,1"), "77");
    EXPECT_EQ(rig.ask("Qqemu.PhyMemMode:0"), "OK");
    EXPECT_EQ(rig.ask("m5000,1"), "E0e");
}

TEST(Documents, PiecesMakeTheWhole) {
    StubRig rig;
    rig.connect_quietly();
    std::string text;
    for (std::string piece = "m"; piece.starts_with('m');) {
        piece = rig.ask("qXfer:features:read:fake-64bit.xml:" + hex_number(text.size()) + ",7b");
        text += piece.substr(1);
    }
    EXPECT_EQ(text, fake_documents().at("fake-64bit.xml"));
}

TEST(Documents, ThreadsHaveNamesAndCores) {
    StubRig rig;
    rig.connect_quietly();
    EXPECT_EQ(rig.ask("qXfer:threads:read::0,1000"),
              "l<?xml version=\"1.0\"?>\n<threads>\n"
              "<thread id=\"p989680.989681\" core=\"0\" name=\"vCPU 0\"></thread>\n"
              "<thread id=\"p989680.989682\" core=\"1\" name=\"vCPU 1\"></thread>\n</threads>\n");
}

/// What a client shows of a monitor command's output.
std::string monitor_output(const std::string& text) {
    StubRig rig;
    rig.stub.set_monitor(
        [&text](std::string_view, const gdbserver::Selection&) { return gdbserver::MonitorReply{text}; });
    rig.connect_quietly();
    rig.send("qRcmd," + encode_hex(std::string_view("help")));
    std::string shown;
    std::string reply = rig.next();
    for (; reply.starts_with('O') && reply != "OK"; reply = rig.next()) {
        EXPECT_LE(reply.size(), gdbserver::kPacketSize);
        shown += decode_hex_text(std::string_view(reply).substr(1)).value_or("(not hexadecimal)");
    }
    EXPECT_EQ(reply, "OK");
    return shown;
}

TEST(Monitor, LongOutputComesInPieces) {
    const std::string text(10000, 'x');
    EXPECT_EQ(monitor_output(text), text);
}

TEST(Monitor, OutputOfAMegabyteIsWhole) {
    std::string text;
    while (text.size() < std::size_t{1} << 20) {
        text += std::to_string(text.size()) + " ";
    }
    EXPECT_TRUE(monitor_output(text) == text);
}

TEST(Failures, EveryRequestSurvivesEveryFailingCall) {
    const Error failure{Errc::timeout, "no answer"};
    for (const std::string request : {"g", "p0", "m1000,4", "x1000,4", "M1000,1:00", "P0=0000000000000000", "c", "s",
                                      "vCont;r1000,1010:p989680.989681;c", "Z2,1000,4", "?", "D"}) {
        for (unsigned nth = 1; nth < 12; ++nth) {
            StubRig rig;
            rig.connect_quietly();
            (void)rig.ask("Z0,1008,1");
            rig.machine.fail_call(nth, failure);
            (void)rig.ask(request);
            for (int i = 0; i < 20; ++i) {
                (void)rig.machine.run_until_stop();
            }
            rig.machine.fail_call(0, failure);
            rig.replies.clear();
            rig.send("?");
            (void)rig.machine.run_until_stop();
            EXPECT_NE(rig.next(), "(nothing)") << request << ", call " << nth;
        }
    }
}

}  // namespace
}  // namespace hvgdb::test
