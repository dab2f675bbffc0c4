// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <gtest/gtest.h>

#include "tests/monitor/description.hpp"
#include "tests/monitor/shown_command.hpp"

namespace hvgdb::monitor {
namespace {

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
    {"taint_report branch", CommandId::taint_report, "branch of selected"},
    {"taint_report write 0x10", CommandId::taint_report, "write of 16"},
    {"taint_report  jump  any ", CommandId::taint_report, "jump of any"},
    {"taint_break syscall 812", CommandId::taint_break, "syscall of 812"},
    {"taint_break *0x10", CommandId::taint_break, "address 16"},
    {"taint_break *jiffies+4:8", CommandId::taint_break, "symbol jiffies + 4, 8 bytes"},
    {"taint_sinks", CommandId::taint_sinks, "none"},
    {"taint_sinks 2", CommandId::taint_sinks, "2"},
    {"untaint_sink", CommandId::untaint_sink, "none"},
    {"untaint_sink 1", CommandId::untaint_sink, "1"},
    {"taint *0x55555555 3", CommandId::taint, "address 1431655765, label 3"},
    {"taint *16 0x10", CommandId::taint, "address 16, label 16"},
    {"taint rax 4294967295", CommandId::taint, "register rax, label 4294967295"},
    {"taint  \t xmm3   1", CommandId::taint, "register xmm3, label 1"},
    {"check_taint *0xffffffffffffffff", CommandId::check_taint, "address 18446744073709551615"},
    {"check_taint *18446744073709551615", CommandId::check_taint, "address 18446744073709551615"},
    {"check_taint $eflags", CommandId::check_taint, "register eflags"},
    {"get_taint *0xABCdef", CommandId::get_taint, "address 11259375"},
    {"get_taint k_gs_base", CommandId::get_taint, "register k_gs_base"},
    {"taint *0x10:16 3", CommandId::taint, "address 16, 16 bytes, label 3"},
    {"taint *0x10:0x4000000 0x3", CommandId::taint, "address 16, 67108864 bytes, label 3"},
    {"taint *0x10:16 positional", CommandId::taint, "address 16, 16 bytes, labels from 0"},
    {"taint al:1 positional  0x100", CommandId::taint, "register al, 1 bytes, labels from 256"},
    {"taint *jiffies 1", CommandId::taint, "symbol jiffies + 0, label 1"},
    {"taint *x.y$0+0x10:8 1", CommandId::taint, "symbol x.y$0 + 16, 8 bytes, label 1"},
    {"check_taint $ah", CommandId::check_taint, "register ah"},
    {"check_taint ymm15", CommandId::check_taint, "register ymm15"},
    {"get_taint *_stext+4096:1", CommandId::get_taint, "symbol _stext + 4096, 1 bytes"},
    {"untaint all", CommandId::untaint, "all"},
    {"untaint *all", CommandId::untaint, "symbol all + 0"},
    {"untaint mm7:2", CommandId::untaint, "register mm7, 2 bytes"},
    {"taint_file /etc/passwd", CommandId::taint_file, "/etc/passwd of selected, label 0"},
    {"taint_file passwd 812", CommandId::taint_file, "passwd of 812, label 0"},
    {"taint_file passwd 812 3", CommandId::taint_file, "passwd of 812, label 3"},
    {"taint_file passwd any 0x10", CommandId::taint_file, "passwd of any, label 16"},
    {"taint_file passwd positional", CommandId::taint_file, "passwd of selected, labels from 0"},
    {"taint_file passwd positional 3", CommandId::taint_file, "passwd of selected, labels from 3"},
    {"taint_file 12 any positional 3", CommandId::taint_file, "12 of any, labels from 3"},
    {"taint_file \"a b\" 812", CommandId::taint_file, "a b of 812, label 0"},
    {"taint_file positional", CommandId::taint_file, "positional of selected, label 0"},
    {"taint_fd 0", CommandId::taint_fd, "0 of selected, label 0"},
    {"taint_fd 0x10 812 positional 7", CommandId::taint_fd, "16 of 812, labels from 7"},
    {"taint_fd 9 any 1", CommandId::taint_fd, "9 of any, label 1"},
    {"taint_argv", CommandId::taint_argv, "selected, label 0"},
    {"taint_argv 812", CommandId::taint_argv, "812, label 0"},
    {"taint_argv 812 4", CommandId::taint_argv, "812, label 4"},
    {"taint_argv sshd positional 4", CommandId::taint_argv, "called sshd, labels from 4"},
    {"taint_argv positional 4", CommandId::taint_argv, "selected, labels from 4"},
    {"taint_argv 'positional'", CommandId::taint_argv, "called positional, label 0"},
    {"taint_argv 7zip", CommandId::taint_argv, "called 7zip, label 0"},
    {"taint_sources", CommandId::taint_sources, ""},
    {"untaint_source", CommandId::untaint_source, "none"},
    {"untaint_source 2", CommandId::untaint_source, "2"},
    {"taint_policy", CommandId::taint_policy, "- - -"},
    {"taint_policy loads index", CommandId::taint_policy, "index - -"},
    {"taint_policy conditions on  stores all loads off", CommandId::taint_policy, "off all on"},
    {"taint_policy loads all loads index conditions off", CommandId::taint_policy, "index - off"},
    {"taint_stats", CommandId::taint_stats, ""},
    {"osjson taint *0x10:2", CommandId::osjson, "taint 0, address 16, 2 bytes"},
    {"osjson taint_stats", CommandId::osjson, "taint_stats 0"},
    {"osinfo", CommandId::osinfo, ""},
    {"proclist", CommandId::proclist, "flat none"},
    {"proclist kworker/0:1-ev\xc3\xa9", CommandId::proclist, "flat kworker/0:1-ev\xc3\xa9"},
    {"proclist flat", CommandId::proclist, "flat none"},
    {"proclist flat tree", CommandId::proclist, "flat tree"},
    {"proclist tree", CommandId::proclist, "tree none"},
    {"proclist  tree  flat ", CommandId::proclist, "tree flat"},
    {"proclist tree-x", CommandId::proclist, "flat tree-x"},
    {"proclist treehouse", CommandId::proclist, "flat treehouse"},
    {"procinfo", CommandId::procinfo, "none"},
    {"procinfo 0x10", CommandId::procinfo, "16"},
    {"threadinfo", CommandId::threadinfo, "none"},
    {"threadinfo 4294967295", CommandId::threadinfo, "4294967295"},
    {"meminfo", CommandId::meminfo, "none"},
    {"meminfo 812", CommandId::meminfo, "812"},
    {"files", CommandId::files, "none"},
    {"files 812", CommandId::files, "812"},
    {"modules", CommandId::modules, ""},
    {"ksym do_exit", CommandId::ksym, "symbol do_exit"},
    {"ksym rip", CommandId::ksym, "symbol rip"},
    {"ksym .Lx$y.isra.0", CommandId::ksym, "symbol .Lx$y.isra.0"},
    {"ksym $rip", CommandId::ksym, "register rip"},
    {"ksym 0x1000", CommandId::ksym, "address 4096"},
    {"ksym *4096", CommandId::ksym, "address 4096"},
    {"osjson facts", CommandId::osjson, "facts 0"},
    {"osjson processes", CommandId::osjson, "processes 0"},
    {"osjson modules", CommandId::osjson, "modules 0"},
    {"osjson benchmark", CommandId::osjson, "benchmark 0"},
    {"osjson threads 812", CommandId::osjson, "threads 812"},
    {"osjson mappings 812", CommandId::osjson, "mappings 812"},
    {"osjson files 812", CommandId::osjson, "files 812"},
    {"osjson executable 812", CommandId::osjson, "executable 812"},
    {"osjson cwd 812", CommandId::osjson, "cwd 812"},
    {"osjson arguments 812", CommandId::osjson, "arguments 812"},
    {"osjson environment 812", CommandId::osjson, "environment 812"},
    {"osjson auxv 812", CommandId::osjson, "auxv 812"},
    {"osjson registers 0x10", CommandId::osjson, "registers 16"},
    {"osjson current 1", CommandId::osjson, "current 1"},
    {"osjson symbols do_exit", CommandId::osjson, "symbols 0, symbol do_exit"},
    {"osjson  symbols a  0x10 b", CommandId::osjson, "symbols 0, symbol a, address 16, symbol b"},
    {"osjson memory 812 0x1000 4194304", CommandId::osjson, "memory 812, 4194304 at 4096"},
    {"events", CommandId::events, "tell"},
    {"events off", CommandId::events, "off"},
    {"events on", CommandId::events, "110010000000"},
    {"events on 0x10", CommandId::events, "110010000000 of process 16"},
    {"events processes", CommandId::events, "110010000000"},
    {"events all", CommandId::events, "111111111111"},
    {"events started", CommandId::events, "100000000000"},
    {"events threads  gone", CommandId::events, "001101000000"},
    {"events mapped unmapped signals", CommandId::events, "000000111000"},
    {"events on syscalls switches", CommandId::events, "000000000111"},
    {"events forked exited 812", CommandId::events, "010010000000 of process 812"},
    {"events exited sshd", CommandId::events, "000010000000 of name sshd"},
    {"events exited 81a", CommandId::events, "000010000000 of name 81a"},
    {"events exited \"812\"", CommandId::events, "000010000000 of name 812"},
    {"events exited 'gone'", CommandId::events, "000010000000 of name gone"},
    {"events on \"it's one\"", CommandId::events, "110010000000 of name it's one"},
    {"wait", CommandId::wait, "tell"},
    {"wait cat", CommandId::wait, "cat, 1"},
    {"wait /bin/c\xc3\xa9 start", CommandId::wait, "/bin/c\xc3\xa9, 0"},
    {"wait cat entry", CommandId::wait, "cat, 1"},
    {"wait 'a b'  main", CommandId::wait, "a b, 2"},
    {"wait main", CommandId::wait, "main, 1"},
    {"unwait", CommandId::unwait, "none"},
    {"unwait \"a b\"", CommandId::unwait, "a b"},
    {"hook", CommandId::hook, "tell"},
    {"hook do_exit", CommandId::hook, "none, do_exit"},
    {"hook kernel  do_exit.part.0", CommandId::hook, "kernel, do_exit.part.0"},
    {"hook kernel kernel", CommandId::hook, "kernel, kernel"},
    {"hook kernels", CommandId::hook, "none, kernels"},
    {"hook *0x10", CommandId::hook, "none, address 16"},
    {"hook 0x10 main", CommandId::hook, "16, main"},
    {"hook 812 *4096", CommandId::hook, "812, address 4096"},
    {"hook /lib/libc.so.6!_Zm", CommandId::hook, "none, /lib/libc.so.6, _Zm"},
    {"hook 812 7z.so!*0x10", CommandId::hook, "812, 7z.so, address 16"},
    {"hook 812!main", CommandId::hook, "none, 812, main"},
    {"unhook", CommandId::unhook, "none"},
    {"unhook 7", CommandId::unhook, "7"},
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
    EXPECT_FALSE(parse("check_taint al", *arm));
}

}  // namespace
}  // namespace hvgdb::monitor
