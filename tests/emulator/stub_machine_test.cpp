// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_machine.hpp"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

#include "emulator/hex.hpp"
#include "tests/emulator/scripted_transport.hpp"

namespace hvgdb::emulator {
namespace {

using Reason = MachineStop::Reason;

constexpr VcpuId kFirst{0};
constexpr VcpuId kSecond{1};
const std::string kBlock =
    "0100000000000000"
    "0200000000000000"
    "03000000";

/// A machine that has shaken hands and goes on with `script`.
struct Session {
    explicit Session(const Script& script) {
        conversation.script = handshake(2);
        std::ranges::copy(script, std::back_inserter(conversation.script));
        auto connected = StubMachine::connect(std::make_unique<ScriptedTransport>(conversation));
        EXPECT_TRUE(connected) << connected.error().detail;
        machine = std::move(*connected);
        machine->set_stop_handler([this](const MachineStop& stop) { stops.push_back(stop); });
    }
    ~Session() {
        EXPECT_EQ(conversation.unexpected, "");
        EXPECT_EQ(conversation.script.size(), 0U) << "first line not played: " << conversation.script.front().sent;
    }
    Conversation conversation;
    std::unique_ptr<StubMachine> machine;
    std::vector<MachineStop> stops;
};

template <typename T>
std::optional<Errc> code(const Expected<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
}

std::string hex(const Expected<Bytes>& bytes) {
    return bytes ? encode_hex(*bytes) : bytes.error().detail;
}

TEST(StubMachine, ReadsEachBlockOncePerStop) {
    Session session({ask("Hg1", "OK"), ask("g", kBlock), ask("Hg2", "OK"),
                     ask("g", "xxxxxxxxxxxxxxxx" + kBlock.substr(16)), ask("p3", "beef")});
    auto& machine = *session.machine;
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
        EXPECT_EQ(hex(machine.read_register(kFirst, 1)), "0200000000000000");
        EXPECT_EQ(hex(machine.read_register(kSecond, 0)), "0000000000000000");
        EXPECT_EQ(hex(machine.read_register(kSecond, 3)), "beef");
    }
    EXPECT_EQ(code(machine.read_registers({2})), Errc::not_found);
    EXPECT_EQ(code(machine.read_register({2}, 0)), Errc::not_found);
    EXPECT_EQ(code(machine.read_register(kFirst, 4)), Errc::not_found);
}

TEST(StubMachine, WritesRegistersOfExactSizeAndForgets) {
    Session session({ask("Hg1", "OK"), ask("g", kBlock), ask("P1=0807060504030201", "OK"), ask("g", kBlock),
                     ask("G" + kBlock, "OK"), ask("g", kBlock), ask("P3=0000", "E22")});
    auto& machine = *session.machine;
    const auto value = store_little_endian(0x0102030405060708, 8);
    const auto generation = machine.generation();
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
    EXPECT_EQ(machine.generation(), generation);
    EXPECT_EQ(code(machine.write_register(kFirst, 1, value)), std::nullopt);
    EXPECT_NE(machine.generation(), generation);
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
    EXPECT_EQ(code(machine.write_registers(kFirst, *decode_hex(kBlock))), std::nullopt);
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
    EXPECT_EQ(code(machine.write_register(kFirst, 3, Bytes(2))), Errc::unsupported);
    EXPECT_EQ(code(machine.write_register(kFirst, 1, Bytes(7))), Errc::bad_argument);
    EXPECT_EQ(code(machine.write_register(kFirst, 1, Bytes(9))), Errc::bad_argument);
    EXPECT_EQ(code(machine.write_register(kFirst, 99, Bytes(8))), Errc::not_found);
    EXPECT_EQ(code(machine.write_registers(kFirst, Bytes(19))), Errc::bad_argument);
    EXPECT_EQ(code(machine.write_registers(kFirst, Bytes(21))), Errc::bad_argument);
    EXPECT_EQ(code(machine.write_registers({9}, Bytes(20))), Errc::not_found);
}

/// What it was told, a line each.
struct Recorder : WriteObserver {
    void on_register_written(VcpuId vcpu, unsigned number) override {
        told.push_back("register " + std::to_string(number) + " of " + std::to_string(vcpu.index));
    }
    void on_memory_written(VcpuId vcpu, VirtAddr address, std::uint64_t size) override {
        told.push_back("memory " + hex_number(address.value) + ' ' + std::to_string(size) + " of " +
                       std::to_string(vcpu.index));
    }
    void on_physical_written(PhysAddr address, std::uint64_t size) override {
        told.push_back("physical " + hex_number(address.value) + ' ' + std::to_string(size));
    }
    std::vector<std::string> told;
};

TEST(StubMachine, TellsWhatWasWritten) {
    const std::string changed = "01000000000000001200000000000000" + kBlock.substr(32);
    Session session({ask("Hg1", "OK"), ask("P1=0000000000000000", "OK"), ask("P3=0000", "E22"), ask("g", kBlock),
                     ask("G" + changed, "OK"), ask("M5000,2:aabb", "OK"), ask("Mfff,2:aabb", "E14"),
                     ask("M5000,2:aabb", "what"), ask("Qqemu.PhyMemMode:1", "OK"), ask("M6000,2:aabb", "OK"),
                     ask("m6000,1", "7f"), ask("M6000,1:7f", "OK"), ask("Qqemu.PhyMemMode:0", "OK"),
                     ask("m7000,1", "7f"), ask("M7000,1:7f", "OK"), ask("Qqemu.PhyMemMode:1", "OK"),
                     ask("M6000,2:aabb", "OK")});
    auto& machine = *session.machine;
    Recorder recorder;
    machine.set_write_observer(&recorder);
    const Bytes two = *decode_hex("aabb");
    EXPECT_EQ(code(machine.write_register(kFirst, 1, Bytes(8))), std::nullopt);
    EXPECT_EQ(code(machine.write_register(kFirst, 3, Bytes(2))), Errc::unsupported);
    EXPECT_EQ(code(machine.write_registers(kFirst, *decode_hex(changed))), std::nullopt);
    EXPECT_EQ(code(machine.write_memory(kFirst, {0x5000}, two)), std::nullopt);
    EXPECT_EQ(code(machine.write_memory(kFirst, {0xfff}, two)), Errc::fault);
    EXPECT_EQ(code(machine.write_memory(kFirst, {0x5000}, two)), Errc::protocol);
    EXPECT_EQ(code(machine.write_physical({0x6000}, two)), std::nullopt);
    EXPECT_EQ(code(machine.rewrite_byte(PhysAddr{0x6000})), std::nullopt);
    EXPECT_EQ(code(machine.rewrite_byte(kFirst, VirtAddr{0x7000})), std::nullopt);
    EXPECT_EQ(code(machine.write_physical({0x6000}, two)), std::nullopt);
    EXPECT_EQ(recorder.told, (std::vector<std::string>{"register 1 of 0", "register 1 of 0", "memory 5000 2 of 0",
                                                       "memory fff 2 of 0", "physical 6000 2", "physical 6000 2"}));
}

TEST(StubMachine, BadRegisterReplies) {
    const struct {
        std::string reply;
        Errc code;
    } rows[] = {
        {"", Errc::protocol},
        {"E14", Errc::not_found},
        {kBlock + "00", Errc::protocol},
        {"zz" + kBlock.substr(2), Errc::protocol},
        {"x0" + kBlock.substr(2), Errc::protocol},
        {kBlock.substr(2), Errc::protocol},
    };
    for (const auto& row : rows) {
        Session session({ask("Hg1", "OK"), ask("g", row.reply)});
        EXPECT_EQ(code(session.machine->read_registers(kFirst)), row.code) << row.reply;
    }
    Session session({ask("Hg1", "E22"), ask("Hg1", "OK"), ask("g", kBlock)});
    EXPECT_EQ(code(session.machine->read_registers(kFirst)), Errc::not_found);
    EXPECT_EQ(hex(session.machine->read_registers(kFirst)), kBlock);
}

TEST(StubMachine, Watchpoints) {
    Session session({ask("Z2,1000,8", "OK"), ask("z2,1000,8", "OK"), ask("z2,1000,8", "E22"), ask("Z3,10,1", "OK"),
                     ask("Z4,ffffffffffffffff,1", "E22"), ask("Z4,0,2", "")});
    auto& machine = *session.machine;
    EXPECT_EQ(code(machine.insert_watchpoint({0x1000}, 8, WatchKind::write)), std::nullopt);
    EXPECT_EQ(code(machine.remove_watchpoint({0x1000}, 8, WatchKind::write)), std::nullopt);
    EXPECT_EQ(code(machine.remove_watchpoint({0x1000}, 8, WatchKind::write)), Errc::not_found);
    EXPECT_EQ(code(machine.insert_watchpoint({0x10}, 1, WatchKind::read)), std::nullopt);
    EXPECT_EQ(code(machine.insert_watchpoint({UINT64_MAX}, 1, WatchKind::access)), Errc::unsupported);
    EXPECT_EQ(code(machine.insert_watchpoint({0}, 2, WatchKind::access)), Errc::unsupported);
    EXPECT_EQ(code(machine.insert_watchpoint({0x1000}, 0, WatchKind::write)), Errc::bad_argument);
    EXPECT_EQ(code(machine.insert_watchpoint({UINT64_MAX}, 2, WatchKind::write)), Errc::bad_argument);
}

TEST(StubMachine, StepFlags) {
    Session session({ask("Qqemu.sstep=1", "OK"), ask("Qqemu.sstep=ff", "E22")});
    EXPECT_EQ(code(session.machine->set_step_flags(1)), std::nullopt);
    EXPECT_EQ(session.machine->step_flags(), 1U);
    EXPECT_EQ(code(session.machine->set_step_flags(0xff)), Errc::unsupported);
    EXPECT_EQ(session.machine->step_flags(), 1U);
}

TEST(StubMachine, WhileRunningSaysNothingButInterrupt) {
    Session session({ask("Hg1", "OK"),
                     ask("g", kBlock),
                     {packet("vCont;c"), "+"},
                     {"\x03", packet("T02thread:01;")},
                     ask("Hg1", "OK"),
                     ask("g", kBlock)});
    auto& machine = *session.machine;
    EXPECT_EQ(code(machine.interrupt()), std::nullopt) << "paused: nothing is sent";
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
    ASSERT_TRUE(machine.resume({}));
    EXPECT_TRUE(machine.running());
    Bytes one(1);
    const std::vector<std::optional<Errc>> codes{
        code(machine.read_registers(kFirst)),
        code(machine.write_registers(kFirst, Bytes(20))),
        code(machine.read_register(kFirst, 0)),
        code(machine.write_register(kFirst, 0, Bytes(8))),
        code(machine.read_memory(kFirst, {0}, one)),
        code(machine.write_memory(kFirst, {0}, one)),
        code(machine.read_physical({0}, one)),
        code(machine.write_physical({0}, one)),
        code(machine.insert_watchpoint({0}, 1, WatchKind::write)),
        code(machine.remove_watchpoint({0}, 1, WatchKind::write)),
        code(machine.set_step_flags(1)),
        code(machine.resume({})),
    };
    EXPECT_EQ(codes, std::vector<std::optional<Errc>>(codes.size(), Errc::running));
    machine.on_readable();
    EXPECT_TRUE(session.stops.empty());
    ASSERT_TRUE(machine.interrupt());
    machine.on_readable();
    ASSERT_EQ(session.stops.size(), 1U);
    EXPECT_EQ(session.stops[0].reason, Reason::interrupted);
    EXPECT_FALSE(machine.running());
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock) << "asked for anew, as is the vCPU";
}

TEST(StubMachine, StepsAndResumesFromTheHandler) {
    Session session({{packet("vCont;s:2;c"), "+" + packet("T05thread:02;")},
                     {packet("vCont;s:1"), "+"},
                     {"", packet("T05thread:01;")}});
    auto& machine = *session.machine;
    machine.set_stop_handler([&](const MachineStop& stop) {
        session.stops.push_back(stop);
        machine.set_stop_handler([&](const MachineStop& second) { session.stops.push_back(second); });
        EXPECT_TRUE(machine.resume({RunMode::stay, {{kFirst, RunMode::step}}}));
    });
    ASSERT_TRUE(machine.resume({RunMode::go, {{kSecond, RunMode::step}}}));
    EXPECT_TRUE(session.stops.empty()) << "not from inside resume";
    machine.on_readable();
    ASSERT_EQ(session.stops.size(), 1U);
    EXPECT_TRUE(machine.running());
    machine.on_readable();
    ASSERT_EQ(session.stops.size(), 2U);
    EXPECT_EQ(session.stops[0].vcpu, kSecond);
    EXPECT_EQ(session.stops[1].vcpu, kFirst);
    EXPECT_EQ(session.stops[1].reason, Reason::stepped);
}

TEST(StubMachine, TheVcpuThatTrappedIsSelectedAlready) {
    Session session(
        {{packet("vCont;s:2;c"), "+" + packet("T05thread:02;")}, ask("g", kBlock), ask("Hg1", "OK"), ask("g", kBlock)});
    auto& machine = *session.machine;
    ASSERT_TRUE(machine.resume({RunMode::go, {{kSecond, RunMode::step}}}));
    machine.on_readable();
    EXPECT_EQ(hex(machine.read_registers(kSecond)), kBlock);
    EXPECT_EQ(hex(machine.read_registers(kFirst)), kBlock);
}

TEST(StubMachine, ALateSecondStopIsSwallowed) {
    Session session({{packet("vCont;c"), "+" + packet("T05thread:02;")},
                     {packet("Hg1"), packet("T02thread:01;") + "+" + packet("OK")},
                     ask("g", kBlock),
                     {"", packet("T02thread:01;")}});
    ASSERT_TRUE(session.machine->resume({}));
    session.machine->on_readable();
    EXPECT_EQ(hex(session.machine->read_registers(kFirst)), kBlock);
    session.machine->on_readable();
    EXPECT_EQ(session.stops.size(), 1U);
}

TEST(StubMachine, ARefusedResumptionIsAStop) {
    for (const char* const reply : {"E22", "", "nonsense"}) {
        Session session({{packet("vCont;c"), "+" + packet(reply)}});
        ASSERT_TRUE(session.machine->resume({}));
        session.machine->on_readable();
        ASSERT_EQ(session.stops.size(), 1U);
        EXPECT_EQ(session.stops[0].reason, Reason::interrupted);
        EXPECT_FALSE(session.machine->running());
    }
}

TEST(StubMachine, TellsOnceThatQemuIsGone) {
    for (const auto& last : {kClosed, packet("W03")}) {
        Session session({{packet("vCont;c"), "+"}, {"", last}, {"", kClosed}});
        if (last == kClosed) {
            session.conversation.script.pop_back();
        }
        ASSERT_TRUE(session.machine->resume({}));
        for (int time = 0; time < 3; ++time) {
            session.machine->on_readable();
        }
        ASSERT_EQ(session.stops.size(), 1U);
        EXPECT_EQ(session.stops[0].reason, Reason::gone);
        EXPECT_EQ(session.stops[0].exit_code, last == kClosed ? 0 : 3);
        EXPECT_EQ(code(session.machine->read_registers(kFirst)), Errc::gone);
        EXPECT_EQ(code(session.machine->resume({})), Errc::gone);
    }
}

}  // namespace
}  // namespace hvgdb::emulator
