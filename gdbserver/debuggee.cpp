// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/debuggee.hpp"

#include <algorithm>

#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

using cmd::PointKind;

Debuggee::Debuggee(emulator::Machine& machine, emulator::Instrumentation& instrumentation)
    : machine_(machine),
      instrumentation_(instrumentation),
      whole_(machine),
      breakpoints_(instrumentation),
      watchpoints_(machine) {
    machine_.set_stop_handler([this](const emulator::MachineStop& stop) { on_stop(stop); });
}

Debuggee::~Debuggee() {
    machine_.set_stop_handler({});
}

Inferior* Debuggee::find_inferior(std::uint32_t pid) {
    return attached_ && pid == whole_.pid() ? &whole_ : nullptr;
}

std::vector<ThreadId> Debuggee::threads() const {
    std::vector<ThreadId> result;
    if (!attached_) {
        return result;
    }
    for (const auto& thread : whole_.threads()) {
        result.push_back({.pid = whole_.pid(), .tid = thread.tid});
    }
    return result;
}

std::optional<ThreadId> Debuggee::choose(const ThreadPattern& pattern) const {
    if (!attached_) {
        return std::nullopt;
    }
    if (last_stop_ && pattern.matches(last_stop_->thread)) {
        return last_stop_->thread;
    }
    const auto all = threads();
    const auto found = std::ranges::find_if(all, [&](const ThreadId& thread) { return pattern.matches(thread); });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

Expected<void> Debuggee::attach(std::uint32_t pid) {
    if (gone_) {
        return fail(Errc::gone, "the emulator ended");
    }
    if (pid != whole_.pid()) {
        return fail(Errc::not_found, "no such process; 1 is the whole machine");
    }
    leaving_ = false;
    if (!machine_.running()) {
        attached_ = true;
        last_stop_ = stopped_at(reported_ ? reported_->vcpu : VcpuId{});
        return {};
    }
    client_interrupt_ = true;
    auto asked = machine_.interrupt();
    if (!asked) {
        return asked;
    }
    attached_ = true;
    pausing_ = true;
    return {};
}

void Debuggee::detach() {
    if (!std::exchange(attached_, false)) {
        return;
    }
    const bool must_pause = breakpoints_.has_sites() || watchpoints_.has_inserted() || step_flags_before_;
    breakpoints_.clear();
    watchpoints_.forget();
    range_.reset();
    last_stop_.reset();
    running_ = pausing_ = false;
    if (gone_) {
        return;
    }
    if (!machine_.running()) {
        run_on();
    } else if (client_interrupt_ || must_pause) {
        leaving_ = true;
        if (const auto asked = machine_.interrupt(); !asked) {
            log().warn("pausing to detach: {}", asked.error().detail);
        }
    }
}

Expected<void> Debuggee::insert(const cmd::Point& point) {
    if (!attached_) {
        return fail(Errc::not_found, "nothing is attached");
    }
    if (point.kind == PointKind::software || point.kind == PointKind::hardware) {
        return breakpoints_.insert(point.kind, point.address);
    }
    return watchpoints_.insert(point);
}

void Debuggee::remove(const cmd::Point& point) {
    if (point.kind == PointKind::software || point.kind == PointKind::hardware) {
        breakpoints_.remove(point.kind, point.address);
    } else {
        watchpoints_.remove(point);
    }
}

Expected<void> Debuggee::set_step_flags(unsigned flags) {
    const auto before = machine_.step_flags();
    auto done = machine_.set_step_flags(flags);
    if (done && !step_flags_before_) {
        step_flags_before_ = before;
    }
    return done;
}

}  // namespace hvgdb::gdbserver
