// SPDX-License-Identifier: GPL-2.0-or-later
// How inferiors come and go.
#include <algorithm>
#include <utility>

#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"

namespace hvgdb::gdbserver {

Expected<void> Debuggee::add(std::uint32_t pid) {
    if (pid == MachineInferior::kPid) {
        inferiors_.push_back(std::make_unique<Attached>(*this, std::make_unique<MachineInferior>(machine_, os_)));
        last_stop_ = stopped_vcpu(reported_ ? reported_->vcpu : VcpuId{});
        return {};
    }
    if (os_ == nullptr) {
        return fail(Errc::not_found, "no such process; only the machine is here");
    }
    auto process = ProcessInferior::attach(*os_, pid);
    if (!process) {
        return std::unexpected(process.error());
    }
    auto* const raw = process->get();
    inferiors_.push_back(std::make_unique<Attached>(*this, *std::move(process), raw));
    last_stop_ = stopped_thread({.pid = pid, .tid = pid});
    last_stop_->signal = Signal::none;
    if (held_ && held_->who.pid == pid) {
        held_.reset();
    }
    return {};
}

Expected<void> Debuggee::attach(std::uint32_t pid) {
    if (gone_) {
        return fail(Errc::gone, "the emulator ended");
    }
    if (running_ || pausing()) {
        return fail(Errc::running, "the machine is running");
    }
    if (find(pid) != nullptr) {
        return {};
    }
    leaving_ = false;
    if (!machine_.running()) {
        return add(pid);
    }
    if (pid != MachineInferior::kPid) {
        // Whether it is there can be told at once; it may be gone by the pause.
        const auto there = os_ == nullptr ? fail(Errc::not_found, "no such process") : os_->process(pid);
        if (!there && there.error().code == Errc::not_found) {
            return std::unexpected(there.error());
        }
    }
    client_interrupt_ = true;
    auto asked = machine_.interrupt();
    if (asked) {
        pausing_ = pid;
    }
    return asked;
}

bool Debuggee::glance() {
    if (attached() || pausing() || gone_ || !machine_.running() || !machine_.interrupt()) {
        return false;
    }
    pausing_ = 0;
    return true;
}

void Debuggee::give_up_pausing() {
    if (const auto pid = std::exchange(pausing_, std::nullopt); pid && *pid != 0) {
        if (const auto added = add(*pid); !added) {
            log().warn("attaching without a pause: {}", added.error().detail);
        }
    }
}

void Debuggee::detach(std::uint32_t pid) {
    auto* const attached = find(pid);
    if (attached == nullptr) {
        return;
    }
    const bool traces =
        events_.watches(pid) || attached->breakpoints.has_sites() || watchpoints_.has_inserted() || step_flags_before_;
    attached->breakpoints.clear();
    if (attached->process != nullptr) {
        attached->process->withdraw_all();
    }
    watchpoints_.forget(pid);
    events_.forget(pid);
    if (signal_ && signal_->thread.pid == pid) {
        signal_.reset();
    }
    if (stepper_ && stepper_->thread().pid == pid) {
        stepper_->cancel();
    }
    if (last_stop_ && last_stop_->thread.pid == pid) {
        last_stop_.reset();
    }
    std::erase_if(inferiors_, [attached](const auto& it) { return it.get() == attached; });
    if (inferiors_.empty()) {
        leave_machine(traces);
    }
}

void Debuggee::detach_all() {
    pausing_.reset();
    starts_.forget(StartWatch::Purpose::attach);
    forget_arriving(StartWatch::Purpose::attach);
    giving_up_ = false;
    while (!inferiors_.empty()) {
        detach(inferiors_.back()->inferior->pid());
    }
    events_.forget_all();
    for (const auto& [child, vfork] : vforks_) {
        std::ranges::for_each(vfork.child_events, &osi::Subscription::remove);
    }
    vforks_.clear();
}

// The last inferior is gone: the machine runs on without a trace of the client.
void Debuggee::leave_machine(bool traces) {
    range_.reset();
    last_stop_.reset();
    scope_.reset();
    if (stepper_) {
        stepper_->forget();
    }
    running_ = false;
    if (gone_) {
        return;
    }
    if (!machine_.running()) {
        run_on();
    } else if (client_interrupt_ || traces) {
        leaving_ = true;
        ask_for_pause("to detach");
    }
}

}  // namespace hvgdb::gdbserver
