// SPDX-License-Identifier: GPL-2.0-or-later
// lldb's questions.
#include <algorithm>
#include <fmt/format.h>

#include "emulator/hex.hpp"
#include "gdbserver/lldb_texts.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"
#include "gdbserver/watchpoint_set.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Copies of registers for one client; lldb has as many as expressions it evaluates at a time.
constexpr std::size_t kMostSaved = 64;

}  // namespace

Stub::Reply Stub::run(const cmd::ThreadSuffix&) {
    session_.lldb = true;
    tell_wishes();
    return "OK";
}

Stub::Reply Stub::run(const cmd::ThreadsInStopReplies&) {
    session_.threads_in_stops = true;
    return "OK";
}

Stub::Reply Stub::run(const cmd::ErrorTexts&) {
    session_.client.error_text = true;
    return "OK";
}

// Before anything is attached, a client of an address for a process will have one.
Stub::Reply Stub::run(const cmd::HostInfo&) {
    const auto pid = session_.general ? session_.general->pid : 0;
    const bool one_waits = !entry_.process.empty() || debuggee_.held() != nullptr;
    const bool process = pid == 0 ? one_waits : pid != MachineInferior::kPid;
    return lldb_host_info(debuggee_.machine().description().architecture(), process && os_ != nullptr).value_or("");
}

Expected<osi::ProcessId> Stub::selected_process() {
    const auto inferior = selected_inferior();
    if (!inferior) {
        return std::unexpected(inferior.error());
    }
    const auto pid = (*inferior)->pid();
    return pid == MachineInferior::kPid || os_ == nullptr ? fail(Errc::not_found, "no process of the guest is selected")
                                                          : Expected<osi::ProcessId>(pid);
}

Stub::Reply Stub::run(const cmd::ProcessInfo&) {
    const auto pid = selected_process();
    const auto process = pid ? os_->process(*pid) : std::unexpected(pid.error());
    return process ? lldb_process_info(*process) : refuse(process.error());
}

Stub::Reply Stub::run(const cmd::MemoryRegion& command) {
    const auto pid = selected_process();
    const auto mappings = pid ? os_->mappings(*pid) : std::unexpected(pid.error());
    return mappings ? lldb_memory_region(*mappings, command.address) : refuse(mappings.error());
}

Stub::Reply Stub::run(const cmd::WatchpointSupport&) {
    return fmt::format("num:{};", WatchpointSet::kMaxWatchpoints);
}

// The empty reply would make lldb call mmap() in the guest, an error keeps it from evaluating anything. Code has no
// place here: lldb then interprets what it can, and calls nothing.
Stub::Reply Stub::run(const cmd::AllocateMemory& command) {
    const auto pid = selected_process();
    const auto process = pid ? os_->process(*pid) : std::unexpected(pid.error());
    if (!process || process->compat || command.execute) {
        return refuse({Errc::unsupported, "nothing is mapped in the guest"});
    }
    const auto address = session_.scratch.allocate(command.size);
    return address ? hex_number(address->value) : refuse(address.error());
}

Stub::Reply Stub::run(const cmd::ReleaseMemory& command) {
    return session_.scratch.release(command.address) ? Reply("OK")
                                                     : refuse({Errc::not_found, "nothing was allocated there"});
}

Stub::Reply Stub::run(const cmd::ThreadsInfo&) {
    const auto inferior = selected_inferior();
    return inferior ? lldb_threads(debuggee_.last_stop(), **inferior) : refuse(inferior.error());
}

Stub::Reply Stub::run(const cmd::ThreadStopInfo& command) {
    const auto thread = command.thread.tid > 0 ? debuggee_.choose(command.thread) : std::nullopt;
    if (!thread) {
        return refuse({Errc::not_found, "no such thread"});
    }
    Stopped stop{};
    stop.signal = Signal::none;
    stop.thread = *thread;
    const auto& last = debuggee_.last_stop();
    return stop_text(last && last->thread == *thread ? *last : stop);
}

Stub::Reply Stub::run(const cmd::SaveRegisters& command) {
    const auto inferior = selected_inferior(command.thread);
    const auto block =
        inferior ? (*inferior)->read_registers(session_.general->tid) : std::unexpected(inferior.error());
    if (!block) {
        return refuse(block.error());
    }
    if (session_.saved_registers.size() == kMostSaved) {
        return refuse({Errc::unsupported, "too many copies of registers"});
    }
    session_.saved_registers.insert_or_assign(++session_.registers_saved, block->bytes);
    return std::to_string(session_.registers_saved);
}

Stub::Reply Stub::run(const cmd::RestoreRegisters& command) {
    const auto inferior = selected_inferior(command.thread);
    if (!inferior) {
        return refuse(inferior.error());
    }
    const auto saved = session_.saved_registers.extract(command.number);
    if (saved.empty() || saved.mapped().size() != (*inferior)->description().block_size()) {
        return refuse({Errc::not_found, "no such registers were saved"});
    }
    return result((*inferior)->write_registers(session_.general->tid, saved.mapped()));
}

}  // namespace hvgdb::gdbserver
