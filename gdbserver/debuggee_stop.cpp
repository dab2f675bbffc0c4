// SPDX-License-Identifier: GPL-2.0-or-later
// What a stop of the machine means to the client.
#include <algorithm>

#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"

namespace hvgdb::gdbserver {

using emulator::MachineStop;
using Reason = emulator::MachineStop::Reason;

namespace {

/// Paths of the guest may hold any bytes.
std::string printable(std::string text) {
    std::ranges::replace_if(text, [](char byte) { return byte < ' ' || byte > '~'; }, '.');
    return text;
}

}  // namespace

void Debuggee::on_stop(const MachineStop& stop) {
    if (stop.reason == Reason::gone) {
        on_gone(stop);
        return;
    }
    const bool asked = search_.asking();
    const bool searching = asked && stop.reason != Reason::shutdown;
    if (asked) {
        search_.answered(stop, [this](VcpuId vcpu) { return pc_of(vcpu); });
    } else {
        search_.begin(silent_vcpus(stop));
    }
    if (searching && !pausing_ && !client_interrupt_ && !giving_up_ && ask_silent_vcpu()) {
        return;
    }
    resolve_hooks();
    if (pause_listener_) {
        pause_listener_();
    }
    if (pausing_) {
        on_pause();
        return;
    }
    if (!attached() && !starting()) {
        on_unattended_stop(stop);
        return;
    }
    const auto meaning = searching ? after_search() : meaning_of(stop);
    if (!meaning && giving_up_) {
        give_up_start();
        return;
    }
    if (!meaning) {
        if (ask_silent_vcpu()) {
            return;
        }
        const auto started = start(plan_);
        if (started) {
            return;
        }
        log().warn("resuming: {}", started.error().detail);
    }
    report(meaning ? *meaning : attached() ? StopReport(interrupted({})) : StopReport(Glanced{}));
}

// Who waited for it alone goes on: that stop means nothing to anybody.
void Debuggee::resolve_hooks() {
    if (hooks_ == nullptr || hooks_->pending() == 0) {
        return;
    }
    for (const auto& [hook, address] : hooks_->resolve_pending()) {
        if (address) {
            continue;
        }
        log().info("a hook is gone: {}", address.error().detail);
        if (console_) {
            console_(printable("a hook is gone: " + address.error().detail) + "\n");
        }
    }
}

// Without a client nobody but us has a reason to keep the machine paused, unless somebody else paused it: QEMU may
// still stop for a hit of a watchpoint that it has told already.
void Debuggee::on_unattended_stop(const MachineStop& stop) {
    const bool ours =
        stop.reason != Reason::interrupted || leaving_ || parked_interrupt_ || instrumentation_.pending_stop();
    if (ours && stop.reason != Reason::shutdown) {
        run_on();
    }
}

void Debuggee::on_gone(const MachineStop& stop) {
    gone_ = true;
    running_ = leaving_ = false;
    pausing_.reset();
    last_stop_.reset();
    if (!attached() && starting()) {
        starts_.forget(StartWatch::Purpose::attach);
        arriving_.clear();
        report(AttachFailed{{Errc::gone, "the emulator ended"}});
    }
    if (!attached()) {
        return;
    }
    const auto pid = inferiors_.front()->inferior->pid();
    inferiors_.clear();
    if (report_) {
        report_(Ended{.pid = pid, .code = stop.exit_code});
    }
}

// The pause that attach() waits for.
void Debuggee::on_pause() {
    const auto pid = *std::exchange(pausing_, std::nullopt);
    if (pid == 0) {
        if (report_) {
            report_(Glanced{});
        }
        if (!attached() && !machine_.running()) {
            run_on();
        }
        return;
    }
    const auto added = add(pid);
    if (added) {
        report(*last_stop_);
        return;
    }
    if (!attached()) {
        run_on();
    }
    if (report_) {
        report_(AttachFailed{added.error()});
    }
}

Debuggee::Meaning Debuggee::meaning_of(const MachineStop& stop) {
    const auto pending = instrumentation_.pending_stop();
    if (!attached()) {
        return pending ? at_site(*pending) : std::nullopt;
    }
    if (stop.reason == Reason::shutdown) {
        auto stopped = interrupted(stop);
        stopped.signal = Signal::quit;
        return stopped;
    }
    if (stop.reason == Reason::watchpoint) {
        if (auto watched = at_watchpoint(stop)) {
            return watched;
        }
    }
    if (auto changed = at_change()) {
        return changed;
    }
    if (stop.reason != Reason::interrupted) {
        if (auto ended = after_step(stop)) {
            return ended;
        }
    }
    // After a step, too: while one vCPU steps through a range another one's breakpoint must not wait for the end of it.
    if (pending) {
        if (auto hit = at_site(*pending)) {
            return hit;
        }
    }
    const bool nobody_asked = parked_interrupt_ || stop.reason != Reason::interrupted;
    return client_interrupt_ || !nobody_asked || !running_ ? Meaning(interrupted(stop)) : std::nullopt;
}

std::optional<osi::CurrentThread> Debuggee::current(VcpuId vcpu) const {
    const auto thread = os_ == nullptr ? fail(Errc::unsupported, "") : os_->current(vcpu);
    return thread ? std::optional(*thread) : std::nullopt;
}

Stopped Debuggee::stopped_vcpu(VcpuId vcpu) const {
    const VcpuId there{vcpu.index < machine_.vcpu_count() ? vcpu.index : 0};
    Stopped stopped;
    stopped.thread = {.pid = MachineInferior::kPid, .tid = MachineInferior::tid_of(there)};
    stopped.core = there.index;
    return stopped;
}

// Somebody wanted a pause.
Stopped Debuggee::interrupted(const MachineStop& stop) {
    const bool answer = running_ && client_interrupt_;
    const auto pid = find(preferred_) != nullptr ? preferred_ : inferiors_.front()->inferior->pid();
    const bool whole = pid == MachineInferior::kPid;
    const ThreadPattern any_of_it{.pid = pid, .tid = ThreadPattern::kAny};
    auto chosen = whole ? choose(any_of_it) : most_telling(any_of_it);
    if (whole && chosen && !vcpu_of(*chosen)) {
        chosen = most_telling(any_of_it);  // a thread of the kernel that sleeps meanwhile
    }
    auto stopped = whole && stop.vcpu ? stopped_vcpu(*stop.vcpu)
                                      : stopped_thread(chosen.value_or(ThreadId{.pid = pid, .tid = pid}));
    stopped.signal = answer || running_ ? Signal::interrupt : Signal::trap;
    return stopped;
}

// Whether the inferior has ended meanwhile; the client hears of that instead.
bool Debuggee::report_end(std::uint32_t pid) {
    const auto* attached = find(pid);
    const auto code = attached == nullptr || attached->process == nullptr ? std::nullopt : attached->process->ended();
    if (!code) {
        return false;
    }
    report(Ended{.pid = pid, .code = static_cast<int>(*code >> 8), .signal = *code & 0x7f});
    return true;
}

void Debuggee::report(const StopReport& what) {
    if (const auto* stopped = std::get_if<Stopped>(&what)) {
        report_stopped(*stopped);
        return;
    }
    running_ = false;
    range_.reset();
    if (stepper_) {
        stepper_->cancel();
    }
    if (const auto* ended = std::get_if<Ended>(&what)) {
        detach(ended->pid);
    }
    if (report_) {
        report_(what);
    }
}

void Debuggee::report_stopped(const Stopped& stopped) {
    if (report_end(stopped.thread.pid)) {
        return;
    }
    const auto vcpu = vcpu_of(stopped.thread);
    const auto pc = vcpu ? pc_of(*vcpu) : std::nullopt;
    reported_ = pc ? std::optional(Place{.vcpu = *vcpu, .pc = *pc}) : std::nullopt;
    running_ = false;
    range_.reset();
    if (stepper_) {
        stepper_->cancel();
    }
    last_stop_ = stopped;
    if (report_) {
        report_(stopped);
    }
}

}  // namespace hvgdb::gdbserver
