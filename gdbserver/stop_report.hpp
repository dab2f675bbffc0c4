// SPDX-License-Identifier: GPL-2.0-or-later
// What a client hears when something stopped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "emulator/machine.hpp"
#include "gdbserver/thread_id.hpp"

namespace hvgdb::gdbserver {

/// Signal numbers of the remote protocol (gdb, include/gdb/signals.def); any other of them may occur.
enum class Signal : std::uint8_t { none = 0, interrupt = 2, quit = 3, trap = 5 };

/// A thread stopped, and with it everything.
struct Stopped {
    enum class Cause : std::uint8_t {
        other,  ///< `signal` tells
        step,
        software_breakpoint,
        hardware_breakpoint,
        watchpoint,        ///< with `watch_kind` and `address`
        forked,            ///< with `related`, the child, which is attached
        vforked,           ///< the same
        vfork_done,        ///< the child of the last vfork has its own memory, or has ended
        executed,          ///< with `path`
        thread_created,    ///< the thread is the new one
        syscall_entered,   ///< with `syscall`
        syscall_returned,  ///< with `syscall`
    };
    Signal signal = Signal::trap;
    ThreadId thread;
    unsigned core = 0;
    Cause cause = Cause::other;
    emulator::WatchKind watch_kind = emulator::WatchKind::write;
    VirtAddr address;
    ThreadId related;
    std::string path;           ///< any bytes
    std::uint64_t syscall = 0;  ///< its number
    /// The guest's struct siginfo of the signal, in the 64-bit layout; absent: nobody sent one.
    std::optional<std::array<std::byte, 128>> siginfo;
    std::string note;  ///< lines for the client's console, before the stop is told
};
/// A thread ended, and others of its process remain. Everything stopped.
struct ThreadEnded {
    ThreadId thread;
    int code = 0;  ///< what it ended with
};
/// An inferior ended: the process, or with the emulator the machine.
struct Ended {
    std::uint32_t pid = 0;
    int code = 0;         ///< of exit(3)
    unsigned signal = 0;  ///< what killed it, as the guest numbers signals; 0: nothing did
};
/// What was to be attached is not there any more, now that the machine is paused; it runs on.
struct AttachFailed {
    Error error;
};
/// The machine is paused as glance() asked for, and runs on when the handler returns.
struct Glanced {};
/// A program that hold_start() waits for has started: the machine is paused, the process is not attached.
struct Held {
    std::uint32_t pid = 0;
    std::string command;  ///< any bytes
    VirtAddr pc;          ///< where it stands
};
using StopReport = std::variant<Stopped, Ended, AttachFailed, Glanced, ThreadEnded, Held>;

}  // namespace hvgdb::gdbserver
