// SPDX-License-Identifier: GPL-2.0-or-later
// The one table of monitor commands: names, help and what is not there yet. The grammar, the lists of expected names
// and the help texts all take them from here.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hvgdb::monitor {

enum class CommandId : std::uint8_t {
    check_taint,
    get_taint,
    taint,
    osinfo,
    proclist,
    procinfo,
    threadinfo,
    meminfo,
    files,
    modules,
    ksym,
    osjson,
    vcpus,
    translate,
    sites,
    scope,
    version,
    help,
};

struct CommandSpec {
    CommandId id;
    std::string_view name;
    std::string_view arguments;    ///< for people: "TARGET LABEL"
    std::string_view summary;      ///< a few words, for the list
    std::string_view details;      ///< sentences, for `help COMMAND`
    std::string_view example;      ///< a whole line that parses on x86-64
    std::string_view unavailable;  ///< why it cannot be had yet; empty when it can

    [[nodiscard]] constexpr bool available() const { return unavailable.empty(); }
};

inline constexpr std::string_view kNoTaintEngine = "the taint engine is not built yet";

/// In the order of CommandId, which is also the order of all lists.
inline constexpr std::array<CommandSpec, 18> kCommands{{
    {CommandId::check_taint, "check_taint", "TARGET", "tell whether it carries a label",
     "Tells whether the byte at an address of the selected vCPU, or a register, carries a taint label.",
     "check_taint *0x55555555", kNoTaintEngine},
    {CommandId::get_taint, "get_taint", "TARGET", "list its labels",
     "Lists the taint labels of the byte at an address of the selected vCPU, or of a register.", "get_taint rax",
     kNoTaintEngine},
    {CommandId::taint, "taint", "TARGET LABEL", "put a label on it",
     "Puts a taint label, a number of at most 32 bits, on the byte at an address of the selected vCPU, or on a whole "
     "register. What is computed from it carries the label too.",
     "taint *0x55555555 3", kNoTaintEngine},
    {CommandId::osinfo, "osinfo", "", "tell which kernel, and how it was found",
     "Tells which kernel the guest runs, and where the knowledge of its structures comes from.", "osinfo", ""},
    {CommandId::proclist, "proclist", "[tree|flat] [NAME]", "list the guest's processes",
     "Lists the guest's processes as a table (flat, which is also meant where neither is said) or below their parents "
     "(tree): all, or those with NAME in their name, in the path of their program or in the first word of their "
     "command line. A tree shows their ancestors too. A name of \"tree\" or \"flat\" goes behind one of these words.",
     "proclist tree sshd", ""},
    {CommandId::procinfo, "procinfo", "[PID]", "show facts about a process",
     "Shows parent, credentials, state, program, command line and address space of the process that the selected vCPU "
     "runs, or of the one named.",
     "procinfo 812", ""},
    {CommandId::threadinfo, "threadinfo", "[PID]", "list a process's threads",
     "Lists the threads of the process that the selected vCPU runs, or of the one named. A star marks the thread that "
     "the selected vCPU runs.",
     "threadinfo 812", ""},
    {CommandId::meminfo, "meminfo", "[PID]", "show a process's memory map",
     "Shows the mappings of the process that the selected vCPU runs, or of the one named: addresses, rights (p is "
     "private, s is shared), size, offset into the file, name; and sums of them.",
     "meminfo 812", ""},
    {CommandId::files, "files", "[PID]", "list a process's open files",
     "Lists the open files of the process that the selected vCPU runs, or of the one named: number, r for reading and "
     "w for writing, the flags of open(2) in octal, position, name.",
     "files 812", ""},
    {CommandId::modules, "modules", "", "list the kernel's modules",
     "Lists the modules that the guest's kernel has loaded: address, size, users, state, name.", "modules", ""},
    {CommandId::ksym, "ksym", "NAME|ADDRESS", "find a kernel symbol",
     "Tells the address of a kernel symbol, or which symbol an address belongs to. ADDRESS is a number, *number, or a "
     "register (written with $) which holds the address.",
     "ksym do_exit", ""},
    {CommandId::osjson, "osjson", "WHAT [ARGUMENTS]", "the same for scripts, as JSON",
     "Answers one line of JSON. WHAT is: facts, processes, modules, benchmark; threads PID, mappings PID, files PID, "
     "executable PID, cwd PID, arguments PID, environment PID, auxv PID; registers TID; current VCPU; symbols "
     "NAME|ADDRESS ...; memory PID ADDRESS LENGTH.",
     "osjson mappings 812", ""},
    {CommandId::vcpus, "vcpus", "", "show what each virtual CPU does",
     "One row for each vCPU: state, program counter, mode and address space (the root of its page tables). A star "
     "marks the selected one.",
     "vcpus", ""},
    {CommandId::translate, "translate", "ADDRESS", "walk the page tables to a physical address",
     "Walks the page tables of the selected vCPU: the physical address, the page, who may use it how, and each entry "
     "met. ADDRESS is a number, *number, or a register which holds the address. x86-64 only.",
     "translate 0xffffffff81000000", ""},
    {CommandId::sites, "sites", "", "list breakpoints and hooks",
     "Lists the sites: instruction addresses where breakpoints and the server's own hooks stand, in which address "
     "space they count, and how often they ran.",
     "sites", ""},
    {CommandId::scope, "scope", "[any|here|ROOT]", "limit breakpoints to one address space",
     "Breakpoints of the whole machine stop in any address space, or only in one: that of the selected vCPU (here), or "
     "the one with this page-table root. Counts for breakpoints set from now on. Without an argument it tells.",
     "scope here", ""},
    {CommandId::version, "version", "", "tell what this is, and which machine",
     "Tells the version of hvgdb and the architecture of the machine.", "version", ""},
    {CommandId::help, "help", "[COMMAND]", "show this list, or explain one command",
     "Lists the commands, or explains one.", "help translate", ""},
}};

[[nodiscard]] constexpr const CommandSpec& spec(CommandId id) {
    return kCommands[static_cast<std::size_t>(id)];
}

[[nodiscard]] constexpr std::string_view name_of(CommandId id) {
    return spec(id).name;
}

static_assert(std::ranges::all_of(kCommands, [](const CommandSpec& row) { return &spec(row.id) == &row; }));

}  // namespace hvgdb::monitor
