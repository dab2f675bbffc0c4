// SPDX-License-Identifier: GPL-2.0-or-later
// The conversation with one client at a time, without any input or output of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/frame.hpp"
#include "gdbserver/command.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/entry.hpp"
#include "gdbserver/guest_files.hpp"
#include "gdbserver/session.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::gdbserver {

/// What a monitor command printed; a failed one prints its diagnostic.
struct MonitorReply {
    std::string text;
    /// The command is done only when a program that is waited for has started (Debuggee::hold_start()), if nothing is
    /// attached. That is so, too, when it made the debuggee wait for one more.
    bool waits = false;
};

/// What the client looks at.
struct Selection {
    VcpuId vcpu;      ///< the one its thread is on; the first for a thread that is on none
    ThreadId thread;  ///< of the machine or of a process; all 0: nothing is attached
};

/// Bytes in, bytes out; stops come from the Debuggee, whose report handler this takes. Every packet gets exactly one
/// reply, and nothing else is ever sent, but for console output before the reply of a monitor command or of one that
/// runs the machine. A monitor command that waits for a program gets none when the next packet comes: then the client
/// has given up. The server's thread only.
class Stub {
  public:
    using Output = std::function<void(std::string_view bytes)>;
    using MonitorHandler = std::function<MonitorReply(std::string_view line, const Selection& selected)>;

    explicit Stub(Debuggee& debuggee);
    Stub(const Stub&) = delete;
    Stub& operator=(const Stub&) = delete;
    ~Stub();

    /// What runs `monitor` commands. Without one they are unknown packets.
    void set_monitor(MonitorHandler handler) { monitor_ = std::move(handler); }

    /// Called when the client has left, while everything is still as it was.
    void set_goodbye(std::function<void()> handler) { goodbye_ = std::move(handler); }

    /// Where processes are found, and who tells what happens to them; the Debuggee's, too. Without one, or with null,
    /// there is only the machine, or nothing is told.
    void set_os(osi::Os* os, osi::Events* events = nullptr);
    /// Where a program stops that the client waits for with a packet.
    void set_stop_at(osi::StopAt stop_at) { stop_at_ = stop_at; }
    /// What vFile packets show under /proc. Without it, nothing.
    void set_proc_texts(ProcTexts texts) { guest_files_.set_proc_texts(std::move(texts)); }
    /// A host's copy of the guest's files, which must outlive this; null: none.
    void set_host_root(const HostRoot* root) { guest_files_.set_host_root(root); }

    /// A client came. Nothing is attached until it asks for something that needs an inferior without having said that
    /// it will attach by itself (`!`, vAttach): then `entry` tells what. The machine pauses for that, and packets wait.
    void connect(Output output, Entry entry = {});
    /// News for the client's console, while it waits for a stop or for a monitor command. Any bytes.
    void print(std::string_view text);
    [[nodiscard]] bool connected() const { return output_ != nullptr; }
    struct Wait {
        unsigned number = 0;  ///< no two waits have the same
        std::chrono::milliseconds limit{};
    };
    /// Its packets wait right now, and must not do so for longer.
    [[nodiscard]] std::optional<Wait> waits() const;
    /// That time is over: answer what can be answered.
    void overdue();
    /// Any bytes, in any portions.
    void receive(std::string_view bytes);
    /// The client sent more than kMaxHeld bytes while it was to wait; drop it.
    [[nodiscard]] bool flooded() const { return flooded_; }
    /// The client left, or was lost: the same as a detach.
    void disconnect();

    /// How long the first packets wait for the machine to pause.
    static constexpr auto kPauseTime = std::chrono::milliseconds(2000);
    /// How long gdb's `run` waits for the program. gdb gives up after six seconds, and is lost then.
    static constexpr auto kStartTime = std::chrono::milliseconds(4500);
    /// How often a client that waits for a program with a monitor command hears that it still does: gdb complains of
    /// silence after six seconds.
    static constexpr auto kSignOfLife = std::chrono::milliseconds(2500);
    /// gdb counts its threads as running before it resumes them, and sends a Ctrl-C that is typed then first. It counts
    /// for a resumption that follows this soon. (gdbserver obeys any, however old.)
    static constexpr auto kEarlyInterrupt = std::chrono::milliseconds(1000);
    static constexpr std::size_t kMaxHeld = 4 * kPacketSize;
    /// Of a longer text the rest is cut.
    static constexpr std::size_t kMaxMonitorOutput = (std::size_t{16} << 20) + 1024;

  private:
    /// Text in one `O` packet; gdb's time limit starts anew with each.
    static constexpr std::size_t kConsolePiece = 4096;

    using Attachment = Session::Attachment;
    /// What to answer; nothing when the answer comes with the next stop, or never (`k`).
    using Reply = std::optional<std::string>;

    // stub.cpp: the conversation
    void work_off();
    void handle(const Frame& frame);
    void interrupt();
    void handle_bad(const frame::Bad& bad);
    void repeat_last();
    void answer(std::string_view body);
    void send(std::string_view body);
    [[nodiscard]] bool attach_first(const Command& command);
    [[nodiscard]] bool needs_entry(const Command& command) const;
    void attach_entry();
    void execute(const Command& command);
    /// Selects the thread first, if the packet names one.
    [[nodiscard]] Expected<Inferior*> selected_inferior(const cmd::OwnThread& thread = {});
    [[nodiscard]] bool machine_selected() const;
    [[nodiscard]] Reply result(const Expected<void>& done) const;
    [[nodiscard]] Reply refuse(const Error& error) const;

    // stub_reports.cpp
    void on_report(const StopReport& report);
    void on_stopped(const Stopped& stopped);
    void on_thread_end(const ThreadEnded& ended);
    void on_attach_failed(const Error& error);
    void on_held(const Held& held);
    void on_glanced();
    void tell_held();
    void answer_awaited(const std::string& text);
    void send_console(std::string_view text);

    // stub_session.cpp
    Reply run(const cmd::Supported& command);
    Reply run(const cmd::MustReplyEmpty& command);
    Reply run(const cmd::StartNoAckMode& command);
    Reply run(const cmd::ExtendedMode& command);
    Reply run(const cmd::NonStop& command);
    Reply run(const cmd::TraceStatus& command);
    Reply run(const cmd::SymbolLookup& command);
    Reply run(const cmd::Monitor& command);
    Reply run(const cmd::StepFlagNames& command);
    Reply run(const cmd::StepFlags& command);
    Reply run(const cmd::SetStepFlags& command);
    Reply run(const cmd::PhysicalMode& command);
    Reply run(const cmd::SetPhysicalMode& command);
    Reply run(const cmd::Unknown& command);

    // stub_threads.cpp
    Reply run(const cmd::Attached& command);
    Reply run(const cmd::SelectThread& command);
    Reply run(const cmd::ThreadAlive& command);
    Reply run(const cmd::CurrentThread& command);
    Reply run(const cmd::FirstThreads& command);
    Reply run(const cmd::MoreThreads& command);
    Reply run(const cmd::ThreadExtraInfo& command);

    // stub_lldb.cpp
    Reply run(const cmd::ThreadSuffix& command);
    Reply run(const cmd::ThreadsInStopReplies& command);
    Reply run(const cmd::ErrorTexts& command);
    Reply run(const cmd::HostInfo& command);
    Reply run(const cmd::ProcessInfo& command);
    Reply run(const cmd::MemoryRegion& command);
    Reply run(const cmd::WatchpointSupport& command);
    Reply run(const cmd::AllocateMemory& command);
    Reply run(const cmd::ReleaseMemory& command);
    Reply run(const cmd::ThreadsInfo& command);
    Reply run(const cmd::ThreadStopInfo& command);
    Reply run(const cmd::SaveRegisters& command);
    Reply run(const cmd::RestoreRegisters& command);
    [[nodiscard]] Expected<osi::ProcessId> selected_process();

    // stub_documents.cpp
    Reply run(const cmd::Transfer& command);

    // stub_files.cpp
    Reply run(const cmd::SelectFileSystem& command);
    Reply run(const cmd::OpenFile& command);
    Reply run(const cmd::CloseFile& command);
    Reply run(const cmd::ReadFile& command);
    Reply run(const cmd::OpenFileStatus& command);
    Reply run(const cmd::FileStatus& command);
    Reply run(const cmd::ReadLink& command);
    Reply run(const cmd::FileFact& command);
    Reply run(const cmd::OtherFileOperation& command);
    [[nodiscard]] osi::ProcessId file_viewer() const;

    // stub_memory.cpp
    Reply run(const cmd::ReadRegisters& command);
    Reply run(const cmd::WriteRegisters& command);
    Reply run(const cmd::ReadRegister& command);
    Reply run(const cmd::WriteRegister& command);
    Reply run(const cmd::ReadMemory& command);
    Reply run(const cmd::WriteMemory& command);
    [[nodiscard]] Expected<Bytes> read_memory(VirtAddr address, std::uint64_t length);
    [[nodiscard]] Expected<void> write_memory(VirtAddr address, std::span<const std::byte> data);

    // stub_events.cpp
    Reply run(const cmd::CatchSyscalls& command);
    Reply run(const cmd::PassSignals& command);
    Reply run(const cmd::ProgramSignals& command);
    Reply run(const cmd::ThreadEvents& command);
    void tell_wishes();

    // stub_starts.cpp
    Reply run(const cmd::Run& command);
    Reply run(const cmd::AttachNamed& command);
    Reply run(const cmd::AttachNamedSupport& command);
    Reply run(const cmd::LaunchSetting& command);
    [[nodiscard]] Reply wait_for_start(const std::string& program, bool limited);
    void start_overdue();
    void take_interrupts();
    [[nodiscard]] bool console_waits(const MonitorReply& reply, std::size_t awaited_before) const;
    void give_up_console(bool answered);

    // stub_run.cpp
    Reply run(const cmd::StopReason& command);
    Reply run(const cmd::Attach& command);
    Reply run(const cmd::Detach& command);
    Reply run(const cmd::Kill& command);
    Reply run(const cmd::KillProcess& command);
    Reply run(const cmd::Restart& command);
    Reply run(const cmd::InsertPoint& command);
    Reply run(const cmd::RemovePoint& command);
    Reply run(const cmd::ResumeSupport& command);
    Reply run(const cmd::Resume& command);
    Reply run(const cmd::OldResume& command);
    [[nodiscard]] Reply resume(std::span<const cmd::Action> actions);
    [[nodiscard]] std::string stop_text();
    [[nodiscard]] std::string stop_text(const Stopped& stop);
    [[nodiscard]] Reply attach_single(std::uint32_t pid);
    [[nodiscard]] Reply attached_reply(std::uint32_t pid);
    void leave();
    void forget_inferior(std::uint32_t pid);
    void drop_unasked_machine();

    Debuggee& debuggee_;
    MonitorHandler monitor_;
    std::function<void()> goodbye_;
    osi::Os* os_ = nullptr;
    osi::Events* events_ = nullptr;
    osi::StopAt stop_at_ = osi::StopAt::start;
    GuestFiles guest_files_;
    Output output_;
    Entry entry_;
    Session session_;
    FrameDecoder decoder_;
    std::string held_;                  ///< bytes that came before the machine was paused
    std::optional<Command> postponed_;  ///< until the pause that it needs
    std::string last_sent_;             ///< the last frame, for a client that did not get it
    unsigned repeated_ = 0;
    unsigned awaiting_stop_ = 0;  ///< packets whose reply is the next stop
    unsigned waits_ = 0;          ///< number of the wait that the last packet may lead to
    /// The program that a packet waits for.
    struct AwaitedStart {
        std::string program;
        bool limited = false;  ///< not for long
    };
    std::optional<AwaitedStart> start_;
    FrameDecoder lookahead_;     ///< of held_, while a packet waits for a program
    std::size_t looked_at_ = 0;  ///< of held_, so many bytes
    std::size_t looked_up_ = 0;  ///< Ctrl-Cs in held_ that have been obeyed
    /// When a Ctrl-C came while nothing ran.
    std::optional<std::chrono::steady_clock::time_point> early_interrupt_;
    bool console_waits_ = false;  ///< a monitor command is answered when a program has started
    bool flooded_ = false;
};

}  // namespace hvgdb::gdbserver
