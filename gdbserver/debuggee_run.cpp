// SPDX-License-Identifier: GPL-2.0-or-later
// From what the client wants to run to what the machine does.
#include <algorithm>
#include <iterator>

#include "emulator/arch.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

using cmd::Motion;
using emulator::ResumePlan;
using emulator::RunMode;

namespace {

RunMode mode_of(const cmd::Action* action) {
    if (action == nullptr || action->motion == Motion::halt) {
        return RunMode::stay;
    }
    return action->motion == Motion::go ? RunMode::go : RunMode::step;
}

const cmd::Action* first_match(std::span<const cmd::Action> actions, const ThreadId& thread) {
    const auto found = std::ranges::find_if(actions, [&](const auto& action) { return action.thread.matches(thread); });
    return found == actions.end() ? nullptr : &*found;
}

RunMode mode_in(const ResumePlan& plan, VcpuId vcpu) {
    const auto entry = std::ranges::find(plan.vcpus, vcpu, &std::pair<VcpuId, RunMode>::first);
    return entry == plan.vcpus.end() ? plan.others : entry->second;
}

}  // namespace

Expected<void> Debuggee::plan_from(std::span<const cmd::Action> actions) {
    std::vector<std::pair<VcpuId, RunMode>> modes;
    std::optional<Range> range;
    for (const auto& thread : threads()) {
        const auto* action = first_match(actions, thread);
        const auto vcpu = vcpu_of(thread);
        modes.emplace_back(vcpu, mode_of(action));
        if (action != nullptr && action->motion == Motion::range && !range) {
            range = Range{.vcpu = vcpu, .begin = action->begin, .end = action->end};
        }
    }
    const auto has = [&modes](RunMode mode) {
        return std::ranges::any_of(modes, [mode](const auto& entry) { return entry.second == mode; });
    };
    if (!has(RunMode::go) && !has(RunMode::step)) {
        return fail(Errc::not_found, "no such thread to resume");
    }
    ResumePlan plan;
    plan.others = has(RunMode::go) ? RunMode::go : has(RunMode::stay) ? RunMode::stay : RunMode::step;
    std::ranges::copy_if(modes, std::back_inserter(plan.vcpus),
                         [&](const auto& entry) { return entry.second != plan.others; });
    plan_ = std::move(plan);
    range_ = range;
    return {};
}

Expected<void> Debuggee::resume(std::span<const cmd::Action> actions) {
    if (!attached_) {
        return fail(Errc::not_found, "nothing is attached");
    }
    if (running_ || machine_.running()) {
        return fail(Errc::running, "the machine is running");
    }
    if (auto planned = plan_from(actions); !planned) {
        return planned;
    }
    breakpoints_.commit();
    watchpoints_.commit();
    pass_reported();
    auto started = start(plan_);
    running_ = started.has_value();
    return started;
}

Expected<void> Debuggee::start(const ResumePlan& plan) {
    pass_steppers(plan);
    if (auto prepared = instrumentation_.prepare_resume(); !prepared) {
        return prepared;
    }
    if (auto resumed = machine_.resume(plan); !resumed) {
        return resumed;
    }
    client_interrupt_ = parked_interrupt_ = false;
    return {};
}

// A step must execute its instruction, whatever sites are there.
void Debuggee::pass_steppers(const ResumePlan& plan) {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        if (mode_in(plan, VcpuId{i}) != RunMode::step) {
            continue;
        }
        if (const auto pc = pc_of(VcpuId{i})) {
            instrumentation_.pass_once(VcpuId{i}, *pc);
        }
    }
}

// The client knows that this vCPU stands there, so arriving there is no news.
void Debuggee::pass_reported() {
    if (!reported_) {
        return;
    }
    const auto place = *std::exchange(reported_, std::nullopt);
    if (pc_of(place.vcpu) == place.pc) {
        instrumentation_.pass_once(place.vcpu, place.pc);
    }
}

void Debuggee::pass_all_pending() {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        const auto pending = instrumentation_.pending_stop();
        if (!pending) {
            return;
        }
        instrumentation_.pass_once(pending->vcpu, pending->where.address);
    }
}

// Nobody is attached any more: no trace of the client may stay.
void Debuggee::run_on() {
    leaving_ = false;
    watchpoints_.commit();
    if (const auto flags = std::exchange(step_flags_before_, std::nullopt)) {
        if (const auto restored = machine_.set_step_flags(*flags); !restored) {
            log().warn("restoring the single-step flags: {}", restored.error().detail);
        }
    }
    pass_all_pending();
    pass_reported();
    if (const auto started = start({}); !started) {
        log().warn("resuming: {}", started.error().detail);
    }
}

void Debuggee::interrupt() {
    if (!attached_ || (!running_ && !machine_.running())) {
        return;
    }
    client_interrupt_ = true;
    if (const auto asked = machine_.interrupt(); !asked) {
        log().warn("interrupting: {}", asked.error().detail);
    }
}

void Debuggee::on_vcpu_parked() {
    if (gone_ || !machine_.running()) {
        return;
    }
    parked_interrupt_ = true;
    if (const auto asked = machine_.interrupt(); !asked) {
        log().warn("pausing for a parked vCPU: {}", asked.error().detail);
    }
}

std::optional<VirtAddr> Debuggee::pc_of(VcpuId vcpu) {
    const auto value = emulator::read_number(machine_, vcpu, machine_.description().program_counter());
    return value ? std::optional(VirtAddr{*value}) : std::nullopt;
}

std::optional<VcpuId> Debuggee::stepper() const {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        if (mode_in(plan_, VcpuId{i}) == RunMode::step) {
            return VcpuId{i};
        }
    }
    return std::nullopt;
}

}  // namespace hvgdb::gdbserver
