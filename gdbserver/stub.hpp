// SPDX-License-Identifier: GPL-2.0-or-later
// The conversation with one client at a time, without any input or output of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/frame.hpp"
#include "gdbserver/command.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/session.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// What a monitor command printed; a failed one prints its diagnostic.
struct MonitorReply {
    std::string text;
};

/// Bytes in, bytes out; stops come from the Debuggee, whose report handler this takes. Every packet gets exactly one
/// reply, and nothing else is ever sent, but for a monitor command's console output before its reply. The server's
/// thread only.
class Stub {
  public:
    using Output = std::function<void(std::string_view bytes)>;
    using MonitorHandler = std::function<MonitorReply(std::string_view line, VcpuId selected)>;

    explicit Stub(Debuggee& debuggee);
    Stub(const Stub&) = delete;
    Stub& operator=(const Stub&) = delete;
    ~Stub();

    /// What runs `monitor` commands. Without one they are unknown packets.
    void set_monitor(MonitorHandler handler) { monitor_ = std::move(handler); }

    /// What `info os` shows. Without one, or with null, clients are told that there is no such thing.
    void set_os(osi::Os* os) { os_ = os; }

    /// A client came: attaches it to the machine, which pauses. Its packets wait for the pause.
    void connect(Output output);
    [[nodiscard]] bool connected() const { return output_ != nullptr; }
    /// Its packets wait right now.
    [[nodiscard]] bool waits_for_pause() const { return connected() && debuggee_.pausing(); }
    /// The pause takes too long: answer what can be answered without it.
    void pause_overdue();
    /// Any bytes, in any portions.
    void receive(std::string_view bytes);
    /// The client sent more than kMaxHeld bytes while it was to wait; drop it.
    [[nodiscard]] bool flooded() const { return flooded_; }
    /// The client left, or was lost: the same as a detach.
    void disconnect();

    static constexpr std::size_t kMaxHeld = 4 * kPacketSize;
    /// Of a longer text the rest is cut.
    static constexpr std::size_t kMaxMonitorOutput = (std::size_t{16} << 20) + 1024;

  private:
    /// What to answer; nothing when the answer comes with the next stop, or never (`k`).
    using Reply = std::optional<std::string>;

    // stub.cpp: the conversation
    void work_off();
    void handle(const Frame& frame);
    void handle_bad(const frame::Bad& bad);
    void repeat_last();
    void answer(std::string_view body);
    void send(std::string_view body);
    void on_report(const StopReport& report);
    [[nodiscard]] Expected<Inferior*> selected_inferior();
    [[nodiscard]] Reply result(const Expected<void>& done) const;
    [[nodiscard]] Reply refuse(const Error& error) const;

    // stub_session.cpp
    Reply run(const cmd::Supported& command);
    Reply run(const cmd::MustReplyEmpty& command);
    Reply run(const cmd::StartNoAckMode& command);
    Reply run(const cmd::ExtendedMode& command);
    Reply run(const cmd::NonStop& command);
    Reply run(const cmd::ThreadSuffix& command);
    Reply run(const cmd::TraceStatus& command);
    Reply run(const cmd::SymbolLookup& command);
    Reply run(const cmd::HostInfo& command);
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
    Reply run(const cmd::Transfer& command);
    [[nodiscard]] Expected<std::string> document(const cmd::Transfer& wanted);
    [[nodiscard]] std::string thread_document();

    // stub_memory.cpp
    Reply run(const cmd::ReadRegisters& command);
    Reply run(const cmd::WriteRegisters& command);
    Reply run(const cmd::ReadRegister& command);
    Reply run(const cmd::WriteRegister& command);
    Reply run(const cmd::ReadMemory& command);
    Reply run(const cmd::WriteMemory& command);
    [[nodiscard]] Expected<Bytes> read_memory(VirtAddr address, std::uint64_t length);
    [[nodiscard]] Expected<void> write_memory(VirtAddr address, std::span<const std::byte> data);

    // stub_run.cpp
    Reply run(const cmd::StopReason& command);
    Reply run(const cmd::Attach& command);
    Reply run(const cmd::Detach& command);
    Reply run(const cmd::Kill& command);
    Reply run(const cmd::KillProcess& command);
    Reply run(const cmd::Run& command);
    Reply run(const cmd::Restart& command);
    Reply run(const cmd::InsertPoint& command);
    Reply run(const cmd::RemovePoint& command);
    Reply run(const cmd::ResumeSupport& command);
    Reply run(const cmd::Resume& command);
    Reply run(const cmd::OldResume& command);
    [[nodiscard]] Reply resume(std::span<const cmd::Action> actions);
    [[nodiscard]] std::string stop_text();
    void leave();

    Debuggee& debuggee_;
    MonitorHandler monitor_;
    osi::Os* os_ = nullptr;
    Output output_;
    Session session_;
    FrameDecoder decoder_;
    std::string held_;       ///< bytes that came before the machine was paused
    std::string last_sent_;  ///< the last frame, for a client that did not get it
    unsigned repeated_ = 0;
    unsigned awaiting_stop_ = 0;  ///< packets whose reply is the next stop
    bool flooded_ = false;
};

}  // namespace hvgdb::gdbserver
