// SPDX-License-Identifier: GPL-2.0-or-later
// Hits of watchpoints: those that the machine tells, and those that it keeps.
#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

using emulator::MachineStop;
using emulator::RunMode;
using Reason = MachineStop::Reason;

Debuggee::Meaning Debuggee::at_watchpoint(const MachineStop& stop) {
    const auto here = stop.vcpu ? current(*stop.vcpu) : std::nullopt;
    std::optional<Stopped> stopped;
    if (here && find(here->pid) != nullptr && watchpoints_.watches(here->pid, stop.watch_kind, stop.address)) {
        stopped = stopped_thread({.pid = here->pid, .tid = here->tid});
    } else if (watchpoints_.watches(MachineInferior::kPid, stop.watch_kind, stop.address)) {
        stopped = stopped_vcpu(stop.vcpu.value_or(VcpuId{}));
    } else {
        return std::nullopt;
    }
    stopped->cause = Stopped::Cause::watchpoint;
    stopped->watch_kind = stop.watch_kind;
    stopped->address = stop.address;
    return *stopped;
}

Debuggee::Meaning Debuggee::at_change() {
    const auto changed = running_ ? watchpoints_.changed(reader()) : std::nullopt;
    const auto thread = changed ? choose({.pid = changed->first, .tid = ThreadPattern::kAny}) : std::nullopt;
    if (!thread) {
        return std::nullopt;
    }
    auto stopped = stopped_thread(*thread);
    stopped.cause = Stopped::Cause::watchpoint;
    stopped.watch_kind =
        changed->second.kind == cmd::PointKind::access ? emulator::WatchKind::access : emulator::WatchKind::write;
    stopped.address = changed->second.address;
    return stopped;
}

/// Those that ran and whose hit would not have been told.
std::vector<VcpuId> Debuggee::silent_vcpus(const MachineStop& stop) const {
    std::vector<VcpuId> vcpus;
    if (!watchpoints_.has_inserted() || stop.reason == Reason::shutdown) {
        return vcpus;
    }
    const auto pending = instrumentation_.pending_stop();
    const bool named = stop.reason == Reason::watchpoint || stop.reason == Reason::stepped;
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        const VcpuId vcpu{i};
        const bool told = (named && stop.vcpu == vcpu) || (pending && pending->vcpu == vcpu);
        if (!told && plan_.mode_of(vcpu) != RunMode::stay) {
            vcpus.push_back(vcpu);
        }
    }
    return vcpus;
}

/// The idle thread halts its vCPU. While no system is known: user code never halts, and what lies below is where a vCPU
/// waits for its start (Intel SDM vol. 3, 9.1.4: f000:fff0).
bool Debuggee::ends_a_step_soon(VcpuId vcpu, VirtAddr pc) const {
    if (const auto thread = current(vcpu)) {
        return thread->tid != 0;
    }
    return pc.value >> 63 == 0 && pc.value > 0xffff;
}

/// Answers whether one runs now. No watchpoint may be removed before all have been asked: a hit that is kept refers to
/// its watchpoint, and stands in the way of the vCPU's next.
bool Debuggee::ask_silent_vcpu() {
    while (const auto vcpu = search_.next()) {
        const auto pc = pc_of(*vcpu);
        if (!pc || !ends_a_step_soon(*vcpu, *pc)) {
            continue;
        }
        const auto started = start_machine({.others = RunMode::stay, .vcpus = {{*vcpu, RunMode::step}}});
        if (started) {
            search_.ask(*vcpu, *pc);
            return true;
        }
        log().warn("looking for hits of watchpoints: {}", started.error().detail);
    }
    return false;
}

Debuggee::Meaning Debuggee::after_search() {
    while (const auto hit = search_.take_found()) {
        if (auto meaning = at_watchpoint(*hit)) {
            return meaning;
        }
    }
    return client_interrupt_ ? Meaning(interrupted({})) : std::nullopt;
}

}  // namespace hvgdb::gdbserver
