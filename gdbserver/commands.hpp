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
struct Run {
    std::string program;  ///< any bytes but zero; may be empty
};
struct Restart {};
/// By the name of a program, instead of by a process id.
struct AttachNamed {
    enum class How : std::uint8_t { now, when_started, now_or_when_started };
    std::string program;  ///< any bytes but zero
    How how = How::now;
};
struct AttachNamedSupport {};
/// With what the client would have a program started.
struct LaunchSetting {};
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
/// Chosen with the packet itself, as lldb does, and from then on.
using OwnThread = std::optional<ThreadPattern>;
struct ReadRegisters {
    OwnThread thread;
};
struct WriteRegisters {
    Bytes block;
    OwnThread thread;
};
struct ReadRegister {
    unsigned number = 0;
    OwnThread thread;
};
struct WriteRegister {
    unsigned number = 0;
    Bytes value;
    OwnThread thread;
};
struct SaveRegisters {
    OwnThread thread;
};
struct RestoreRegisters {
    std::uint64_t number = 0;  ///< our answer to SaveRegisters
    OwnThread thread;
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
    std::vector<Bytes> conditions;  ///< agent bytecode, not yet checked
    std::vector<Bytes> commands;    ///< the same
    bool persist = false;           ///< the commands shall outlive the connection
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
    unsigned signal = 0;   ///< to be delivered, in the protocol's numbers; 0: none
};
struct Resume {
    std::vector<Action> actions;  ///< the first that matches a thread counts
};
/// `c`, `s`, `C`, `S`.
struct OldResume {
    bool step = false;
    unsigned signal = 0;  ///< as Action's
    std::optional<VirtAddr> address;
};

// Events
struct CatchSyscalls {
    std::optional<std::vector<std::uint64_t>> numbers;  ///< nothing: none; empty: all
};
struct PassSignals {
    std::vector<bool> numbers;  ///< by the number that the client uses
};
struct ProgramSignals {};
struct ThreadEvents {
    bool on = false;
};

// Files. Paths are as the client wrote them: any bytes but zero.
struct SelectFileSystem {
    std::uint32_t pid = 0;  ///< as this process sees it; 0: the server's own
};
struct OpenFile {
    std::string path;
    std::uint64_t flags = 0;  ///< the protocol's, not the host's
};
struct CloseFile {
    std::uint64_t descriptor = 0;
};
struct ReadFile {
    std::uint64_t descriptor = 0;
    std::uint64_t count = 0;
    std::uint64_t offset = 0;
};
struct OpenFileStatus {
    std::uint64_t descriptor = 0;
};
struct FileStatus {
    std::string path;
    bool follow_link = true;
};
struct ReadLink {
    std::string path;
};
/// What lldb asks for one by one.
struct FileFact {
    enum class Which : std::uint8_t { exists, size, mode };
    std::string path;
    Which which = Which::exists;
};
struct OtherFileOperation {};

// lldb's questions
struct ThreadsInStopReplies {};
struct ErrorTexts {};
struct ProcessInfo {};
struct ThreadStopInfo {
    ThreadPattern thread;
};
struct ThreadsInfo {};
struct MemoryRegion {
    VirtAddr address;
};
struct WatchpointSupport {};
struct AllocateMemory {
    std::uint64_t size = 0;
    bool execute = false;
};
struct ReleaseMemory {
    VirtAddr address;
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

using Command = std::variant<
    cmd::Supported, cmd::MustReplyEmpty, cmd::StartNoAckMode, cmd::ExtendedMode, cmd::NonStop, cmd::ThreadSuffix,
    cmd::TraceStatus, cmd::SymbolLookup, cmd::HostInfo, cmd::Monitor, cmd::StopReason, cmd::Attached, cmd::Attach,
    cmd::Detach, cmd::Kill, cmd::KillProcess, cmd::Run, cmd::Restart, cmd::SelectThread, cmd::ThreadAlive,
    cmd::CurrentThread, cmd::FirstThreads, cmd::MoreThreads, cmd::ThreadExtraInfo, cmd::Transfer, cmd::ReadRegisters,
    cmd::WriteRegisters, cmd::ReadRegister, cmd::WriteRegister, cmd::ReadMemory, cmd::WriteMemory, cmd::InsertPoint,
    cmd::RemovePoint, cmd::ResumeSupport, cmd::Resume, cmd::OldResume, cmd::SelectFileSystem, cmd::OpenFile,
    cmd::CloseFile, cmd::ReadFile, cmd::OpenFileStatus, cmd::FileStatus, cmd::ReadLink, cmd::FileFact,
    cmd::OtherFileOperation, cmd::SaveRegisters, cmd::RestoreRegisters, cmd::ThreadsInStopReplies, cmd::ErrorTexts,
    cmd::ProcessInfo, cmd::ThreadStopInfo, cmd::ThreadsInfo, cmd::MemoryRegion, cmd::WatchpointSupport,
    cmd::AllocateMemory, cmd::ReleaseMemory, cmd::StepFlagNames, cmd::StepFlags, cmd::SetStepFlags, cmd::PhysicalMode,
    cmd::SetPhysicalMode, cmd::AttachNamed, cmd::AttachNamedSupport, cmd::LaunchSetting, cmd::CatchSyscalls,
    cmd::PassSignals, cmd::ProgramSignals, cmd::ThreadEvents, cmd::Unknown>;

}  // namespace hvgdb::gdbserver
