// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that are no sentence of the monitor language, and where it is said that they are not.
#include <gtest/gtest.h>
#include <string>

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

const std::string kAnyTopic = std::string(kAnyCommand) + ", the end of the line";
constexpr std::string_view kTarget = "Invalid syntax, expected an address (example: *0x55555555) or a register name";
constexpr std::string_view kAddress = "Invalid syntax, expected an address (example: 0x55555555) or a register name";
constexpr std::string_view kNumber = "Invalid syntax, expected a number (example: 0x55555555)";
constexpr std::string_view kPlace =
    "Invalid syntax, expected a number (example: 0x55555555) or the name of a kernel symbol (example: jiffies)";
constexpr std::string_view kOffset = "Invalid syntax, expected an offset (a number, example: 0x10)";
constexpr std::string_view kLength = "Invalid syntax, expected how many bytes (example: 16)";
constexpr std::string_view kWrongLength = "From 1 to 67108864 bytes";
constexpr std::string_view kLabel =
    "Invalid syntax, expected one of the following: a label (a number, example: 3), \"positional\"";
constexpr std::string_view kFirstLabel =
    "Invalid syntax, expected one of the following: the first label (a number, example: 0), the end of the line";
constexpr std::string_view kAllOrTarget =
    "Invalid syntax, expected one of the following: \"all\", an address (example: *0x55555555) or a register name";
constexpr std::string_view kFile = "Invalid syntax, expected a file (example: /etc/passwd)";
constexpr std::string_view kDescriptor = "Invalid syntax, expected a file descriptor (example: 0)";
constexpr std::string_view kWhomOrLabels =
    "Invalid syntax, expected one of the following: a process number (example: 812), \"any\", a label (a number, "
    "example: 3), \"positional\", the end of the line";
constexpr std::string_view kLabelOrEnd =
    "Invalid syntax, expected one of the following: a label (a number, example: 3), \"positional\", the end of the "
    "line";
constexpr std::string_view kSource =
    "Invalid syntax, expected one of the following: the number of a source (example: 1), the end of the line";
constexpr std::string_view kReported =
    "Invalid syntax, expected one of the following: \"branch\", \"jump\", \"syscall\", \"write\"";
constexpr std::string_view kStopping =
    "Invalid syntax, expected one of the following: an address (example: *0x55555555), \"branch\", \"jump\", "
    "\"syscall\"";
constexpr std::string_view kWhom =
    "Invalid syntax, expected one of the following: a process number (example: 812), \"any\", the end of the line";
constexpr std::string_view kSink =
    "Invalid syntax, expected one of the following: the number of a sink (example: 1), the end of the line";
constexpr std::string_view kPolicy =
    "Invalid syntax, expected one of the following: \"loads\", \"stores\", \"conditions\", the end of the line";
constexpr std::string_view kPointers = "Invalid syntax, expected one of the following: \"off\", \"index\", \"all\"";
constexpr std::string_view kOnOrOff = "Invalid syntax, expected one of the following: \"on\", \"off\"";
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
    "\"environment\", \"auxv\", \"registers\", \"current\", \"symbols\", \"memory\", \"file\", \"taint\", "
    "\"taint_stats\"";
constexpr std::string_view kOneProcess = "Invalid syntax, expected a process number (example: 812)";
constexpr std::string_view kEvents =
    "Invalid syntax, expected one of the following: \"off\", \"on\", \"started\", \"forked\", \"threads\", "
    "\"exited\", \"gone\", \"mapped\", \"unmapped\", \"signals\", \"syscalls\", \"switches\", \"processes\", "
    "\"all\", the end of the line";
constexpr std::string_view kQuote = "Invalid syntax, expected a closing quote";
constexpr std::string_view kQuotedName = "Invalid syntax, expected a name between the quotes";
constexpr std::string_view kStopAt =
    "Invalid syntax, expected one of the following: \"start\", \"entry\", \"main\", the end of the line";
constexpr std::string_view kHook =
    "Invalid syntax, expected one of the following: a process number (example: 812), \"kernel\", the name of a "
    "function "
    "(example: malloc) or an address (example: *0x55555555), the end of the line";
constexpr std::string_view kHookPlace =
    "Invalid syntax, expected the name of a function (example: malloc) or an address (example: *0x55555555)";
constexpr std::string_view kHookNumber =
    "Invalid syntax, expected one of the following: the number of a hook (example: 1), the end of the line";
constexpr std::string_view kBytes = "Invalid syntax, expected how many bytes (example: 64)";
constexpr std::string_view kWrongBytes = "From 1 to 4194304 bytes";
constexpr std::string_view kNoFit64 = "Number too large, it must fit in 64 bits";
constexpr std::string_view kNoFit32 = "Number too large, it must fit in 32 bits";
constexpr std::string_view kSeeGdb = "(gdb's \"info all-registers\" lists them)";

const BadLine kBadLines[] = {
    // No such command
    {"", 0, kAnyCommand},
    {"frobnicate", 0, kAnyCommand},
    {"gte_taint *0x55555555", 0, kAnyCommand, "(did you mean \"get_taint\"?)"},
    {"  HELP", 0, kAnyCommand, "(did you mean \"help\"?)"},
    {"tainted rax", 0, kAnyCommand, "(did you mean \"taint\" or \"taint_fd\"?)"},
    {"taint_ rax 1", 0, kAnyCommand, "(did you mean \"taint\" or \"taint_fd\"?)"},
    {"\xff\x1b", 0, kAnyCommand},
    // Targets
    {"taint &0x55555555 3", 6, kTarget},
    {"taint", 5, kTarget},
    {"taint 0x55555555 3", 6, kTarget},
    {"check_taint", 11, kTarget},
    {"get_taint *", 11, kPlace},
    {"get_taint *&z", 11, kPlace},
    {"get_taint *0x", 11, kPlace},
    {"get_taint *0X12", 11, kPlace},
    {"get_taint *12zz", 11, kPlace},
    {"get_taint *-1", 11, kPlace},
    {"get_taint *zz+", 14, kOffset},
    {"get_taint *zz+zz", 14, kOffset},
    {"get_taint *zz+0x10000000000000000", 14, kNoFit64},
    {"get_taint *0x10+1", 15, kEnd},
    {"get_taint *0x10:", 16, kLength},
    {"get_taint *0x10: 4", 16, kLength},
    {"get_taint *0x10:-1", 16, kLength},
    {"get_taint *0x10 :4", 16, kEnd},
    {"get_taint *0x10:0", 16, kWrongLength},
    {"get_taint *0x10:67108865", 16, kWrongLength},
    {"get_taint rax:0xffffffffffffffff x", 14, kWrongLength},
    {"taint *0x10:18446744073709551616 3", 12, kNoFit64},
    {"get_taint $", 10, kTarget},
    {"check_taint *0x1 2", 17, kEnd},
    {"check_taint rax&", 15, kEnd},
    {"taint rax&", 9, "Invalid syntax, expected a blank"},
    {"taint*0x1 3", 5, "Invalid syntax, expected a blank"},
    // Sources
    {"taint_file", 10, kFile},
    {"taint_file x 812x", 13, kWhomOrLabels},
    {"taint_file x 812 812 3", 21, kEnd},
    {"taint_file x ayn", 13, kWhomOrLabels, "(did you mean \"any\"?)"},
    {"taint_file \"\" 3", 12, "Invalid syntax, expected a name between the quotes"},
    {"taint_file \"x 3", 15, "Invalid syntax, expected a closing quote"},
    {"taint_fd", 8, kDescriptor},
    {"taint_fd -1", 9, kDescriptor},
    {"taint_fd 4294967296", 9, kNoFit32},
    {"taint_fd 1 any 0x100000000", 15, kNoFit32},
    {"taint_argv positonal", 11, "No label; a program called \"positonal\" goes in quotes",
     "(did you mean \"positional\"?)"},
    {"taint_argv sshd positonal", 16, kLabelOrEnd, "(did you mean \"positional\"?)"},
    {"taint_sources 1", 14, kEnd},
    {"untaint_source x", 15, kSource},
    // Sinks
    {"taint_report", 12, kReported},
    {"taint_report brunch", 13, kReported, "(did you mean \"branch\"?)"},
    {"taint_report branch x", 20, kWhom},
    {"taint_report *0x10", 13, kReported},
    {"taint_break write", 12, kStopping},
    {"taint_break rax", 12, kStopping},
    {"taint_break *0x10 812", 18, kEnd},
    {"taint_break *0x10:0", 18, "From 1 to 67108864 bytes"},
    {"taint_sinks x", 12, kSink},
    {"untaint_sink 4294967296", 13, kNoFit32},
    // Labels
    {"taint *0x55555555", 17, kLabel},
    {"taint *0x55555555 x", 18, kLabel},
    {"taint rax 3 4", 12, kEnd},
    {"taint rax 4294967296", 10, kNoFit32},
    {"taint rax positionl", 10, kLabel, "(did you mean \"positional\"?)"},
    {"taint rax positional x", 21, kFirstLabel},
    {"taint rax positional 1 2", 23, kEnd},
    {"taint rax positional 4294967296", 21, kNoFit32},
    {"taint *0x1:4", 12, kLabel},
    {"untaint", 7, kAllOrTarget},
    {"untaint &", 8, kAllOrTarget},
    {"untaint all 1", 12, kEnd},
    {"untaint all:4", 8, "Unknown register \"all\"", kSeeGdb},
    // Policies
    {"taint_policy load all", 13, kPolicy, "(did you mean \"loads\"?)"},
    {"taint_policy loads", 18, kPointers},
    {"taint_policy loads on", 19, kPointers},
    {"taint_policy stores indx", 20, kPointers, "(did you mean \"index\"?)"},
    {"taint_policy conditions all", 24, kOnOrOff},
    {"taint_policy loads all x", 23, kPolicy},
    {"taint_stats 1", 12, kEnd},
    {"osjson taint", 12, kTarget},
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
    {"osjson file", 11, kOneProcess},
    {"osjson file 1", 13, "Invalid syntax, expected a path (example: /bin/sh)"},
    {"osjson memory 1 2 0", 18, kWrongBytes},
    {"osjson memory 1 2 4194305", 18, kWrongBytes},
    {"osjson memory 1 0x10000000000000000 3", 16, kNoFit64},
    {"osjson environment 4294967296", 19, kNoFit32},
    {"vcpus  all", 7, kEnd},
    // Events
    {"events strated", 7, kEvents, "(did you mean \"started\"?)"},
    {"events 812", 7, kEvents},
    {"events started&", 7, kEvents, "(did you mean \"started\"?)"},
    {"events off 812", 11, kEnd},
    {"events on 812 x", 14, kEnd},
    {"events started sshd 812", 20, kEnd},
    {"events started syscals", 15, "No kind of event; a process called \"syscals\" goes in quotes",
     "(did you mean \"syscalls\"?)"},
    {"events on 4294967296", 10, kNoFit32},
    {"events all \"a b", 15, kQuote},
    {"events all \"\"", 12, kQuotedName},
    // Starts
    {"wait cat mian", 9, kStopAt, "(did you mean \"main\"?)"},
    {"wait cat main 1", 14, kEnd},
    {"wait 'a b", 9, kQuote},
    {"wait ''", 6, kQuotedName},
    {"unwait a b", 9, kEnd},
    // Hooks
    {"hook &", 5, kHook},
    {"hook kernle&&& x", 15, kEnd},
    {"hook 812", 8, kHookPlace},
    {"hook 812x", 5, kHook},
    {"hook 812 812 main", 9, kHookPlace},
    {"hook kernel", 11, kHookPlace},
    {"hook libc.so.6!", 15, kHookPlace},
    {"hook 812 libc.so.6!&", 19, kHookPlace},
    {"hook !malloc", 5, kHook},
    {"hook *", 6, kNumber},
    {"hook libc.so.6!*12x", 16, kNumber},
    {"hook malloc free", 12, kEnd},
    {"hook 4294967296 main", 5, kNoFit32},
    {"hook *0x10000000000000000", 6, kNoFit64},
    {"unhook x", 7, kHookNumber},
    {"unhook 1 2", 9, kEnd},
    {"unhook 4294967296", 7, kNoFit32},
    {"translate", 9, kAddress},
    {"translate &1", 10, kAddress},
    {"scope hree", 6, kScope, "(did you mean \"here\"?)"},
    {"scope anything", 6, kScope},
    {"scope here now", 11, kEnd},
    {"help me please", 5, kAnyTopic},
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
