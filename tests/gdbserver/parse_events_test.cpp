// SPDX-License-Identifier: GPL-2.0-or-later
// Packets about events, signals and the start of programs.
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/command.hpp"

namespace hvgdb::gdbserver {
namespace {

template <typename C>
std::optional<C> parsed(std::string_view packet) {
    const auto command = parse_command(packet);
    const auto* found = command ? std::get_if<C>(&*command) : nullptr;
    EXPECT_NE(found, nullptr) << packet << " is something else, or malformed";
    return found == nullptr ? std::nullopt : std::optional(*found);
}

using Numbers = std::vector<std::uint64_t>;

TEST(ParseCatchSyscalls, KnowsNoneSomeAndAll) {
    const struct {
        const char* packet;
        std::optional<Numbers> numbers;
    } rows[] = {{"QCatchSyscalls:0", std::nullopt},
                {"QCatchSyscalls:1", Numbers{}},
                {"QCatchSyscalls:1;", Numbers{}},
                {"QCatchSyscalls:1;3b", Numbers{0x3b}},
                {"QCatchSyscalls:1;0;ffffffff;0", Numbers{0, 0xffffffff, 0}}};
    for (const auto& row : rows) {
        EXPECT_EQ(parsed<cmd::CatchSyscalls>(row.packet)->numbers, row.numbers) << row.packet;
    }
}

TEST(ParsePassSignals, MarksWhatIsNamed) {
    const auto none = parsed<cmd::PassSignals>("QPassSignals:")->numbers;
    EXPECT_EQ(none, std::vector<bool>(256));
    auto wanted = none;
    wanted[0x0e] = wanted[0xff] = wanted[0] = true;
    EXPECT_EQ(parsed<cmd::PassSignals>("QPassSignals:e;ff;0;0e")->numbers, wanted);
}

TEST(ParseThreadEvents, IsASwitch) {
    EXPECT_FALSE(parsed<cmd::ThreadEvents>("QThreadEvents:0")->on);
    EXPECT_TRUE(parsed<cmd::ThreadEvents>("QThreadEvents:1")->on);
}

TEST(ParseRun, TakesTheProgramAlone) {
    const auto path = encode_hex("/bin/ls");
    EXPECT_EQ(parsed<cmd::Run>("vRun;")->program, "");
    EXPECT_EQ(parsed<cmd::Run>("vRun;" + path)->program, "/bin/ls");
    EXPECT_EQ(parsed<cmd::Run>("vRun;" + path + ";2d6c;")->program, "/bin/ls");
    EXPECT_EQ(parsed<cmd::Run>("vRun;" + encode_hex(std::string(4095, 'a')))->program.size(), 4095U);
}

TEST(ParseAttachNamed, KnowsThreeWays) {
    using How = cmd::AttachNamed::How;
    const struct {
        const char* packet;
        How how;
    } rows[] = {{"vAttachName;6c73", How::now},
                {"vAttachWait;6c73", How::when_started},
                {"vAttachOrWait;6c73", How::now_or_when_started}};
    for (const auto& row : rows) {
        const auto command = parsed<cmd::AttachNamed>(row.packet);
        EXPECT_EQ(command->program, "ls");
        EXPECT_EQ(command->how, row.how) << row.packet;
    }
    (void)parsed<cmd::AttachNamedSupport>("qVAttachOrWaitSupported");
}

TEST(ParseResume, KeepsSignals) {
    const auto actions = parsed<cmd::Resume>("vCont;C0b:p1.2;S1e:p1.3;c")->actions;
    ASSERT_EQ(actions.size(), 3U);
    EXPECT_EQ(actions[0].signal, 0x0bU);
    EXPECT_EQ(actions[0].motion, cmd::Motion::go);
    EXPECT_EQ(actions[1].signal, 0x1eU);
    EXPECT_EQ(actions[1].motion, cmd::Motion::step);
    EXPECT_EQ(actions[2].signal, 0U);
    const auto old = parsed<cmd::OldResume>("S0f;1000");
    EXPECT_EQ(old->signal, 0x0fU);
    EXPECT_TRUE(old->step);
    EXPECT_EQ(old->address, VirtAddr{0x1000});
    EXPECT_EQ(parsed<cmd::OldResume>("C02")->signal, 2U);
    EXPECT_EQ(parsed<cmd::OldResume>("c")->signal, 0U);
}

TEST(ParseLaunchSettings, AreAccepted) {
    for (const auto* packet :
         {"QDisableRandomization:0", "QDisableRandomization:1", "QStartupWithShell:1", "QEnvironmentHexEncoded:413d31",
          "QEnvironmentUnset:41", "QEnvironmentReset", "QSetWorkingDir:2f", "QSetWorkingDir:"}) {
        (void)parsed<cmd::LaunchSetting>(packet);
    }
}

class MalformedEvents : public testing::TestWithParam<std::string> {};

TEST_P(MalformedEvents, IsABadArgument) {
    const auto command = parse_command(GetParam());
    ASSERT_FALSE(command.has_value());
    EXPECT_EQ(command.error().code, Errc::bad_argument);
}

std::string too_many_numbers() {
    std::string packet = "QCatchSyscalls:1";
    for (int i = 0; i < 4097; ++i) {
        packet += ";1";
    }
    return packet;
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedEvents,
    testing::Values("QCatchSyscalls:", "QCatchSyscalls:2", "QCatchSyscalls:0;1", "QCatchSyscalls:1;x",
                    "QCatchSyscalls:1;;1", "QCatchSyscalls:1;100000000", "QCatchSyscalls:1,1", too_many_numbers(),
                    "QPassSignals:100", "QPassSignals:;1", "QPassSignals:-1", "QProgramSignals:x",
                    "QThreadEvents:", "QThreadEvents:2", "QThreadEvents:11", "vRun;6", "vRun;zz", "vRun;2f00",
                    "vRun;" + std::string(8192, '6'), "vAttachName;", "vAttachWait;", "vAttachOrWait;", "vAttachWait;6",
                    "vAttachName;00", "QStartupWithShell:", "QDisableRandomization:2", "QEnvironmentUnset:6",
                    "QSetWorkingDir:xx", "vCont;C", "vCont;C0", "vCont;S100", "vCont;Cxx", "C", "S0", "Cxx"));

}  // namespace
}  // namespace hvgdb::gdbserver
