// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::monitor {
namespace {

const emulator::TargetDescription& description() {
    static const auto parsed = emulator::TargetDescription::parse(test::fake_documents());
    return *parsed;
}

std::string shown(const Place& place) {
    if (const auto* name = std::get_if<RegisterName>(&place)) {
        return "register " + name->name;
    }
    return "address " + std::to_string(std::get<VirtAddr>(place).value);
}

template <typename Value>
std::string shown(const std::optional<Value>& value) {
    if (!value) {
        return "none";
    }
    if constexpr (std::is_same_v<Value, std::string>) {
        return *value;
    } else if constexpr (std::is_same_v<Value, CommandId>) {
        return std::string(spec(*value).name);
    } else {
        return std::to_string(*value);
    }
}

struct Shown {
    std::string operator()(const cmd::Taint& it) const {
        return shown(it.target) + ", label " + std::to_string(it.label);
    }
    std::string operator()(const cmd::CheckTaint& it) const { return shown(it.target); }
    std::string operator()(const cmd::GetTaint& it) const { return shown(it.target); }
    std::string operator()(const cmd::MemInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::ProcInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::ProcList& it) const { return shown(it.name); }
    std::string operator()(const cmd::ThreadInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::Translate& it) const { return shown(it.address); }
    std::string operator()(const cmd::Help& it) const { return shown(it.about); }
    std::string operator()(const cmd::Vcpus&) const { return {}; }
    std::string operator()(const cmd::Sites&) const { return {}; }
    std::string operator()(const cmd::Version&) const { return {}; }
    std::string operator()(const cmd::Scope& it) const {
        if (const auto* space = std::get_if<AddressSpace>(&it.wanted)) {
            return "root " + std::to_string(space->root);
        }
        return std::to_string(it.wanted.index());
    }
};

struct GoodLine {
    std::string_view line;
    CommandId id;
    std::string_view arguments;
};

void PrintTo(const GoodLine& row, std::ostream* out) {
    *out << testing::PrintToString(row.line);
}

class GoodLines : public testing::TestWithParam<GoodLine> {};

TEST_P(GoodLines, Parse) {
    const auto command = parse(GetParam().line, description());
    ASSERT_TRUE(command) << GetParam().line << "\n" << render(command.error());
    EXPECT_EQ(id_of(*command), GetParam().id) << GetParam().line;
    EXPECT_EQ(std::visit(Shown{}, *command), GetParam().arguments) << GetParam().line;
}

constexpr GoodLine kGoodLines[] = {
    {"taint *0x55555555 3", CommandId::taint, "address 1431655765, label 3"},
    {"taint *16 0x10", CommandId::taint, "address 16, label 16"},
    {"taint rax 4294967295", CommandId::taint, "register rax, label 4294967295"},
    {"taint  \t xmm3   1", CommandId::taint, "register xmm3, label 1"},
    {"check_taint *0xffffffffffffffff", CommandId::check_taint, "address 18446744073709551615"},
    {"check_taint *18446744073709551615", CommandId::check_taint, "address 18446744073709551615"},
    {"check_taint $eflags", CommandId::check_taint, "register eflags"},
    {"get_taint *0xABCdef", CommandId::get_taint, "address 11259375"},
    {"get_taint k_gs_base", CommandId::get_taint, "register k_gs_base"},
    {"meminfo", CommandId::meminfo, "none"},
    {"meminfo 812", CommandId::meminfo, "812"},
    {"procinfo", CommandId::procinfo, "none"},
    {"procinfo 0x10", CommandId::procinfo, "16"},
    {"proclist", CommandId::proclist, "none"},
    {"proclist kworker/0:1-ev\xc3\xa9", CommandId::proclist, "kworker/0:1-ev\xc3\xa9"},
    {"threadinfo", CommandId::threadinfo, "none"},
    {"threadinfo 4294967295", CommandId::threadinfo, "4294967295"},
    {"vcpus", CommandId::vcpus, ""},
    {"  vcpus\t\r\n", CommandId::vcpus, ""},
    {"translate 0x1000", CommandId::translate, "address 4096"},
    {"translate 4096", CommandId::translate, "address 4096"},
    {"translate *0x1000", CommandId::translate, "address 4096"},
    {"translate rip", CommandId::translate, "register rip"},
    {"translate $rip", CommandId::translate, "register rip"},
    {"sites", CommandId::sites, ""},
    {"scope", CommandId::scope, "0"},
    {"scope any", CommandId::scope, "1"},
    {"scope here", CommandId::scope, "2"},
    {"scope 0x1000", CommandId::scope, "root 4096"},
    {"version", CommandId::version, ""},
    {"help", CommandId::help, "none"},
    {"help taint", CommandId::help, "taint"},
    {"help check_taint", CommandId::help, "check_taint"},
    {"help help", CommandId::help, "help"},
};
INSTANTIATE_TEST_SUITE_P(Monitor, GoodLines, testing::ValuesIn(kGoodLines));

TEST(Parse, EveryExampleOfTheTableIsItsOwnCommand) {
    for (const auto& row : kCommands) {
        const auto command = parse(row.example, description());
        ASSERT_TRUE(command) << row.example;
        EXPECT_EQ(id_of(*command), row.id) << row.example;
        const auto help = parse("help " + std::string(row.name), description());
        ASSERT_TRUE(help) << row.name;
        EXPECT_EQ(std::get<cmd::Help>(*help).about, row.id);
    }
}

struct BadLine {
    std::string_view line;
    std::size_t column;
    std::string_view message;
    std::string_view hint = "";
};

void PrintTo(const BadLine& row, std::ostream* out) {
    *out << testing::PrintToString(row.line);
}

class BadLines : public testing::TestWithParam<BadLine> {};

TEST_P(BadLines, AreDiagnosed) {
    const auto command = parse(GetParam().line, description());
    ASSERT_FALSE(command) << GetParam().line;
    EXPECT_EQ(command.error().column, GetParam().column) << GetParam().line;
    EXPECT_EQ(command.error().message, GetParam().message) << GetParam().line;
    EXPECT_EQ(command.error().hint, GetParam().hint) << GetParam().line;
}

constexpr std::string_view kAnyCommand =
    "Invalid syntax, expected one of the following: \"check_taint\", \"get_taint\", \"taint\", \"meminfo\", "
    "\"procinfo\", \"proclist\", \"threadinfo\", \"vcpus\", \"translate\", \"sites\", \"scope\", \"version\", \"help\"";
constexpr std::string_view kTarget = "Invalid syntax, expected an address (example: *0x55555555) or a register name";
constexpr std::string_view kAddress = "Invalid syntax, expected an address (example: 0x55555555) or a register name";
constexpr std::string_view kNumber = "Invalid syntax, expected a number (example: 0x55555555)";
constexpr std::string_view kLabel = "Invalid syntax, expected a label (a number, example: 3)";
constexpr std::string_view kEnd = "Invalid syntax, expected the end of the line";
constexpr std::string_view kBlankOrEnd = "Invalid syntax, expected one of the following: a blank, the end of the line";
constexpr std::string_view kProcess =
    "Invalid syntax, expected one of the following: a process number (example: 812), the end of the line";
constexpr std::string_view kScope =
    "Invalid syntax, expected one of the following: \"any\", \"here\", a page-table root (example: 0x1000000), the end "
    "of the line";
constexpr std::string_view kNoFit64 = "Number too large, it must fit in 64 bits";
constexpr std::string_view kNoFit32 = "Number too large, it must fit in 32 bits";
constexpr std::string_view kSeeGdb = "(gdb's \"info all-registers\" lists them)";

constexpr BadLine kBadLines[] = {
    // No such command
    {"", 0, kAnyCommand},
    {"frobnicate", 0, kAnyCommand},
    {"gte_taint *0x55555555", 0, kAnyCommand, "(did you mean \"get_taint\"?)"},
    {"  HELP", 0, kAnyCommand, "(did you mean \"help\"?)"},
    {"tainted rax", 0, kAnyCommand, "(did you mean \"taint\"?)"},
    {"taint_ rax 1", 0, kAnyCommand, "(did you mean \"taint\"?)"},
    {"\xff\x1b", 0, kAnyCommand},
    // Targets
    {"taint &0x55555555 3", 6, kTarget},
    {"taint", 5, kTarget},
    {"taint 0x55555555 3", 6, kTarget},
    {"check_taint", 11, kTarget},
    {"get_taint *", 11, kNumber},
    {"get_taint *zz", 11, kNumber},
    {"get_taint *0x", 11, kNumber},
    {"get_taint *0X12", 11, kNumber},
    {"get_taint *12zz", 11, kNumber},
    {"get_taint *-1", 11, kNumber},
    {"get_taint $", 10, kTarget},
    {"check_taint *0x1 2", 17, kEnd},
    {"check_taint rax&", 15, kEnd},
    {"taint rax&", 9, "Invalid syntax, expected a blank"},
    {"taint*0x1 3", 5, "Invalid syntax, expected a blank"},
    // Labels
    {"taint *0x55555555", 17, kLabel},
    {"taint *0x55555555 x", 18, kLabel},
    {"taint rax 3 4", 12, kEnd},
    {"taint rax 4294967296", 10, kNoFit32},
    // Numbers too large, whatever follows
    {"taint *0x10000000000000000 3", 7, kNoFit64},
    {"taint *18446744073709551616 nonsense", 7, kNoFit64},
    {"translate 0xfffffffffffffffff", 10, kNoFit64},
    {"scope 99999999999999999999", 6, kNoFit64},
    {"meminfo 4294967296", 8, kNoFit32},
    // Registers
    {"check_taint rqx", 12, "Unknown register \"rqx\"", "(did you mean \"rax\", \"rbx\", \"rcx\" or \"rdx\"?)"},
    {"check_taint RAX", 12, "Unknown register \"RAX\"", "(did you mean \"rax\", \"rbx\", \"rcx\" or \"rdx\"?)"},
    {"translate $riip", 10, "Unknown register \"riip\"", "(did you mean \"rip\"?)"},
    {"taint nonsense &", 6, "Unknown register \"nonsense\"", kSeeGdb},
    {"taint aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd 1", 6, "Unknown register \"aaaaaaaaaabbbbbbbbbbccccccccccdd...\"",
     kSeeGdb},
    // Optional arguments
    {"meminfo x", 8, kProcess},
    {"procinfo 1 2", 11, kEnd},
    {"threadinfo&", 10, kBlankOrEnd},
    {"proclist a b", 11, kEnd},
    {"version 2", 8, kEnd},
    {"vcpus  all", 7, kEnd},
    {"translate", 9, kAddress},
    {"translate &1", 10, kAddress},
    {"scope hree", 6, kScope, "(did you mean \"here\"?)"},
    {"scope anything", 6, kScope},
    {"scope here now", 11, kEnd},
    {"help me please", 5,
     "Invalid syntax, expected one of the following: \"check_taint\", \"get_taint\", \"taint\", \"meminfo\", "
     "\"procinfo\", \"proclist\", \"threadinfo\", \"vcpus\", \"translate\", \"sites\", \"scope\", \"version\", "
     "\"help\", the end of the line"},
};
INSTANTIATE_TEST_SUITE_P(Monitor, BadLines, testing::ValuesIn(kBadLines));

TEST(Parse, DiagnosticKeepsTheLineWithoutBlanksAtItsEnds) {
    const auto command = parse(" \t taint &1 \n", description());
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().line, "taint &1");
    EXPECT_EQ(command.error().column, 6u);
}

TEST(Parse, NulBytesAreBytes) {
    const auto command = parse(std::string_view("help\0", 5), description());
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().column, 4u);
}

TEST(Parse, RegistersAreThoseOfTheDescription) {
    const auto arm = emulator::TargetDescription::parse(
        {{"target.xml",
          "<target><architecture>aarch64</architecture><feature name=\"org.gnu.gdb.aarch64.core\">"
          "<reg name=\"x0\" bitsize=\"64\"/><reg name=\"x1\" bitsize=\"64\"/><reg name=\"pc\" bitsize=\"64\"/>"
          "</feature></target>"}});
    ASSERT_TRUE(arm) << arm.error().detail;
    EXPECT_TRUE(parse("check_taint x1", *arm));
    EXPECT_FALSE(parse("check_taint rax", *arm));
}

}  // namespace
}  // namespace hvgdb::monitor
