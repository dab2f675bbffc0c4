// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/command.hpp"

#include <array>

#include "gdbserver/parsers.hpp"

namespace hvgdb::gdbserver {

namespace {

using enum PacketRow::Match;

// Longer names come before names they begin with.
constexpr auto kPackets = std::to_array<PacketRow>({
    {"qSupported", prefix, parsers::supported, "tell each other what we can; bare, it repeats our answer"},
    {"vMustReplyEmpty", exact, parsers::none<cmd::MustReplyEmpty>, "the empty reply, as for any unknown packet"},
    {"QStartNoAckMode", exact, parsers::none<cmd::StartNoAckMode>, "no acknowledgments from here on"},
    {"!", exact, parsers::none<cmd::ExtendedMode>, "extended mode: the client may attach again after a detach"},
    {"QNonStop:", prefix, parsers::non_stop, "all-stop (0) is accepted, non-stop (1) refused"},
    {"QThreadSuffixSupported", exact, parsers::none<cmd::ThreadSuffix>, "tells us that the client is lldb"},
    {"qTStatus", exact, parsers::none<cmd::TraceStatus>, "no tracepoints: the empty reply"},
    {"qSymbol:", prefix, parsers::none<cmd::SymbolLookup>, "we need no symbols"},
    {"qHostInfo", exact, parsers::none<cmd::HostInfo>, "architecture, pointer size and byte order, for lldb"},
    {"qRcmd,", prefix, parsers::monitor, "a monitor command"},
    {"?", exact, parsers::none<cmd::StopReason>, "why the machine is paused; pauses it first if it runs"},
    {"qAttached", prefix, parsers::attached, "always 1: quitting the client detaches"},
    {"vAttach;", prefix, parsers::attach, "attach to an inferior and pause it"},
    {"D", prefix, parsers::detach, "detach: breakpoints go, the machine runs on"},
    {"k", exact, parsers::none<cmd::Kill>, "the same as a detach, without a reply; never the end of QEMU"},
    {"vKill;", prefix, parsers::kill_process, "the same as a detach; never the end of QEMU"},
    {"vRun;", prefix, parsers::none<cmd::Run>, "refused: a machine starts no programs"},
    {"R", prefix, parsers::none<cmd::Restart>, "refused: a machine is not restarted from here"},
    {"H", prefix, parsers::select_thread, "choose the thread for registers and memory (g) or for c and s (c)"},
    {"T", prefix, parsers::thread_alive, "is that thread there"},
    {"qC", exact, parsers::none<cmd::CurrentThread>, "the chosen thread"},
    {"qfThreadInfo", exact, parsers::none<cmd::FirstThreads>, "thread ids, as many as fit a packet"},
    {"qsThreadInfo", exact, parsers::none<cmd::MoreThreads>, "further thread ids"},
    {"qThreadExtraInfo,", prefix, parsers::thread_extra_info, "words about a thread, for `info threads`"},
    {"qXfer:", prefix, parsers::transfer,
     "read a document: features (target.xml and what it includes), threads, osdata (the tables of `info os`)"},
    {"g", exact, parsers::none<cmd::ReadRegisters>, "read all registers"},
    {"G", prefix, parsers::write_registers, "write all registers"},
    {"p", prefix, parsers::read_register, "read one register"},
    {"P", prefix, parsers::write_register, "write one register"},
    {"m", prefix, parsers::read_memory, "read memory, in hexadecimal"},
    {"M", prefix, parsers::write_memory, "write memory, in hexadecimal"},
    {"x", prefix, parsers::read_memory_binary, "read memory, in binary"},
    {"X", prefix, parsers::write_memory_binary, "write memory, in binary"},
    {"Z", prefix, parsers::insert_point, "insert a breakpoint (0, 1) or watchpoint (2, 3, 4)"},
    {"z", prefix, parsers::remove_point, "remove a breakpoint or watchpoint"},
    {"vCont?", exact, parsers::none<cmd::ResumeSupport>, "which actions vCont knows"},
    {"vCont;", prefix, parsers::resume, "run: c, C, s, S, r (a range) or t (stop), for each thread"},
    {"c", prefix, parsers::go, "run, from an address if one is given"},
    {"s", prefix, parsers::step, "step the chosen thread, from an address if one is given"},
    {"C", prefix, parsers::go_with_signal, "as c; the signal is dropped"},
    {"S", prefix, parsers::step_with_signal, "as s; the signal is dropped"},
    {"qqemu.sstepbits", exact, parsers::none<cmd::StepFlagNames>, "names of QEMU's single-step flags"},
    {"Qqemu.sstepbits", exact, parsers::none<cmd::StepFlagNames>, "the same"},
    {"qqemu.sstep", exact, parsers::none<cmd::StepFlags>, "QEMU's single-step flags"},
    {"Qqemu.sstep=", prefix, parsers::set_step_flags, "set QEMU's single-step flags, until the client leaves"},
    {"qqemu.PhyMemMode", exact, parsers::none<cmd::PhysicalMode>, "are addresses physical"},
    {"Qqemu.PhyMemMode:", prefix, parsers::set_physical_mode, "make addresses of m, M, x and X physical (1) or not"},
});

}  // namespace

std::span<const PacketRow> packet_table() {
    return kPackets;
}

Expected<Command> parse_command(std::string_view body) {
    for (const auto& row : kPackets) {
        const bool named = row.match == exact ? body == row.name : body.starts_with(row.name);
        if (named) {
            return row.parse(body.substr(row.name.size()));
        }
    }
    return Command{cmd::Unknown{}};
}

}  // namespace hvgdb::gdbserver
