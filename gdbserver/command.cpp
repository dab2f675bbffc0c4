// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/command.hpp"

#include <array>
#include <type_traits>

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
    {"QThreadSuffixSupported", exact, parsers::none<cmd::ThreadSuffix>,
     "the client is lldb: it names the thread in g, G, p and P"},
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
    {"vAttachWait;", prefix, parsers::attach_when_started,
     "attach to the next process that starts this program; lldb's"},
    {"vAttachOrWait;", prefix, parsers::attach_or_wait, "the same, or to one that runs it already; lldb's"},
    {"vAttachName;", prefix, parsers::attach_by_name, "attach to a process that runs this program; lldb's"},
    {"qVAttachOrWaitSupported", exact, parsers::none<cmd::AttachNamedSupport>, "we know these; lldb's"},
    {"vRun;", prefix, parsers::run, "wait until the guest starts this program, and attach to the process"},
    {"QDisableRandomization:", prefix, parsers::launch_switch,
     "accepted, as are the next: it is the guest that starts the program"},
    {"QStartupWithShell:", prefix, parsers::launch_switch, "accepted"},
    {"QEnvironmentHexEncoded:", prefix, parsers::launch_text, "accepted"},
    {"QEnvironmentUnset:", prefix, parsers::launch_text, "accepted"},
    {"QEnvironmentReset", exact, parsers::none<cmd::LaunchSetting>, "accepted"},
    {"QSetWorkingDir:", prefix, parsers::launch_text, "accepted"},
    {"QCatchSyscalls:", prefix, parsers::catch_syscalls,
     "which system calls of the selected process stop it, at their entry and at their return"},
    {"QPassSignals:", prefix, parsers::pass_signals, "which signals are delivered without a stop"},
    {"QProgramSignals:", prefix, parsers::program_signals, "accepted: only what the client delivers is delivered"},
    {"QThreadEvents:", prefix, parsers::thread_events, "whether new threads, and the end of threads, stop a process"},
    {"R", prefix, parsers::none<cmd::Restart>, "refused: a machine is not restarted from here"},
    {"H", prefix, parsers::select_thread, "choose the thread for registers and memory (g) or for c and s (c)"},
    {"T", prefix, parsers::thread_alive, "is that thread there"},
    {"qC", exact, parsers::none<cmd::CurrentThread>, "the chosen thread"},
    {"qfThreadInfo", exact, parsers::none<cmd::FirstThreads>, "thread ids, as many as fit a packet"},
    {"qsThreadInfo", exact, parsers::none<cmd::MoreThreads>, "further thread ids"},
    {"qThreadExtraInfo,", prefix, parsers::thread_extra_info, "words about a thread, for `info threads`"},
    {"qXfer:", prefix, parsers::transfer,
     "read a document: features (target.xml and what it includes), threads, osdata (the tables of `info os`)"},
    {"g", prefix, parsers::read_registers, "read all registers"},
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
    {"C", prefix, parsers::go_with_signal, "as c, and the chosen thread gets the signal"},
    {"S", prefix, parsers::step_with_signal, "as s, and the thread gets the signal"},
    {"vFile:setfs:", prefix, parsers::select_file_system, "whose view of the files counts: a process's, or 0"},
    {"vFile:open:", prefix, parsers::open_file, "open a file of the guest, for reading"},
    {"vFile:close:", prefix, parsers::close_file, "close it"},
    {"vFile:pread:", prefix, parsers::read_file, "read from an open file"},
    {"vFile:fstat:", prefix, parsers::open_file_status, "status of an open file"},
    {"vFile:stat:", prefix, parsers::file_status, "status of the file behind a path"},
    {"vFile:lstat:", prefix, parsers::link_status, "the same, of a symbolic link itself"},
    {"vFile:readlink:", prefix, parsers::read_link, "what a symbolic link says"},
    {"vFile:exists:", prefix, parsers::file_exists, "is there such a file; lldb's"},
    {"vFile:size:", prefix, parsers::file_size, "how long it is; lldb's"},
    {"vFile:mode:", prefix, parsers::file_mode, "its permissions; lldb's"},
    {"vFile:", prefix, parsers::none<cmd::OtherFileOperation>, "refused: nothing is written"},
    {"QListThreadsInStopReply", exact, parsers::none<cmd::ThreadsInStopReplies>,
     "stop replies name all threads, and where they are; lldb's, as are the next"},
    {"QEnableErrorStrings", exact, parsers::none<cmd::ErrorTexts>, "errors with words"},
    {"qProcessInfo", exact, parsers::none<cmd::ProcessInfo>, "the selected process: ids, users, architecture"},
    {"qThreadStopInfo", prefix, parsers::thread_stop_info, "the stop reply of one thread"},
    {"jThreadsInfo", exact, parsers::none<cmd::ThreadsInfo>, "all threads of the selected process, in JSON"},
    {"qMemoryRegionInfo:", prefix, parsers::memory_region, "the mapping at an address, or the gap"},
    {"qWatchpointSupportInfo:", exact, parsers::none<cmd::WatchpointSupport>, "how many watchpoints there can be"},
    {"_M", prefix, parsers::allocate_memory, "memory for the client's own use, which is not in the guest"},
    {"_m", prefix, parsers::release_memory, "give it back"},
    {"QSaveRegisterState", prefix, parsers::save_registers, "keep a copy of a thread's registers"},
    {"QRestoreRegisterState:", prefix, parsers::restore_registers, "write it back, and forget it"},
    {"qqemu.sstepbits", exact, parsers::none<cmd::StepFlagNames>, "names of QEMU's single-step flags"},
    {"Qqemu.sstepbits", exact, parsers::none<cmd::StepFlagNames>, "the same"},
    {"qqemu.sstep", exact, parsers::none<cmd::StepFlags>, "QEMU's single-step flags"},
    {"Qqemu.sstep=", prefix, parsers::set_step_flags, "set QEMU's single-step flags, until the client leaves"},
    {"qqemu.PhyMemMode", exact, parsers::none<cmd::PhysicalMode>, "are addresses physical"},
    {"Qqemu.PhyMemMode:", prefix, parsers::set_physical_mode, "make addresses of m, M, x and X physical (1) or not"},
});

template <typename T, typename... Types>
constexpr bool kIsAnyOf = (std::is_same_v<T, Types> || ...);

}  // namespace

std::span<const PacketRow> packet_table() {
    return kPackets;
}

bool needs_inferior(const Command& command) {
    return std::visit(
        []<typename C>(const C& packet) {
            if constexpr (std::is_same_v<C, cmd::Transfer>) {
                return packet.object != "osdata";
            } else {
                return kIsAnyOf<C, cmd::StopReason, cmd::Attached, cmd::SelectThread, cmd::ThreadAlive,
                                cmd::CurrentThread, cmd::FirstThreads, cmd::ThreadExtraInfo, cmd::ReadRegisters,
                                cmd::WriteRegisters, cmd::ReadRegister, cmd::WriteRegister, cmd::ReadMemory,
                                cmd::WriteMemory, cmd::InsertPoint, cmd::RemovePoint, cmd::Resume, cmd::OldResume,
                                cmd::StepFlagNames, cmd::StepFlags, cmd::SetStepFlags, cmd::PhysicalMode,
                                cmd::SetPhysicalMode, cmd::ProcessInfo, cmd::ThreadStopInfo, cmd::ThreadsInfo,
                                cmd::MemoryRegion, cmd::SaveRegisters, cmd::RestoreRegisters, cmd::CatchSyscalls>;
            }
        },
        command);
}

bool needs_glance(const Command& command) {
    const auto* transfer = std::get_if<cmd::Transfer>(&command);
    const auto* named = std::get_if<cmd::AttachNamed>(&command);
    return std::holds_alternative<cmd::Monitor>(command) ||
           (named != nullptr && named->how != cmd::AttachNamed::How::when_started) ||
           (transfer != nullptr && transfer->object == "osdata");
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
