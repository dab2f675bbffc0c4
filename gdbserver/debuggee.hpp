// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb debugs: inferiors and their threads, breakpoints, running and stopping.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "gdbserver/breakpoint_set.hpp"
#include "gdbserver/commands.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "gdbserver/thread_id.hpp"
#include "gdbserver/watchpoint_set.hpp"

namespace hvgdb::gdbserver {

/// Signal numbers of the remote protocol (gdb, include/gdb/signals.def).
enum class Signal : std::uint8_t { interrupt = 2, quit = 3, trap = 5 };

/// A thread stopped, and with it everything.
struct Stopped {
    enum class Cause : std::uint8_t { other, software_breakpoint, hardware_breakpoint, watchpoint };
    Signal signal = Signal::trap;
    ThreadId thread;
    unsigned core = 0;
    Cause cause = Cause::other;
    emulator::WatchKind watch_kind = emulator::WatchKind::write;  ///< with `watchpoint`
    VirtAddr address;                                             ///< with `watchpoint`
};
/// The emulator ended, and the inferior with it.
struct Ended {
    std::uint32_t pid = 0;
    int code = 0;
};
using StopReport = std::variant<Stopped, Ended>;

/// The machine as one client sees it. All-stop. The server's thread only; takes the machine's stop handler.
class Debuggee {
  public:
    using ReportHandler = std::function<void(const StopReport&)>;

    Debuggee(emulator::Machine& machine, emulator::Instrumentation& instrumentation);
    Debuggee(const Debuggee&) = delete;
    Debuggee& operator=(const Debuggee&) = delete;
    ~Debuggee();

    /// Called once for each pause that attach() or resume() led to; never from inside a call made here.
    void set_report_handler(ReportHandler handler) { report_ = std::move(handler); }

    // Inferiors and threads
    [[nodiscard]] emulator::Machine& machine() { return machine_; }
    [[nodiscard]] bool attached() const { return attached_; }
    [[nodiscard]] bool gone() const { return gone_; }
    /// Attached inferiors only, else null.
    [[nodiscard]] Inferior* find_inferior(std::uint32_t pid);
    [[nodiscard]] std::vector<ThreadId> threads() const;
    /// The first thread, or the last one reported if it matches; nothing when none matches.
    [[nodiscard]] std::optional<ThreadId> choose(const ThreadPattern& pattern) const;
    [[nodiscard]] const std::optional<Stopped>& last_stop() const { return last_stop_; }
    /// The vCPU a thread is on.
    [[nodiscard]] VcpuId vcpu_of(const ThreadId& thread) const { return MachineInferior::vcpu_of(thread.tid); }

    // Attaching
    /// Makes `pid` an inferior and pauses the machine; false from pausing() once it is. `not_found` for an unknown one.
    [[nodiscard]] Expected<void> attach(std::uint32_t pid);
    /// The client's breakpoints and settings go, and the machine runs on; as fast as possible when it runs already.
    void detach();
    [[nodiscard]] bool pausing() const { return pausing_; }
    /// Stops waiting for the pause that attach() asked for; it counts as paused once it comes.
    void give_up_pausing() { pausing_ = false; }

    // Breakpoints
    [[nodiscard]] Expected<void> insert(const cmd::Point& point);
    void remove(const cmd::Point& point);
    /// In which address space the machine's breakpoints count; nothing for any. From the next resume on.
    void set_scope(std::optional<AddressSpace> scope) { breakpoints_.set_scope(scope); }
    [[nodiscard]] std::optional<AddressSpace> scope() const { return breakpoints_.scope(); }

    // Running
    /// The client waits for a report.
    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] Expected<void> resume(std::span<const cmd::Action> actions);
    /// The client wants a pause (Ctrl-C). Nothing happens when nothing runs.
    void interrupt();
    /// A vCPU parked at a site: the machine has to pause.
    void on_vcpu_parked();
    /// QEMU's single-step flags, for this client.
    [[nodiscard]] Expected<void> set_step_flags(unsigned flags);

  private:
    struct Range {
        VcpuId vcpu;
        VirtAddr begin, end;
    };
    struct Place {
        VcpuId vcpu;
        VirtAddr pc;
    };

    // debuggee_run.cpp
    [[nodiscard]] Expected<void> plan_from(std::span<const cmd::Action> actions);
    [[nodiscard]] Expected<void> start(const emulator::ResumePlan& plan);
    void pass_steppers(const emulator::ResumePlan& plan);
    void pass_reported();
    void pass_all_pending();
    void run_on();
    [[nodiscard]] std::optional<VirtAddr> pc_of(VcpuId vcpu);
    [[nodiscard]] std::optional<VcpuId> stepper() const;

    // debuggee_stop.cpp
    void on_stop(const emulator::MachineStop& stop);
    void on_unattended_stop(const emulator::MachineStop& stop);
    void on_gone(const emulator::MachineStop& stop);
    [[nodiscard]] bool is_internal(const emulator::MachineStop& stop,
                                   const std::optional<emulator::PendingStop>& pending);
    [[nodiscard]] bool outrun(const emulator::MachineStop& stop, const std::optional<emulator::PendingStop>& pending);
    [[nodiscard]] bool range_goes_on(VcpuId vcpu);
    [[nodiscard]] Stopped meaning_of(const emulator::MachineStop& stop,
                                     const std::optional<emulator::PendingStop>& pending) const;
    [[nodiscard]] Stopped stopped_at(VcpuId vcpu) const;
    [[nodiscard]] bool has_vcpu(const emulator::MachineStop& stop) const;
    void report(const Stopped& stopped);

    emulator::Machine& machine_;
    emulator::Instrumentation& instrumentation_;
    MachineInferior whole_;
    BreakpointSet breakpoints_;
    WatchpointSet watchpoints_;
    ReportHandler report_;

    emulator::ResumePlan plan_;      ///< of the client's last resume
    std::optional<Range> range_;     ///< while a range is stepped
    std::optional<Place> reported_;  ///< where the reported vCPU stood
    std::optional<Stopped> last_stop_;
    std::optional<unsigned> step_flags_before_;

    bool attached_ = false;
    bool gone_ = false;
    bool running_ = false;
    bool pausing_ = false;
    bool leaving_ = false;           ///< paused only to take the last client's things out
    bool client_interrupt_ = false;  ///< asked for since the last resume
    bool parked_interrupt_ = false;  ///< asked for since the last resume
};

}  // namespace hvgdb::gdbserver
