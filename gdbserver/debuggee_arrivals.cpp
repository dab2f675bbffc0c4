// SPDX-License-Identifier: GPL-2.0-or-later
// What it means that a vCPU came to a breakpoint, an event or the end of a step.
#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"

namespace hvgdb::gdbserver {

using emulator::MachineStop;
using emulator::PendingStop;
using Reason = emulator::MachineStop::Reason;

namespace {

Stopped::Cause cause_of(cmd::PointKind kind) {
    return kind == cmd::PointKind::software ? Stopped::Cause::software_breakpoint : Stopped::Cause::hardware_breakpoint;
}

}  // namespace

// Whose breakpoint it is depends on who arrived: the address space alone does not tell a process from one that shares
// its memory.
Debuggee::Meaning Debuggee::at_breakpoint(const PendingStop& pending, const std::optional<osi::CurrentThread>& here) {
    auto* const process = here ? find(here->pid) : nullptr;
    const auto pc = pending.where.address;
    if (const auto kind = process == nullptr ? std::nullopt : process->breakpoints.kind_at(pc)) {
        auto stopped = stopped_thread({.pid = here->pid, .tid = here->tid});
        stopped.cause = cause_of(*kind);
        return stopped;
    }
    auto* const machine = find(MachineInferior::kPid);
    if (const auto kind = machine == nullptr ? std::nullopt : machine->breakpoints.kind_at(pc)) {
        auto stopped = stopped_vcpu(pending.vcpu);
        stopped.cause = cause_of(*kind);
        return stopped;
    }
    if (stepper_ && stepper_->awaits(pc) && here && here->tid == stepper_->thread().tid) {
        return judge(stepper_->arrived());
    }
    return std::nullopt;
}

// The thread that is there; of another process's, which does something to the one that is concerned, any thread of it.
Debuggee::Meaning Debuggee::at_halter(const PendingStop& pending, const std::optional<osi::CurrentThread>& here) {
    auto reason = pending.halter->reason(pending.vcpu);
    std::optional<Stopped> stopped;
    if (!reason.process && find(MachineInferior::kPid) != nullptr) {
        stopped = stopped_vcpu(pending.vcpu);
    } else if (here && find(here->pid) != nullptr && here->pid == reason.process.value_or(here->pid)) {
        stopped = stopped_thread({.pid = here->pid, .tid = here->tid});
    } else if (reason.process && find(*reason.process) != nullptr) {
        const auto thread = choose({.pid = *reason.process, .tid = ThreadPattern::kAny});
        stopped = thread ? std::optional(stopped_thread(*thread)) : std::nullopt;
    }
    if (stopped) {
        stopped->note = std::move(reason.text);
    }
    return stopped ? Meaning(*std::move(stopped)) : std::nullopt;
}

Debuggee::Meaning Debuggee::at_site(const PendingStop& pending) {
    const auto here = current(pending.vcpu);
    Meaning meaning;
    if (pending.halter) {
        meaning = at_halter(pending, here);
    } else if (const auto event = here ? mailbox_->take(here->tid) : std::nullopt) {
        meaning = on_event(*event);
    } else if (here && !arriving_.empty()) {
        meaning = arrived(here->pid, pending.where.address);
    }
    if (meaning) {
        told_ = Place{.vcpu = pending.vcpu, .pc = pending.where.address};
    } else if (!pending.halter) {
        meaning = at_breakpoint(pending, here);
    }
    if (!meaning) {
        instrumentation_.pass_once(pending.vcpu, pending.where.address);
    }
    return meaning;
}

Debuggee::Meaning Debuggee::after_step(const MachineStop& stop) {
    if (stepper_ && stepper_->active()) {
        return judge(stepper_->stepped());
    }
    if (stop.reason != Reason::stepped || (range_ && running_ && !client_interrupt_ && range_goes_on(range_->vcpu))) {
        return std::nullopt;
    }
    const auto stepping = stepping_vcpu();
    if (running_ && stepping && check_.stalled(machine_, *stepping)) {
        return std::nullopt;
    }
    const auto fallback = last_stop_ ? vcpu_of(last_stop_->thread) : std::nullopt;
    const auto vcpu = stop.vcpu.value_or(stepping.value_or(fallback.value_or(VcpuId{})));
    auto stopped = stopped_vcpu(vcpu);
    if (kernel_step_ && vcpu_of(*kernel_step_) == vcpu) {
        stopped.thread = *kernel_step_;
    }
    stopped.cause = Stopped::Cause::step;
    return stopped;
}

// What becomes of a thread's step.
Debuggee::Meaning Debuggee::judge(const Expected<ThreadStepper::Progress>& progress) {
    if (!progress) {
        log().warn("stepping: {}", progress.error().detail);
        client_interrupt_ = true;  // the client hears where everything is, and nothing hangs
        return std::nullopt;
    }
    if (*progress == ThreadStepper::Progress::goes_on) {
        plan_ = stepper_->plan();
        return std::nullopt;
    }
    auto stopped = stopped_thread(stepper_->thread());
    stopped.cause = Stopped::Cause::step;
    return stopped;
}

bool Debuggee::range_goes_on(VcpuId vcpu) const {
    const auto pc = pc_of(vcpu);
    const auto* machine = find(MachineInferior::kPid);
    return pc && range_->begin <= *pc && *pc < range_->end &&
           !(machine != nullptr && machine->breakpoints.kind_at(*pc));
}

}  // namespace hvgdb::gdbserver
