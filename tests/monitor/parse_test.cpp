// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/parse.hpp"

#include <gtest/gtest.h>

#include "tests/monitor/description.hpp"

namespace hvgdb::monitor {
namespace {

std::string shown(const Place& place) {
    if (const auto* name = std::get_if<RegisterName>(&place)) {
        return "register " + name->name;
    }
    return "address " + std::to_string(std::get<VirtAddr>(place).value);
}

std::string shown(const SymbolQuery& query) {
    if (const auto* name = std::get_if<std::string>(&query)) {
        return "symbol " + *name;
    }
    const auto* address = std::get_if<VirtAddr>(&query);
    return shown(address != nullptr ? Place(*address) : Place(std::get<RegisterName>(query)));
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
    std::string operator()(const cmd::OsInfo&) const { return {}; }
    std::string operator()(const cmd::ProcList& it) const { return (it.tree ? "tree " : "flat ") + shown(it.name); }
    std::string operator()(const cmd::ProcInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::ThreadInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::MemInfo& it) const { return shown(it.process); }
    std::string operator()(const cmd::Files& it) const { return shown(it.process); }
    std::string operator()(const cmd::Modules&) const { return {}; }
    std::string operator()(const cmd::KernelSymbol& it) const { return shown(it.symbol); }
    std::string operator()(const cmd::OsJson& it) const {
        auto text = std::string(name_of(it.topic)) + " " + std::to_string(it.number);
        for (const auto& symbol : it.symbols) {
            text += ", " + shown(symbol);
        }
        if (it.length != 0) {
            text += ", " + std::to_string(it.length) + " at " + std::to_string(it.address.value);
        }
        return text;
    }
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
}

}  // namespace
}  // namespace hvgdb::monitor
