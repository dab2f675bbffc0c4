// SPDX-License-Identifier: GPL-2.0-or-later
// What a stop of the machine means to the client.
#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

using emulator::MachineStop;
using emulator::PendingStop;
using Reason = emulator::MachineStop::Reason;

void Debuggee::on_stop(const MachineStop& stop) {
    if (stop.reason == Reason::gone) {
        on_gone(stop);
        return;
    }
    if (!attached_) {
        on_unattended_stop(stop);
        return;
    }
    const auto pending = instrumentation_.pending_stop();
    if (is_internal(stop, pending)) {
        const auto started = start(plan_);
        if (started) {
            return;
        }
        log().warn("resuming: {}", started.error().detail);
    }
    report(meaning_of(outrun(stop, pending) ? MachineStop{} : stop, pending));
}

// While one vCPU steps through a range, another one's breakpoint must not wait for the end of it.
bool Debuggee::outrun(const MachineStop& stop, const std::optional<PendingStop>& pending) {
    return stop.reason == Reason::stepped && pending && range_ && range_goes_on(range_->vcpu);
}

// Without a client nobody but us has a reason to keep the machine paused, unless somebody else paused it.
void Debuggee::on_unattended_stop(const MachineStop& stop) {
    const bool ours = leaving_ || parked_interrupt_ || instrumentation_.pending_stop();
    if (ours && stop.reason != Reason::shutdown) {
        run_on();
    }
}

void Debuggee::on_gone(const MachineStop& stop) {
    gone_ = true;
    running_ = pausing_ = leaving_ = false;
    last_stop_.reset();
    if (std::exchange(attached_, false) && report_) {
        report_(Ended{.pid = whole_.pid(), .code = stop.exit_code});
    }
}

// Whether the client need not hear of the stop, and the machine goes on as it was told.
bool Debuggee::is_internal(const MachineStop& stop, const std::optional<PendingStop>& pending) {
    if (!running_ || pending || client_interrupt_) {
        return false;
    }
    if (stop.reason == Reason::interrupted) {
        return parked_interrupt_;
    }
    if (stop.reason != Reason::stepped || !range_) {
        return false;
    }
    return range_goes_on(range_->vcpu);
}

bool Debuggee::range_goes_on(VcpuId vcpu) {
    const auto pc = pc_of(vcpu);
    return pc && range_->begin <= *pc && *pc < range_->end && !breakpoints_.kind_at(*pc);
}

bool Debuggee::has_vcpu(const MachineStop& stop) const {
    return stop.vcpu && stop.vcpu->index < machine_.vcpu_count();
}

Stopped Debuggee::stopped_at(VcpuId vcpu) const {
    Stopped stopped;
    stopped.thread = {.pid = MachineInferior::kPid, .tid = MachineInferior::tid_of(vcpu)};
    stopped.core = vcpu.index;
    return stopped;
}

Stopped Debuggee::meaning_of(const MachineStop& stop, const std::optional<PendingStop>& pending) const {
    const auto fallback = last_stop_ ? vcpu_of(last_stop_->thread) : VcpuId{};
    auto stopped = stopped_at(has_vcpu(stop) ? *stop.vcpu : fallback);
    switch (stop.reason) {
        case Reason::stepped:
            if (!has_vcpu(stop)) {
                stopped = stopped_at(stepper().value_or(fallback));
            }
            break;
        case Reason::watchpoint:
            stopped.cause = Stopped::Cause::watchpoint;
            stopped.watch_kind = stop.watch_kind;
            stopped.address = stop.address;
            break;
        case Reason::shutdown:
            stopped.signal = Signal::quit;
            break;
        default:
            if (pending) {
                stopped = stopped_at(pending->vcpu);
                const auto kind = breakpoints_.kind_at(pending->where.address);
                if (kind) {
                    stopped.cause = *kind == cmd::PointKind::software ? Stopped::Cause::software_breakpoint
                                                                      : Stopped::Cause::hardware_breakpoint;
                }
            } else if (running_) {
                stopped.signal = Signal::interrupt;
            }
    }
    return stopped;
}

void Debuggee::report(const Stopped& stopped) {
    const auto vcpu = vcpu_of(stopped.thread);
    const auto pc = pc_of(vcpu);
    reported_ = pc ? std::optional(Place{.vcpu = vcpu, .pc = *pc}) : std::nullopt;
    running_ = pausing_ = false;
    range_.reset();
    last_stop_ = stopped;
    if (report_) {
        report_(stopped);
    }
}

}  // namespace hvgdb::gdbserver
