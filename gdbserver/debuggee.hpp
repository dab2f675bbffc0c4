// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb debugs: inferiors and their threads, breakpoints, running and stopping.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "gdbserver/breakpoint_set.hpp"
#include "gdbserver/commands.hpp"
#include "gdbserver/event_mailbox.hpp"
#include "gdbserver/hit_search.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "gdbserver/pending_events.hpp"
#include "gdbserver/process_events.hpp"
#include "gdbserver/start_watch.hpp"
#include "gdbserver/stop_report.hpp"
#include "gdbserver/thread_id.hpp"
#include "gdbserver/thread_stepper.hpp"
#include "gdbserver/watchpoint_set.hpp"
#include "osi/events.hpp"
#include "osi/hooks.hpp"
#include "osi/os.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::gdbserver {

class ProcessInferior;

/// The machine and the processes in it as one client sees them. All-stop, and the machine runs as a whole: whatever is
/// resumed, everything runs, but for the vCPUs of a machine that is an inferior itself. The server's thread only; takes
/// the machine's stop handler.
class Debuggee {
  public:
    using ReportHandler = std::function<void(const StopReport&)>;

    /// `console` takes what breakpoints print; see BreakpointSet::Console.
    Debuggee(emulator::Machine& machine, emulator::Instrumentation& instrumentation,
             BreakpointSet::Console console = {});
    Debuggee(const Debuggee&) = delete;
    Debuggee& operator=(const Debuggee&) = delete;
    ~Debuggee();

    /// Called once for each pause that attach() or resume() led to; never from inside a call made here.
    void set_report_handler(ReportHandler handler) { report_ = std::move(handler); }
    /// Where processes are found, and who tells what happens to them. Without one, or with null, there is only the
    /// machine, or nothing is told. Must outlive what is attached.
    void set_os(osi::Os* os, osi::Events* events = nullptr);
    [[nodiscard]] osi::Os* os() const { return os_; }
    /// Whose libraries are looked for whenever the machine has stopped; null: nobody's. Must outlive it.
    void set_hooks(osi::Hooks* hooks) { hooks_ = hooks; }
    /// Called on the paused machine whenever it is about to run.
    void set_before_resume(std::function<void()> prepare) { before_resume_ = std::move(prepare); }
    /// Called whenever the machine has stopped, before it is known why; it must not resume the machine.
    void set_pause_listener(std::function<void()> listener) { pause_listener_ = std::move(listener); }

    // Inferiors and threads
    [[nodiscard]] emulator::Machine& machine() { return machine_; }
    [[nodiscard]] bool attached() const { return !inferiors_.empty(); }
    [[nodiscard]] bool gone() const { return gone_; }
    /// Attached inferiors only, else null.
    [[nodiscard]] Inferior* find_inferior(std::uint32_t pid);
    /// Of what is attached, in the order of attachment.
    [[nodiscard]] std::vector<std::uint32_t> pids() const;
    [[nodiscard]] std::vector<ThreadId> threads() const;
    /// The last one reported if it matches, else the most telling one of the first inferior that has one: a thread that
    /// runs user code, one on a vCPU, the first. Nothing when none matches.
    [[nodiscard]] std::optional<ThreadId> choose(const ThreadPattern& pattern) const;
    [[nodiscard]] const std::optional<Stopped>& last_stop() const { return last_stop_; }
    /// Nothing for one that is not there.
    [[nodiscard]] std::optional<ThreadInfo> thread_info(const ThreadId& thread) const;
    /// The vCPU a thread is on; nothing for one that is on none.
    [[nodiscard]] std::optional<VcpuId> vcpu_of(const ThreadId& thread) const;

    // Attaching
    /// Makes `pid` an inferior and pauses the machine, if it runs: then pausing() until it is, and the report tells how
    /// it went. `not_found` for an unknown one.
    [[nodiscard]] Expected<void> attach(std::uint32_t pid);
    /// While nothing is attached: pauses the running machine just for the report that follows, so that the guest's
    /// operating system can be looked at. False when there is no need to.
    [[nodiscard]] bool glance();
    /// The inferior's breakpoints go; with the last inferior all settings, too, and the machine runs on, as fast as
    /// possible when it runs already.
    void detach(std::uint32_t pid);
    void detach_all();
    [[nodiscard]] bool pausing() const { return pausing_.has_value() || starting(); }
    /// Stops waiting for the pause that attach() asked for; it counts as paused once it comes.
    void give_up_pausing();

    // Breakpoints. `not_found` when the inferior is not attached.
    [[nodiscard]] Expected<void> insert(std::uint32_t pid, const cmd::InsertPoint& command);
    void remove(std::uint32_t pid, const cmd::Point& point);
    /// In which address space the machine's breakpoints count; nothing for any. From the next resume on.
    void set_scope(std::optional<AddressSpace> scope) { scope_ = scope; }
    [[nodiscard]] std::optional<AddressSpace> scope() const { return scope_; }

    // Running
    /// The client waits for a report.
    [[nodiscard]] bool running() const { return running_; }
    /// What the client looks at: its Ctrl-C is answered with a thread of this inferior.
    void prefer(std::uint32_t pid) { preferred_ = pid; }
    [[nodiscard]] Expected<void> resume(std::span<const cmd::Action> actions);
    /// The client wants a pause (Ctrl-C). Nothing happens when nothing runs.
    void interrupt();
    /// A vCPU parked at a site: the machine has to pause.
    void on_vcpu_parked();
    // Events of attached processes. All are forgotten with detach_all().
    /// What this client wants to be told. A process's end is always told.
    struct Wishes {
        bool forks = false;
        bool vforks = false;
        bool execs = false;
        bool threads = false;                ///< their making and their end
        std::vector<bool> passed_signals{};  ///< by the protocol's number: delivered without a stop
    };
    void set_wishes(Wishes wishes);
    [[nodiscard]] const Wishes& wishes() const { return wishes_; }
    /// Which system calls of a process stop it, at their entry and at their return; nothing: none; an empty list: all.
    /// `not_found` when the process is not attached, `unsupported` when the kernel does not tell.
    [[nodiscard]] Expected<void> catch_syscalls(std::uint32_t pid, std::optional<std::vector<std::uint64_t>> numbers);

    // Waiting for a program to start
    /// Attaches the next process that starts this program, there; until then pausing() and starting(). The report is a
    /// Stopped or an AttachFailed. interrupt() gives up.
    [[nodiscard]] Expected<void> attach_start(const osi::StartOrder& order);
    /// What attach_start() waits for is only held when it comes, as after hold_start(): nobody waits any more.
    void postpone_start();
    /// The next process that starts this program is held there, all with the machine, until it is attached or
    /// forget_starts() is called. The report is Held if nothing is attached, else a Stopped of what is attached with no
    /// signal; held() tells who it is. `for_good`: forget_starts() does not concern it.
    [[nodiscard]] Expected<void> hold_start(const osi::StartOrder& order, bool for_good = false);
    [[nodiscard]] bool starting() const;
    [[nodiscard]] std::vector<osi::StartOrder> awaited_starts() const;
    /// Null: nobody. Valid until the next call.
    [[nodiscard]] const Held* held() const { return held_ ? &held_->who : nullptr; }
    /// Waits for nothing any more, or not for this program; what is held runs on.
    void forget_starts();
    void forget_start(const std::string& program);
    /// Something waits for the guest's kernel to be found, which is looked for when the machine is paused.
    [[nodiscard]] bool waits_for_kernel() const;
    /// Pauses the running machine for a moment, so that the kernel is looked for.
    void look_for_kernel();
    /// QEMU's single-step flags, for this client.
    [[nodiscard]] Expected<void> set_step_flags(unsigned flags);

  private:
    struct Attached {
        Attached(Debuggee& debuggee, std::unique_ptr<Inferior> whole, ProcessInferior* as_process = nullptr)
            : inferior(std::move(whole)),
              process(as_process),
              breakpoints(debuggee.instrumentation_, debuggee.console_) {}
        std::unique_ptr<Inferior> inferior;
        ProcessInferior* process = nullptr;  ///< the same, unless it is the machine
        BreakpointSet breakpoints;
        std::optional<std::vector<std::uint64_t>> syscalls;  ///< as catch_syscalls() has it
    };
    struct Range {
        VcpuId vcpu;
        VirtAddr begin, end;
    };
    struct Place {
        VcpuId vcpu;
        VirtAddr pc;
    };
    /// Why the machine stopped, as far as it concerns somebody; nothing: it concerns nobody.
    using Meaning = std::optional<StopReport>;
    struct HeldStart {
        Held who;
        osi::event::Started start;
        bool for_good = false;  ///< as hold_start() has it
    };

    // debuggee.cpp
    [[nodiscard]] Attached* find(std::uint32_t pid) const;
    [[nodiscard]] Expected<void> add(std::uint32_t pid);
    [[nodiscard]] Stopped stopped_thread(const ThreadId& thread) const;
    [[nodiscard]] static std::vector<ThreadInfo> candidates(const Attached& attached, const ThreadPattern& pattern);
    [[nodiscard]] std::vector<ThreadId> threads_if(bool (*wanted)(const Attached&)) const;
    [[nodiscard]] std::vector<ThreadId> process_threads() const;
    [[nodiscard]] std::optional<ThreadId> most_telling(const ThreadPattern& pattern) const;
    void leave_machine(bool traces);

    // debuggee_run.cpp
    [[nodiscard]] Expected<std::vector<cmd::Action>> without_kernel_threads(std::span<const cmd::Action> actions);
    [[nodiscard]] Expected<void> plan_from(std::span<const cmd::Action> actions);
    [[nodiscard]] Expected<void> plan_vcpus(std::span<const cmd::Action> actions, bool processes_go);
    void commit_breakpoints();
    [[nodiscard]] WatchpointSet::Reader reader() const;
    [[nodiscard]] Expected<void> start(const emulator::ResumePlan& plan);
    [[nodiscard]] Expected<void> start_machine(const emulator::ResumePlan& plan);
    void pass_steppers(const emulator::ResumePlan& plan);
    void pass_reported();
    [[nodiscard]] Meaning pass_all_pending();
    void run_on();
    void ask_for_pause(std::string_view why);
    [[nodiscard]] std::optional<VirtAddr> pc_of(VcpuId vcpu) const;
    [[nodiscard]] std::optional<VcpuId> stepping_vcpu() const;

    // debuggee_events.cpp
    void commit_events();
    void deliver_signals(std::span<const cmd::Action> actions);
    [[nodiscard]] Meaning on_event(const osi::Event& event);
    [[nodiscard]] Meaning on_fork(const osi::Event& event);
    [[nodiscard]] Meaning on_signal(const osi::Event& event);
    [[nodiscard]] Meaning on_exec(const osi::Event& event);
    [[nodiscard]] Meaning on_vfork_end(osi::ProcessId child);
    [[nodiscard]] Stopped stopped_for(const osi::Event& event, Stopped::Cause cause) const;
    [[nodiscard]] osi::EventCallback parking() const;

    // debuggee_starts.cpp
    [[nodiscard]] Meaning on_start(StartWatch::Order order, const osi::Event& event);
    [[nodiscard]] Meaning at_start(const StartWatch::Order& order, const osi::Event& event, VirtAddr pc);
    /// Nothing is left of it; `pc`: only when it was to come there.
    [[nodiscard]] std::optional<ArrivingProgram> take_arriving(osi::ProcessId pid, std::optional<VirtAddr> pc);
    [[nodiscard]] Meaning arrived(osi::ProcessId pid, VirtAddr pc);
    [[nodiscard]] Meaning on_end_of_start(osi::ProcessId pid);
    [[nodiscard]] VirtAddr place_to_stop(const StartWatch::Order& order, const osi::Event& event) const;
    void give_up_start();
    void forget_arriving(StartWatch::Purpose purpose);

    // debuggee_stop.cpp
    [[nodiscard]] Meaning at_breakpoint(const emulator::PendingStop& pending,
                                        const std::optional<osi::CurrentThread>& here);
    void on_stop(const emulator::MachineStop& stop);
    void resolve_hooks();
    void on_unattended_stop(const emulator::MachineStop& stop);
    void on_gone(const emulator::MachineStop& stop);
    void on_pause();
    [[nodiscard]] Meaning meaning_of(const emulator::MachineStop& stop);
    [[nodiscard]] Meaning at_site(const emulator::PendingStop& pending);
    [[nodiscard]] Meaning at_halter(const emulator::PendingStop& pending,
                                    const std::optional<osi::CurrentThread>& here);
    [[nodiscard]] Meaning after_step(const emulator::MachineStop& stop);
    [[nodiscard]] Stopped interrupted(const emulator::MachineStop& stop);
    [[nodiscard]] Meaning judge(const Expected<ThreadStepper::Progress>& progress);
    [[nodiscard]] bool range_goes_on(VcpuId vcpu) const;
    [[nodiscard]] std::optional<osi::CurrentThread> current(VcpuId vcpu) const;
    [[nodiscard]] Stopped stopped_vcpu(VcpuId vcpu) const;
    [[nodiscard]] bool report_end(std::uint32_t pid);
    void report(const StopReport& what);
    void report_stopped(const Stopped& stopped);

    // debuggee_hits.cpp
    [[nodiscard]] Meaning at_watchpoint(const emulator::MachineStop& stop);
    [[nodiscard]] Meaning at_change();
    [[nodiscard]] std::vector<VcpuId> silent_vcpus(const emulator::MachineStop& stop) const;
    [[nodiscard]] bool ends_a_step_soon(VcpuId vcpu, VirtAddr pc) const;
    [[nodiscard]] bool ask_silent_vcpu();
    [[nodiscard]] Meaning after_search();

    emulator::Machine& machine_;
    emulator::Instrumentation& instrumentation_;
    BreakpointSet::Console console_;
    osi::Os* os_ = nullptr;
    osi::Hooks* hooks_ = nullptr;
    std::function<void()> before_resume_;
    std::function<void()> pause_listener_;
    std::vector<std::unique_ptr<Attached>> inferiors_;  ///< in the order of their attachment
    WatchpointSet watchpoints_;
    HitSearch search_;
    std::shared_ptr<EventMailbox> mailbox_ = std::make_shared<EventMailbox>();
    ProcessEvents events_{mailbox_};
    StartWatch starts_{mailbox_};
    Wishes wishes_;
    std::vector<ArrivingProgram> arriving_;
    std::map<osi::ProcessId, VforkedChild> vforks_;  ///< by the child
    std::optional<HeldSignal> signal_;               ///< reported, and not delivered yet
    std::optional<HeldStart> held_;
    bool giving_up_ = false;  ///< paused to end starting()
    std::optional<AddressSpace> scope_;
    ReportHandler report_;
    emulator::ResumePlan plan_;               ///< how the machine goes on after a stop that concerns nobody
    StepCheck check_;                         ///< of the vCPU that the plan steps
    std::optional<Range> range_;              ///< while a vCPU steps through one
    std::optional<ThreadId> kernel_step_;     ///< the thread of the kernel that is stepped with its vCPU
    std::unique_ptr<ThreadStepper> stepper_;  ///< with an os
    std::optional<Place> reported_;           ///< where the vCPU of the reported thread stood
    std::optional<Place> told_;               ///< where a vCPU stands whose event has been reported
    std::optional<Stopped> last_stop_;
    std::uint32_t preferred_ = 0;
    std::optional<unsigned> step_flags_before_;
    bool gone_ = false;
    bool running_ = false;
    std::optional<std::uint32_t> pausing_;  ///< to attach this one; 0: only to glance
    bool leaving_ = false;                  ///< paused only to take the last client's things out
    bool client_interrupt_ = false;         ///< asked for since the last resume
    bool parked_interrupt_ = false;         ///< asked for since the last resume
};

}  // namespace hvgdb::gdbserver
