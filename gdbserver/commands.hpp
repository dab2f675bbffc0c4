// SPDX-License-Identifier: GPL-2.0-or-later
// One value per packet that a client may send; parsed, not yet judged against the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emulator/types.hpp"
#include "gdbserver/thread_id.hpp"

namespace hvgdb::gdbserver::cmd {

// The session
struct Supported {
    std::optional<std::vector<std::string>> features;  ///< absent for a bare `qSupported`
};
struct MustReplyEmpty {};
struct StartNoAckMode {};
struct ExtendedMode {};
struct NonStop {
    bool on = false;
};
struct ThreadSuffix {};
struct TraceStatus {};
struct SymbolLookup {};
struct HostInfo {};
struct Monitor {
    std::string line;
};

// Inferiors and threads
struct StopReason {};
struct Attached {
    std::optional<std::uint32_t> pid;
};
struct Attach {
    std::uint32_t pid = 0;
};
struct Detach {
    std::optional<std::uint32_t> pid;
};
struct Kill {};
struct KillProcess {
    std::uint32_t pid = 0;
};
struct Run {};
struct Restart {};
struct SelectThread {
    char purpose = 'g';  ///< `g`: registers and memory; `c`: the old `c` and `s`
    ThreadPattern thread;
};
struct ThreadAlive {
    ThreadPattern thread;
};
struct CurrentThread {};
struct FirstThreads {};
struct MoreThreads {};
struct ThreadExtraInfo {
    ThreadPattern thread;
};
struct Transfer {
    std::string object;
    std::string annex;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

// Registers and memory
struct ReadRegisters {};
struct WriteRegisters {
    Bytes block;
};
struct ReadRegister {
    unsigned number = 0;
};
struct WriteRegister {
    unsigned number = 0;
    Bytes value;
};
struct ReadMemory {
    VirtAddr address;
    std::uint64_t length = 0;
    bool binary = false;  ///< `x` instead of `m`
};
struct WriteMemory {
    VirtAddr address;
    Bytes data;
};

// Breakpoints
enum class PointKind : std::uint8_t { software, hardware, write, read, access };
struct Point {
    PointKind kind = PointKind::software;
    VirtAddr address;
    std::uint64_t length = 0;  ///< for breakpoints the protocol's "kind"; bytes for watchpoints
    friend auto operator<=>(const Point&, const Point&) = default;
};
struct InsertPoint {
    Point point;
};
struct RemovePoint {
    Point point;
};

// Running
struct ResumeSupport {};
enum class Motion : std::uint8_t { go, step, range, halt };
struct Action {
    Motion motion = Motion::go;
    VirtAddr begin, end;   ///< of the range [begin, end)
    ThreadPattern thread;  ///< kAny: whoever has no action of its own
};
struct Resume {
    std::vector<Action> actions;  ///< the first that matches a thread counts
};
/// `c`, `s`, `C`, `S`. Signals mean nothing to a machine and are dropped.
struct OldResume {
    bool step = false;
    std::optional<VirtAddr> address;
};

// QEMU's own
struct StepFlagNames {};
struct StepFlags {};
struct SetStepFlags {
    unsigned flags = 0;
};
struct PhysicalMode {};
struct SetPhysicalMode {
    bool on = false;
};

/// Anything else: the empty reply.
struct Unknown {};

}  // namespace hvgdb::gdbserver::cmd

namespace hvgdb::gdbserver {

using Command =
    std::variant<cmd::Supported, cmd::MustReplyEmpty, cmd::StartNoAckMode, cmd::ExtendedMode, cmd::NonStop,
                 cmd::ThreadSuffix, cmd::TraceStatus, cmd::SymbolLookup, cmd::HostInfo, cmd::Monitor, cmd::StopReason,
                 cmd::Attached, cmd::Attach, cmd::Detach, cmd::Kill, cmd::KillProcess, cmd::Run, cmd::Restart,
                 cmd::SelectThread, cmd::ThreadAlive, cmd::CurrentThread, cmd::FirstThreads, cmd::MoreThreads,
                 cmd::ThreadExtraInfo, cmd::Transfer, cmd::ReadRegisters, cmd::WriteRegisters, cmd::ReadRegister,
                 cmd::WriteRegister, cmd::ReadMemory, cmd::WriteMemory, cmd::InsertPoint, cmd::RemovePoint,
                 cmd::ResumeSupport, cmd::Resume, cmd::OldResume, cmd::StepFlagNames, cmd::StepFlags, cmd::SetStepFlags,
                 cmd::PhysicalMode, cmd::SetPhysicalMode, cmd::Unknown>;

}  // namespace hvgdb::gdbserver
