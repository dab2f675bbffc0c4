// SPDX-License-Identifier: GPL-2.0-or-later
// From what the client wants to run to what the machine does.
#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "emulator/arch.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"

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

}  // namespace

/// What the vCPUs do when no thread of a process is stepped.
Expected<void> Debuggee::plan_vcpus(std::span<const cmd::Action> actions, bool processes_go) {
    std::vector<std::pair<VcpuId, RunMode>> modes;
    std::optional<Range> range;
    const auto* machine = find(MachineInferior::kPid);
    for (unsigned i = 0; i < machine_.vcpu_count() && machine != nullptr; ++i) {
        const VcpuId vcpu{i};
        const auto* action = first_match(actions, {.pid = MachineInferior::kPid, .tid = MachineInferior::tid_of(vcpu)});
        modes.emplace_back(vcpu, processes_go && action == nullptr ? RunMode::go : mode_of(action));
        if (action != nullptr && action->motion == Motion::range && !range) {
            range = Range{.vcpu = vcpu, .begin = action->begin, .end = action->end};
        }
    }
    const auto has = [&modes](RunMode mode) {
        return std::ranges::any_of(modes, [mode](const auto& entry) { return entry.second == mode; });
    };
    if (!processes_go && !has(RunMode::go) && !has(RunMode::step)) {
        return fail(Errc::not_found, "no such thread to resume");
    }
    ResumePlan plan;
    plan.others = processes_go || has(RunMode::go) ? RunMode::go : has(RunMode::stay) ? RunMode::stay : RunMode::step;
    std::ranges::copy_if(modes, std::back_inserter(plan.vcpus),
                         [&](const auto& entry) { return entry.second != plan.others; });
    plan_ = std::move(plan);
    range_ = range;
    return {};
}

// A thread of the kernel runs as its vCPU does. One that is on none goes when the machine does, whoever gets it a vCPU.
Expected<std::vector<cmd::Action>> Debuggee::without_kernel_threads(std::span<const cmd::Action> actions) {
    std::vector<cmd::Action> result(actions.begin(), actions.end());
    kernel_step_.reset();
    for (auto& action : result) {
        const auto tid = static_cast<std::uint32_t>(std::max<std::int64_t>(action.thread.tid, 0));
        const bool of_another = action.thread.pid > 0 && action.thread.pid != MachineInferior::kPid;
        const auto thread =
            tid == 0 || of_another ? std::nullopt : thread_info({.pid = MachineInferior::kPid, .tid = tid});
        if (!thread || (thread->vcpu && MachineInferior::tid_of(*thread->vcpu) == tid)) {
            continue;
        }
        const bool steps = action.motion == Motion::step || action.motion == Motion::range;
        if (!thread->vcpu && steps) {
            return fail(Errc::unsupported,
                        fmt::format("kernel thread {} is not on a vCPU; only what runs can be stepped", thread->name));
        }
        if (steps) {
            kernel_step_ = {.pid = MachineInferior::kPid, .tid = tid};
        }
        action.thread = {.pid = MachineInferior::kPid,
                         .tid = thread->vcpu ? MachineInferior::tid_of(*thread->vcpu) : ThreadPattern::kAll};
    }
    return result;
}

Expected<void> Debuggee::plan_from(std::span<const cmd::Action> actions) {
    const cmd::Action* step = nullptr;
    ThreadId stepped;
    bool processes_go = false;
    for (const auto& thread : process_threads()) {
        const auto* action = first_match(actions, thread);
        if (action == nullptr || action->motion == Motion::halt) {
            continue;
        }
        if (action->motion != Motion::go && step == nullptr) {
            step = action;
            stepped = thread;
        } else {
            processes_go = true;
        }
    }
    if (step == nullptr) {
        return plan_vcpus(actions, processes_go);
    }
    auto* const attached = find(stepped.pid);
    const bool anything_goes = std::ranges::any_of(actions, [](const auto& it) { return it.motion == Motion::go; });
    auto started =
        stepper_->start({.thread = stepped,
                         .begin = step->begin,
                         .end = step->end,
                         .alone = !anything_goes,
                         .ends_at = [attached](VirtAddr pc) { return attached->breakpoints.kind_at(pc).has_value(); }},
                        *attached->inferior);
    if (started) {
        range_.reset();
        plan_ = stepper_->plan();
    }
    return started;
}

Expected<void> Debuggee::resume(std::span<const cmd::Action> actions) {
    if (!attached()) {
        return fail(Errc::not_found, "nothing is attached");
    }
    if (running_ || machine_.running()) {
        return fail(Errc::running, "the machine is running");
    }
    const auto settled = without_kernel_threads(actions);
    auto planned = settled ? plan_from(*settled) : std::unexpected(settled.error());
    if (!planned) {
        return planned;
    }
    deliver_signals(actions);
    commit_breakpoints();
    watchpoints_.remember(reader());
    pass_reported();
    auto started = ask_silent_vcpu() ? Expected<void>() : start(plan_);
    running_ = started.has_value();
    return started;
}

/// Of processes only: what the machine's watchpoints watch depends on the vCPU.
WatchpointSet::Reader Debuggee::reader() const {
    return [this](std::uint32_t pid, VirtAddr address, std::span<std::byte> out) {
        const auto* attached = find(pid);
        const auto size = attached == nullptr || attached->process == nullptr
                              ? fail(Errc::not_found, "")
                              : attached->process->read_memory(pid, address, out);
        return size && *size == out.size();
    };
}

void Debuggee::commit_breakpoints() {
    for (const auto& attached : inferiors_) {
        auto& inferior = *attached->inferior;
        const auto space =
            attached->process == nullptr ? Expected<std::optional<AddressSpace>>(scope_) : inferior.space();
        if (space) {
            attached->breakpoints.commit(
                {.space = *space, .place = [&inferior](VirtAddr address) { return inferior.code_place(address); }});
        } else {
            log().info("breakpoints of {} count no more: {}", inferior.pid(), space.error().detail);
            attached->breakpoints.clear();
        }
    }
}

Expected<void> Debuggee::start(const ResumePlan& plan) {
    watchpoints_.commit();
    pass_steppers(plan);
    if (const auto place = std::exchange(told_, std::nullopt)) {
        instrumentation_.pass_once(place->vcpu, place->pc);
    }
    auto started = start_machine(plan);
    if (started) {
        client_interrupt_ = parked_interrupt_ = false;
        held_.reset();
    }
    return started;
}

Expected<void> Debuggee::start_machine(const ResumePlan& plan) {
    if (before_resume_) {
        before_resume_();
    }
    commit_events();
    auto prepared = instrumentation_.prepare_resume();
    return prepared ? machine_.resume(plan) : prepared;
}

// A step must execute its instruction, whatever sites are there.
void Debuggee::pass_steppers(const ResumePlan& plan) {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        if (plan.mode_of(VcpuId{i}) != RunMode::step) {
            continue;
        }
        check_.before(machine_, VcpuId{i});
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

/// Nobody is attached; a program that is waited for may start all the same.
Debuggee::Meaning Debuggee::pass_all_pending() {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        const auto pending = instrumentation_.pending_stop();
        auto meaning = pending ? at_site(*pending) : std::nullopt;
        if (meaning || !pending) {
            return meaning;
        }
    }
    return std::nullopt;
}

// Nobody is attached any more: no trace of the client may stay.
void Debuggee::run_on() {
    leaving_ = false;
    if (ask_silent_vcpu()) {
        return;
    }
    if (const auto flags = std::exchange(step_flags_before_, std::nullopt)) {
        if (const auto restored = machine_.set_step_flags(*flags); !restored) {
            log().warn("restoring the single-step flags: {}", restored.error().detail);
        }
    }
    pass_reported();
    if (const auto meaning = pass_all_pending()) {
        report(*meaning);
        return;
    }
    if (const auto started = start({}); !started) {
        log().warn("resuming: {}", started.error().detail);
    }
}

void Debuggee::interrupt() {
    if (starting() && machine_.running()) {
        giving_up_ = true;
        ask_for_pause("to wait no longer");
        return;
    }
    if (!attached() || (!running_ && !machine_.running())) {
        return;
    }
    client_interrupt_ = true;
    ask_for_pause("for the client");
}

void Debuggee::on_vcpu_parked() {
    if (gone_ || !machine_.running()) {
        return;
    }
    parked_interrupt_ = true;
    ask_for_pause("for a parked vCPU");
}

void Debuggee::ask_for_pause(std::string_view why) {
    if (const auto asked = machine_.interrupt(); !asked) {
        log().warn("pausing {}: {}", why, asked.error().detail);
    }
}

std::optional<VirtAddr> Debuggee::pc_of(VcpuId vcpu) const {
    const auto value = emulator::read_number(machine_, vcpu, machine_.description().program_counter());
    return value ? std::optional(VirtAddr{*value}) : std::nullopt;
}

std::optional<VcpuId> Debuggee::stepping_vcpu() const {
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        if (plan_.mode_of(VcpuId{i}) == RunMode::step) {
            return VcpuId{i};
        }
    }
    return std::nullopt;
}

}  // namespace hvgdb::gdbserver
