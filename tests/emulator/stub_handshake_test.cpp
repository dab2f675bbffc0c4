// SPDX-License-Identifier: GPL-2.0-or-later
// How StubMachine and QEMU's stub get to know each other.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "emulator/hex.hpp"
#include "emulator/stub_machine.hpp"
#include "tests/emulator/scripted_transport.hpp"

namespace hvgdb::emulator {
namespace {

Expected<std::unique_ptr<StubMachine>> connect(Conversation& conversation) {
    return StubMachine::connect(std::make_unique<ScriptedTransport>(conversation));
}

std::optional<Errc> code(const Expected<std::unique_ptr<StubMachine>>& machine) {
    return machine ? std::nullopt : std::optional(machine.error().code);
}

TEST(StubHandshake, TellsOfTheMachine) {
    Conversation conversation{.script = handshake(2), .unexpected = {}};
    const auto machine = connect(conversation);
    ASSERT_TRUE(machine) << machine.error().detail;
    EXPECT_EQ(conversation.unexpected, "");
    EXPECT_TRUE(conversation.script.empty()) << "first line not played: " << conversation.script.front().sent;
    EXPECT_EQ((*machine)->vcpu_count(), 2U);
    EXPECT_EQ((*machine)->step_flags(), 7U);
    EXPECT_FALSE((*machine)->running());
    const TargetDescription& description = (*machine)->description();
    EXPECT_EQ(description.architecture(), "i386:x86-64");
    EXPECT_EQ(description.registers().size(), 4U);
    EXPECT_EQ(description.block_size(), 20U);
    EXPECT_EQ(description.program_counter()->name, "rip");
}

TEST(StubHandshake, FailsOnBadAnswers) {
    const struct {
        const char* name;
        std::size_t line;  ///< of the handshake
        std::string answer;
        Errc code;
    } rows[] = {
        {"no features", 0, "", Errc::protocol},
        {"no packet size", 0, "qXfer:features:read+", Errc::protocol},
        {"packet size zero", 0, "PacketSize=0;qXfer:features:read+", Errc::protocol},
        {"packet size is no number", 0, "PacketSize=-1;qXfer:features:read+", Errc::protocol},
        {"no description", 0, "PacketSize=1000", Errc::unsupported},
        {"no physical mode", 1, "", Errc::unsupported},
        {"no document", 2, "E00", Errc::protocol},
        {"empty part", 2, "m", Errc::protocol},
        {"no xml", 4, "lrubbish", Errc::protocol},
        {"block cuts a register", 5, "0000000000", Errc::protocol},
        {"block longer than described", 5, std::string(46, '0'), Errc::protocol},
        {"no block", 5, "E14", Errc::protocol},
        {"no threads", 6, "l", Errc::protocol},
        {"threads from nowhere", 6, "m07", Errc::protocol},
        {"thread zero", 6, "m00", Errc::protocol},
        {"same thread again", 7, "m01", Errc::protocol},
        {"no thread in the list", 7, "m", Errc::protocol},
        {"bad step flags", 9, "seven", Errc::protocol},
        {"closed", 3, kClosed, Errc::gone},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        Conversation conversation{.script = handshake(), .unexpected = {}};
        conversation.script.resize(row.line + 1);
        auto& answer = conversation.script.back().answer;
        answer = row.answer == kClosed ? kClosed : "+" + packet(row.answer);
        EXPECT_EQ(code(connect(conversation)), row.code);
        EXPECT_EQ(conversation.unexpected, "");
    }
}

TEST(StubHandshake, EndlessThreadListsAndDocumentsEnd) {
    Conversation threads{.script = handshake(5000), .unexpected = {}};
    EXPECT_EQ(code(connect(threads)), Errc::protocol);
    Conversation documents{.script = handshake(), .unexpected = {}};
    documents.script.resize(2);
    for (std::size_t at = 0; at <= 0x100000; at += 0x8000) {
        documents.script.push_back(
            ask("qXfer:features:read:target.xml:" + hex_number(at) + ",8000", "m" + std::string(0x8000, ' ')));
    }
    EXPECT_EQ(code(connect(documents)), Errc::protocol);
}

}  // namespace
}  // namespace hvgdb::emulator
