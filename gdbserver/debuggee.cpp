// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/debuggee.hpp"

#include <algorithm>
#include <iterator>

#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"

namespace hvgdb::gdbserver {

using cmd::PointKind;

namespace {

bool is_breakpoint(PointKind kind) {
    return kind == PointKind::software || kind == PointKind::hardware;
}

bool is_compat(const Inferior& inferior) {
    return inferior.description().architecture() == "i386";
}

}  // namespace

Debuggee::Debuggee(emulator::Machine& machine, emulator::Instrumentation& instrumentation,
                   BreakpointSet::Console console)
    : machine_(machine), instrumentation_(instrumentation), console_(std::move(console)), watchpoints_(machine) {
    machine_.set_stop_handler([this](const emulator::MachineStop& stop) { on_stop(stop); });
}

Debuggee::~Debuggee() {
    machine_.set_stop_handler({});
}

void Debuggee::set_os(osi::Os* os, osi::Events* events) {
    os_ = os;
    events_.set_events(events);
    starts_.set_events(events);
    stepper_ = os == nullptr ? nullptr : std::make_unique<ThreadStepper>(machine_, instrumentation_, *os);
}

Debuggee::Attached* Debuggee::find(std::uint32_t pid) const {
    const auto found = std::ranges::find_if(inferiors_, [pid](const auto& it) { return it->inferior->pid() == pid; });
    return found == inferiors_.end() ? nullptr : found->get();
}

Inferior* Debuggee::find_inferior(std::uint32_t pid) {
    const auto* attached = find(pid);
    return attached == nullptr ? nullptr : attached->inferior.get();
}

std::vector<std::uint32_t> Debuggee::pids() const {
    std::vector<std::uint32_t> result;
    std::ranges::transform(inferiors_, std::back_inserter(result), [](const auto& it) { return it->inferior->pid(); });
    return result;
}

std::vector<ThreadId> Debuggee::threads_if(bool (*wanted)(const Attached&)) const {
    std::vector<ThreadId> result;
    for (const auto& attached : inferiors_) {
        for (const auto& thread : wanted(*attached) ? attached->inferior->threads() : std::vector<ThreadInfo>{}) {
            result.push_back({.pid = attached->inferior->pid(), .tid = thread.tid});
        }
    }
    return result;
}

std::vector<ThreadId> Debuggee::threads() const {
    return threads_if([](const Attached&) { return true; });
}

std::vector<ThreadId> Debuggee::process_threads() const {
    return threads_if([](const Attached& attached) { return attached.process != nullptr; });
}

std::optional<ThreadId> Debuggee::choose(const ThreadPattern& pattern) const {
    if (last_stop_ && find(last_stop_->thread.pid) != nullptr && pattern.matches(last_stop_->thread)) {
        return last_stop_->thread;
    }
    return most_telling(pattern);
}

std::vector<ThreadInfo> Debuggee::candidates(const Attached& attached, const ThreadPattern& pattern) {
    const auto& inferior = *attached.inferior;
    if (pattern.pid > 0 && pattern.pid != inferior.pid()) {
        return {};
    }
    if (pattern.tid <= 0) {
        return inferior.speakers();
    }
    auto thread = inferior.thread(static_cast<std::uint32_t>(pattern.tid));
    return thread ? std::vector{*std::move(thread)} : std::vector<ThreadInfo>{};
}

std::optional<ThreadId> Debuggee::most_telling(const ThreadPattern& pattern) const {
    for (const auto& attached : inferiors_) {
        const auto pid = attached->inferior->pid();
        if (const auto threads = candidates(*attached, pattern); !threads.empty()) {
            const auto telling = [&](const ThreadInfo& thread) {
                const auto on = thread.vcpu && os_ != nullptr ? current(*thread.vcpu) : std::nullopt;
                const bool last = last_stop_ && last_stop_->thread == ThreadId{.pid = pid, .tid = thread.tid};
                return (on && on->user_mode ? 4 : 0) + (thread.vcpu ? 2 : 0) + (last ? 1 : 0);
            };
            const bool one = threads.size() == 1 || attached->process == nullptr;
            const auto best = one ? threads.begin() : std::ranges::max_element(threads, {}, telling);
            return ThreadId{.pid = pid, .tid = best->tid};
        }
    }
    return std::nullopt;
}

std::optional<ThreadInfo> Debuggee::thread_info(const ThreadId& thread) const {
    const auto* attached = find(thread.pid);
    return attached == nullptr ? std::nullopt : attached->inferior->thread(thread.tid);
}

std::optional<VcpuId> Debuggee::vcpu_of(const ThreadId& thread) const {
    const auto info = thread_info(thread);
    return info ? info->vcpu : std::nullopt;
}

Stopped Debuggee::stopped_thread(const ThreadId& thread) const {
    Stopped stopped;
    stopped.thread = thread;
    if (const auto info = thread_info(thread)) {
        stopped.core = info->core;
    }
    return stopped;
}

Expected<void> Debuggee::insert(std::uint32_t pid, const cmd::InsertPoint& command) {
    auto* const attached = find(pid);
    if (attached == nullptr) {
        return fail(Errc::not_found, "nothing is attached");
    }
    if (!is_breakpoint(command.point.kind)) {
        return watchpoints_.insert(pid, command.point);
    }
    const auto& inferior = *attached->inferior;
    auto code = BreakpointCode::parse(command, inferior.description(), is_compat(inferior));
    if (!code) {
        return std::unexpected(code.error());
    }
    auto inserted = attached->breakpoints.insert(command.point.kind, command.point.address, *std::move(code));
    if (inserted && attached->process != nullptr) {
        attached->process->allow_execution(command.point.address);
    }
    return inserted;
}

void Debuggee::remove(std::uint32_t pid, const cmd::Point& point) {
    auto* const attached = find(pid);
    if (attached != nullptr && is_breakpoint(point.kind)) {
        attached->breakpoints.remove(point.kind, point.address);
        if (attached->process != nullptr && !attached->breakpoints.kind_at(point.address)) {
            attached->process->withdraw_execution(point.address);
        }
    } else if (attached != nullptr) {
        watchpoints_.remove(pid, point);
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
