// SPDX-License-Identifier: GPL-2.0-or-later
// The one table of monitor commands: names and help. The grammar, the lists of expected names and the help texts all
// take them from here.
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
    untaint,
    taint_file,
    taint_fd,
    taint_argv,
    taint_sources,
    untaint_source,
    taint_report,
    taint_break,
    taint_sinks,
    untaint_sink,
    taint_policy,
    taint_stats,
    osinfo,
    proclist,
    procinfo,
    threadinfo,
    meminfo,
    files,
    modules,
    ksym,
    osjson,
    events,
    wait,
    unwait,
    hook,
    unhook,
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
    std::string_view arguments;  ///< for people: "TARGET LABEL"
    std::string_view summary;    ///< a few words, for the list
    std::string_view details;    ///< sentences, for `help COMMAND`
    std::string_view example;    ///< a whole line that parses on x86-64
};

/// In the order of CommandId, which is also the order of all lists.
inline constexpr std::array<CommandSpec, 35> kCommands{{
    {CommandId::check_taint, "check_taint", "TARGET[:LENGTH]", "tell whether it is tainted",
     "Tells whether bytes of memory, or a register, carry taint labels. Without LENGTH it is one byte, or the whole "
     "register.",
     "check_taint *0x55555555:16"},
    {CommandId::get_taint, "get_taint", "TARGET[:LENGTH]", "list its labels",
     "Lists the taint labels of bytes of memory, or of a register. Neighbours with the same labels are one line; a "
     "byte without labels is not listed. \"a..b\" are all numbers from a to b.",
     "get_taint rax"},
    {CommandId::taint, "taint", "TARGET[:LENGTH] LABELS", "put labels on it",
     "Puts a taint label on each of the bytes, besides the labels that are there already. What is computed from them "
     "carries the labels too. LABELS is a number of at most 32 bits; or \"positional\" or \"positional FIRST\": a "
     "label of its own on each byte, FIRST or else 0 on the first, and one more on each that follows.",
     "taint *0x55555555 3"},
    {CommandId::untaint, "untaint", "TARGET[:LENGTH]|all", "take all labels from it",
     "Takes all taint labels from bytes of memory or from a register; or (all) from the whole machine.",
     "untaint *0x55555555:16"},
    {CommandId::taint_file, "taint_file", "PATH [PID|any] [LABELS]", "label what is read from a file",
     "Puts labels on what a process reads from this file from now on, whenever a system call returns it. PATH is "
     "absolute, or the last part or parts of a path; it is the file itself that counts, not a link to it. Without PID: "
     "the selected process if there is one, else (and with any) every process. LABELS are those of \"taint\", without "
     "them it is label 0; with \"positional\" a byte gets FIRST and its offset in the file. It ends with "
     "\"untaint_source\", with the process, and when the client leaves.",
     "taint_file /etc/passwd 812 positional"},
    {CommandId::taint_fd, "taint_fd", "FD [PID|any] [LABELS]", "label what is read from a descriptor",
     "The same as taint_file for whatever this descriptor of the process stands for when it is read: also a pipe, a "
     "socket or a terminal. With \"positional\" the bytes are counted as they arrive.",
     "taint_fd 0 812 positional"},
    {CommandId::taint_argv, "taint_argv", "[PID|NAME] [LABELS]", "label a program's arguments",
     "Puts labels on the argument strings of a process, at once; or of each program called NAME, a name or with a "
     "slash a path, when it starts. Without either it is the selected process. With \"positional\" a byte gets FIRST "
     "and its distance from the start of the first string; the NUL at the end of each has a place and no label.",
     "taint_argv sshd positional"},
    {CommandId::taint_sources, "taint_sources", "", "list what taint_file and others label",
     "Lists what taint_file, taint_fd and taint_argv wait for, how often it came, how many bytes were labelled, and "
     "how "
     "many could not be: they were not in memory any more, or too many at once.",
     "taint_sources"},
    {CommandId::untaint_source, "untaint_source", "[NUMBER]", "label it no more",
     "Ends the source with this number, which \"taint_sources\" shows. Without an argument: all. Labels that are "
     "there stay.",
     "untaint_source 1"},
    {CommandId::taint_report, "taint_report", "branch|jump|syscall|write [PID|any]", "log where taint decides",
     "Writes a line to this console wherever tainted data decides: about a branch (branch), where a jump, call or "
     "return goes to (jump), a system call's number or arguments (syscall); or wherever a process gives tainted bytes "
     "to be written (write). Each place with the same labels is told once and counted. With PID it is about the user "
     "code of that process, without about that of the selected process if there is one, else (and with any) about the "
     "whole machine. It ends with \"untaint_sink\", with the process's program, and when the client leaves.",
     "taint_report branch 812"},
    {CommandId::taint_break, "taint_break", "branch|jump|syscall|*ADDRESS[:LENGTH] [PID|any]",
     "stop where taint decides",
     "Stops before an instruction that \"taint_report\" would tell of; or, with an address, after each store of "
     "tainted "
     "bytes there, whoever makes it. The address is of the selected process, else of the selected vCPU, and *SYMBOL "
     "or *SYMBOL+OFFSET of the kernel; PID does not go with it. It ends as taint_report does.",
     "taint_break *0x55555555:16"},
    {CommandId::taint_sinks, "taint_sinks", "[NUMBER]", "list what taint_report and taint_break do",
     "Lists what taint_report and taint_break look for, of which process, and how often it came. With a number: that "
     "one's lines, those that came most often first.",
     "taint_sinks"},
    {CommandId::untaint_sink, "untaint_sink", "[NUMBER]", "report or stop no more",
     "Ends the sink with this number, which \"taint_sinks\" shows. Without an argument: all.", "untaint_sink 1"},
    {CommandId::taint_policy, "taint_policy", "[FLOW CHOICE]...", "tell or set what counts as a flow",
     "Sets what counts as a flow of data from now on. FLOW is loads or stores, whether data that is accessed through a "
     "tainted address gets the labels of the address, and CHOICE then is off, index (those of the register that "
     "selects "
     "an element of a table) or all; or FLOW is conditions, whether what a conditional move chose gets the labels of "
     "its condition, and CHOICE is on or off. Without an argument it tells.",
     "taint_policy loads index"},
    {CommandId::taint_stats, "taint_stats", "", "tell how much is tainted",
     "Tells how many bytes are tainted, what memory that takes, which registers carry labels, what was lost at the "
     "bounds, and which instructions ran into the rule for unknown ones.",
     "taint_stats"},
    {CommandId::osinfo, "osinfo", "", "tell which kernel, and how it was found",
     "Tells which kernel the guest runs, and where the knowledge of its structures comes from.", "osinfo"},
    {CommandId::proclist, "proclist", "[tree|flat] [NAME]", "list the guest's processes",
     "Lists the guest's processes as a table (flat, which is also meant where neither is said) or below their parents "
     "(tree): all, or those with NAME in their name, in the path of their program or in the first word of their "
     "command line. A tree shows their ancestors too. A name of \"tree\" or \"flat\" goes behind one of these words.",
     "proclist tree sshd"},
    {CommandId::procinfo, "procinfo", "[PID]", "show facts about a process",
     "Shows parent, credentials, state, program, command line and address space of the process that the selected vCPU "
     "runs, or of the one named.",
     "procinfo 812"},
    {CommandId::threadinfo, "threadinfo", "[PID]", "list a process's threads",
     "Lists the threads of the process that the selected vCPU runs, or of the one named. A star marks the thread that "
     "the selected vCPU runs.",
     "threadinfo 812"},
    {CommandId::meminfo, "meminfo", "[PID]", "show a process's memory map",
     "Shows the mappings of the process that the selected vCPU runs, or of the one named: addresses, rights (p is "
     "private, s is shared), size, offset into the file, name; and sums of them.",
     "meminfo 812"},
    {CommandId::files, "files", "[PID]", "list a process's open files",
     "Lists the open files of the process that the selected vCPU runs, or of the one named: number, r for reading and "
     "w for writing, the flags of open(2) in octal, position, name.",
     "files 812"},
    {CommandId::modules, "modules", "", "list the kernel's modules",
     "Lists the modules that the guest's kernel has loaded: address, size, users, state, name.", "modules"},
    {CommandId::ksym, "ksym", "NAME|ADDRESS", "find a kernel symbol",
     "Tells the address of a kernel symbol, or which symbol an address belongs to. ADDRESS is a number, *number, or a "
     "register (written with $) which holds the address.",
     "ksym do_exit"},
    {CommandId::osjson, "osjson", "WHAT [ARGUMENTS]", "the same for scripts, as JSON",
     "Answers one line of JSON. WHAT is: facts, processes, modules, benchmark; threads PID, mappings PID, files PID, "
     "executable PID, cwd PID, arguments PID, environment PID, auxv PID; registers TID; current VCPU; symbols "
     "NAME|ADDRESS ...; memory PID ADDRESS LENGTH, file PID PATH; taint TARGET[:LENGTH], taint_stats.",
     "osjson mappings 812"},
    {CommandId::events, "events", "[on|off|KIND...] [PID|NAME]", "log what happens to processes",
     "Writes a line to this console for each event of these kinds, of all processes, of one, or of those called NAME, "
     "until another \"events\" changes or ends it (off). The guest does not stop. KIND is: started, forked, threads, "
     "exited, gone, mapped, unmapped, signals, syscalls, switches; processes (the same as on: started, forked and "
     "exited); all. A NAME that is like these words goes in quotes. Without an argument it tells what is logged.",
     "events started exited sshd"},
    {CommandId::wait, "wait", "[PROGRAM [start|entry|main]]", "hold a program when it starts",
     "The next process that starts PROGRAM is held there, before its first instruction (start), at its entry point "
     "(entry, which is also meant where none is said) or in its function main, until it is attached. PROGRAM is a "
     "name, or with a slash a path; with blanks in it it goes in quotes. Without an argument it tells which programs "
     "are waited for and who is held.",
     "wait /usr/bin/cat main"},
    {CommandId::unwait, "unwait", "[PROGRAM]", "wait for a program no more",
     "Waits for this program no more. Without an argument: for none, and a process that is held runs on.",
     "unwait /usr/bin/cat"},
    {CommandId::hook, "hook", "[[PID|kernel] PLACE]", "log who comes to a function",
     "Writes a line to this console whenever a process, or the kernel, comes to this place, with the first four "
     "arguments that a function called there has. The guest does not stop. Without PID or \"kernel\" the selected "
     "process is meant, else the kernel. PLACE is SYMBOL or *ADDRESS; or, with an address of its file, "
     "LIBRARY!SYMBOL or LIBRARY!*ADDRESS: LIBRARY is the end of a file's path and may be mapped later. At most 64; "
     "they end with \"unhook\", with the process's program, and when the client leaves. Without an argument it lists "
     "them.",
     "hook 812 libc.so.6!malloc"},
    {CommandId::unhook, "unhook", "[NUMBER]", "remove a hook",
     "Removes the hook with this number, which \"hook\" shows. Without an argument: all.", "unhook 1"},
    {CommandId::vcpus, "vcpus", "", "show what each virtual CPU does",
     "One row for each vCPU: state, program counter, mode and address space (the root of its page tables). A star "
     "marks the selected one.",
     "vcpus"},
    {CommandId::translate, "translate", "ADDRESS", "walk the page tables to a physical address",
     "Walks the page tables of the selected vCPU: the physical address, the page, who may use it how, and each entry "
     "met. ADDRESS is a number, *number, or a register which holds the address. x86-64 only.",
     "translate 0xffffffff81000000"},
    {CommandId::sites, "sites", "", "list breakpoints and hooks",
     "Lists the sites: instruction addresses where breakpoints and the server's own hooks stand, in which address "
     "space they count, and how often they ran.",
     "sites"},
    {CommandId::scope, "scope", "[any|here|ROOT]", "limit breakpoints to one address space",
     "Breakpoints of the whole machine stop in any address space, or only in one: that of the selected vCPU (here), or "
     "the one with this page-table root. Counts for breakpoints set from now on. Without an argument it tells.",
     "scope here"},
    {CommandId::version, "version", "", "tell what this is, and which machine",
     "Tells the version of hvgdb and the architecture of the machine.", "version"},
    {CommandId::help, "help", "[COMMAND]", "show this list, or explain one command",
     "Lists the commands, or explains one.", "help translate"},
}};

[[nodiscard]] constexpr const CommandSpec& spec(CommandId id) {
    return kCommands[static_cast<std::size_t>(id)];
}

[[nodiscard]] constexpr std::string_view name_of(CommandId id) {
    return spec(id).name;
}

static_assert(std::ranges::all_of(kCommands, [](const CommandSpec& row) { return &spec(row.id) == &row; }));

}  // namespace hvgdb::monitor
