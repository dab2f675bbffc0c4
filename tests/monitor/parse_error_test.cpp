// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that are no sentence of the monitor language, and where it is said that they are not.
#include <gtest/gtest.h>

#include "monitor/parse.hpp"
#include "tests/monitor/description.hpp"

namespace hvgdb::monitor {
namespace {

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
    "Invalid syntax, expected one of the following: \"check_taint\", \"get_taint\", \"taint\", "
    "\"osinfo\", \"proclist\", \"procinfo\", \"threadinfo\", \"meminfo\", \"files\", \"modules\", "
    "\"ksym\", \"osjson\", \"vcpus\", \"translate\", \"sites\", \"scope\", \"version\", \"help\"";
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
constexpr std::string_view kSymbol =
    "Invalid syntax, expected the name of a kernel symbol (example: do_exit) or an address (example: "
    "0xffffffff81000000)";
constexpr std::string_view kSymbolOrEnd =
    "Invalid syntax, expected one of the following: the name of a kernel symbol (example: do_exit) or an address "
    "(example: 0xffffffff81000000), the end of the line";
constexpr std::string_view kJsonTopic =
    "Invalid syntax, expected one of the following: \"facts\", \"processes\", \"modules\", "
    "\"benchmark\", \"threads\", \"mappings\", \"files\", \"executable\", \"cwd\", \"arguments\", "
    "\"environment\", \"auxv\", \"registers\", \"current\", \"symbols\", \"memory\"";
constexpr std::string_view kOneProcess = "Invalid syntax, expected a process number (example: 812)";
constexpr std::string_view kBytes = "Invalid syntax, expected how many bytes (example: 64)";
constexpr std::string_view kWrongBytes = "From 1 to 4194304 bytes";
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
    {"proclist tree a b", 16, kEnd},
    {"modules 1", 8, kEnd},
    {"files x", 6, kProcess},
    {"version 2", 8, kEnd},
    // Kernel symbols
    {"ksym", 4, kSymbol},
    {"ksym 12x", 5, kSymbol},
    {"ksym *x", 6, "Invalid syntax, expected a number (example: 0xffffffff81000000)"},
    {"ksym do_exit do_fork", 13, kEnd},
    {"ksym $riip", 5, "Unknown register \"riip\"", "(did you mean \"rip\"?)"},
    {"ksym 0x10000000000000000", 5, kNoFit64},
    // JSON
    {"osjson", 6, kJsonTopic},
    {"osjson procesess", 7, kJsonTopic, "(did you mean \"processes\"?)"},
    {"osjson threads", 14, kOneProcess},
    {"osjson threads sshd", 15, kOneProcess},
    {"osjson threads 1 2", 17, kEnd},
    {"osjson processes 1", 17, kEnd},
    {"osjson registers", 16, "Invalid syntax, expected a thread number (example: 812)"},
    {"osjson current x", 15, "Invalid syntax, expected a vCPU's number (example: 0)"},
    {"osjson symbols", 14, kSymbol},
    {"osjson symbols a &", 17, kSymbolOrEnd},
    {"osjson memory 1 2", 17, kBytes},
    {"osjson memory 1 x", 16, kNumber},
    {"osjson memory 1 2 0", 18, kWrongBytes},
    {"osjson memory 1 2 4194305", 18, kWrongBytes},
    {"osjson memory 1 0x10000000000000000 3", 16, kNoFit64},
    {"osjson environment 4294967296", 19, kNoFit32},
    {"vcpus  all", 7, kEnd},
    {"translate", 9, kAddress},
    {"translate &1", 10, kAddress},
    {"scope hree", 6, kScope, "(did you mean \"here\"?)"},
    {"scope anything", 6, kScope},
    {"scope here now", 11, kEnd},
    {"help me please", 5,
     "Invalid syntax, expected one of the following: \"check_taint\", \"get_taint\", \"taint\", "
     "\"osinfo\", \"proclist\", \"procinfo\", \"threadinfo\", \"meminfo\", \"files\", \"modules\", "
     "\"ksym\", \"osjson\", \"vcpus\", \"translate\", \"sites\", \"scope\", \"version\", \"help\", the "
     "end of the line"},
};
INSTANTIATE_TEST_SUITE_P(Monitor, BadLines, testing::ValuesIn(kBadLines));

TEST(Parse, DiagnosticKeepsTheLineWithoutBlanksAtItsEnds) {
    const auto command = parse(" \t taint &1 \n", description());
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().line, "taint &1");
    EXPECT_EQ(command.error().column, 6u);
}

}  // namespace
}  // namespace hvgdb::monitor
