// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "emulator/hex.hpp"
#include "emulator/stub_machine.hpp"
#include "tests/emulator/scripted_transport.hpp"

namespace hvgdb::emulator {
namespace {

constexpr VcpuId kFirst{0};
constexpr VcpuId kSecond{1};

class StubMemoryTest : public testing::Test {
  protected:
    void play(const Script& script, std::string_view packet_size = "20020") {
        conversation.script = handshake(2, packet_size);
        std::ranges::copy(script, std::back_inserter(conversation.script));
        auto connected = StubMachine::connect(std::make_unique<ScriptedTransport>(conversation));
        ASSERT_TRUE(connected) << connected.error().detail;
        machine = std::move(*connected);
    }
    /// What came, in hexadecimal, or the code of the error.
    std::string read(VcpuId vcpu, std::uint64_t address, std::size_t size) {
        Bytes out(size);
        return show(machine->read_memory(vcpu, {address}, out), out);
    }
    std::string read_physical(std::uint64_t address, std::size_t size) {
        Bytes out(size);
        return show(machine->read_physical({address}, out), out);
    }
    static std::string show(const Expected<std::size_t>& count, const Bytes& out) {
        return count ? encode_hex(std::span(out).first(*count))
                     : "error " + std::to_string(static_cast<int>(count.error().code));
    }
    void TearDown() override {
        EXPECT_EQ(conversation.unexpected, "");
        EXPECT_EQ(conversation.script.size(), 0U);
    }
    Conversation conversation;
    std::unique_ptr<StubMachine> machine;
};

const std::string kFault = "error 1";

TEST_F(StubMemoryTest, AsksOncePerStop) {
    play({ask("Hg1", "OK"),
          ask("m1000,4", "01020304"),
          ask("Hg2", "OK"),
          ask("m1000,4", "05060708"),
          ask("M1000,1:ff", "OK"),
          ask("m1000,4", "ff060708"),
          {packet("vCont;c"), "+" + packet("T02")},
          ask("Hg2", "OK"),
          ask("m1000,4", "00000000")});
    EXPECT_EQ(read(kFirst, 0x1000, 4), "01020304");
    EXPECT_EQ(read(kFirst, 0x1001, 3), "020304");
    EXPECT_EQ(read(kSecond, 0x1000, 4), "05060708");
    EXPECT_EQ(read(kFirst, 0x1000, 4), "01020304");
    EXPECT_TRUE(machine->write_memory(kSecond, {0x1000}, store_little_endian(0xff, 1)));
    EXPECT_EQ(read(kSecond, 0x1000, 4), "ff060708");
    ASSERT_TRUE(machine->resume({}));
    machine->on_readable();
    EXPECT_EQ(read(kSecond, 0x1000, 4), "00000000");
}

TEST_F(StubMemoryTest, ChunksToThePacketSize) {
    // 0x200 characters hold 0xe0 bytes beside the command.
    play({ask("Hg1", "OK"), ask("m0,e0", std::string(0x1c0, '1')), ask("me0,20", std::string(0x40, '2')),
          ask("M0,e0:" + std::string(0x1c0, '3'), "OK"), ask("Me0,1:33", "OK")},
         "200");
    EXPECT_EQ(read(kFirst, 0, 0x100), std::string(0x1c0, '1') + std::string(0x40, '2'));
    EXPECT_TRUE(machine->write_memory(kFirst, {0}, Bytes(0xe1, std::byte{0x33})));
}

TEST_F(StubMemoryTest, FindsTheReadablePrefix) {
    const auto page = std::string(0x2000, 'a');
    play({ask("Hg1", "OK"),
          // Two pages of three, from the middle of the first.
          ask("m1ff0,1820", "E14"), ask("m1ff0,10", std::string(0x20, 'b')), ask("m2000,1000", page),
          // Nothing at all.
          ask("m5000,1800", "E14"), ask("m5000,1000", "E14"),
          // Within one page there is nothing to try.
          ask("m7000,10", "E14"),
          // The first of two chunks is whole.
          ask("m10000,f000", std::string(0x1e000, 'c')), ask("m1f000,2000", "E14"), ask("m1f000,1000", page)});
    EXPECT_EQ(read(kFirst, 0x1ff0, 0x1820), std::string(0x20, 'b') + page);
    EXPECT_EQ(read(kFirst, 0x5000, 0x1800), kFault);
    EXPECT_EQ(read(kFirst, 0x7000, 0x10), kFault);
    EXPECT_EQ(read(kFirst, 0x10000, 0x11000), std::string(0x1e000, 'c') + page);
}

TEST_F(StubMemoryTest, PhysicalModeNeverLeaksIntoVirtualAccesses) {
    play({ask("Qqemu.PhyMemMode:1", "OK"),
          ask("m1000,1", "11"),
          ask("M1000,1:22", "OK"),
          ask("m5000,1", "E14"),
          ask("Hg1", "OK"),
          ask("Qqemu.PhyMemMode:0", "OK"),
          ask("m1000,1", "33"),
          ask("Qqemu.PhyMemMode:1", "OK"),
          ask("m1000,1", "22"),
          ask("Qqemu.PhyMemMode:0", "OK"),
          {packet("vCont;c"), "+" + packet("T02")},
          ask("Qqemu.PhyMemMode:1", "E22"),
          ask("Hg1", "OK"),
          ask("Qqemu.PhyMemMode:0", "E22"),
          ask("Qqemu.PhyMemMode:0", "OK"),
          ask("m1000,1", "44")});
    EXPECT_EQ(read_physical(0x1000, 1), "11");
    EXPECT_TRUE(machine->write_physical({0x1000}, store_little_endian(0x22, 1)));
    EXPECT_EQ(read_physical(0x5000, 1), kFault);
    EXPECT_EQ(read(kFirst, 0x1000, 1), "33");
    EXPECT_EQ(read_physical(0x1000, 1), "22") << "virtual bytes are no answer to a physical read";
    ASSERT_TRUE(machine->resume({}));
    machine->on_readable();
    EXPECT_EQ(read_physical(0x1000, 1), "error 2");
    EXPECT_EQ(read(kFirst, 0x1000, 1), "error 2") << "the mode is not known";
    EXPECT_EQ(read(kFirst, 0x1000, 1), "44");
}

TEST_F(StubMemoryTest, TheEndOfTheAddressSpace) {
    play({ask("Hg1", "OK"), ask("mfffffffffffffff0,10", std::string(32, '5')), ask("mffffffffffffffff,1", "66")});
    EXPECT_EQ(read(kFirst, 0xfffffffffffffff0, 0x20), std::string(32, '5'));
    EXPECT_EQ(read(kFirst, UINT64_MAX, 1), "55") << "remembered";
    const auto wrapped = machine->write_memory(kFirst, {UINT64_MAX}, Bytes(2));
    ASSERT_FALSE(wrapped);
    EXPECT_EQ(wrapped.error().code, Errc::fault);
    EXPECT_EQ(read(kFirst, UINT64_MAX, 2), "66");
}

TEST_F(StubMemoryTest, NothingAsksForNothing) {
    play({ask("Hg1", "OK")});
    EXPECT_EQ(read(kFirst, 0x1000, 0), "");
    EXPECT_TRUE(machine->write_memory(kFirst, {0x1000}, {}));
    EXPECT_EQ(read({7}, 0x1000, 1), "error 4");
}

TEST_F(StubMemoryTest, BadReplies) {
    play({ask("Hg1", "OK"), ask("m0,2", "00"), ask("m0,2", "000000"), ask("m0,2", "zzzz"), ask("m0,2", ""),
          ask("M0,1:00", "E14"), ask("M0,1:00", "what")});
    for (int time = 0; time < 4; ++time) {
        EXPECT_EQ(read(kFirst, 0, 2), "error 7");
    }
    for (const auto code : {Errc::fault, Errc::protocol}) {
        const auto written = machine->write_memory(kFirst, {0}, Bytes(1));
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code, code);
    }
}

}  // namespace
}  // namespace hvgdb::emulator
