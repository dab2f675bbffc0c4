// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to attached processes.
#include <algorithm>

#include "gdbserver/debuggee.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/process_inferior.hpp"
#include "gdbserver/signals.hpp"

namespace hvgdb::gdbserver {

using emulator::Verdict;
using osi::EventKind;

namespace {

std::set<unsigned> linux_signals(const std::vector<bool>& by_protocol) {
    std::set<unsigned> numbers;
    for (unsigned number = 0; number < by_protocol.size(); ++number) {
        const auto known = by_protocol[number] ? linux_signal(number) : std::nullopt;
        if (known) {
            numbers.insert(*known);
        }
    }
    return numbers;
}

Ended end_of(osi::ProcessId pid, std::uint32_t status) {
    return {.pid = pid, .code = static_cast<int>(status >> 8), .signal = status & 0x7f};
}

}  // namespace

void Debuggee::set_wishes(Wishes wishes) {
    wishes_ = std::move(wishes);
    events_.pass_signals(linux_signals(wishes_.passed_signals));
}

Expected<void> Debuggee::catch_syscalls(std::uint32_t pid, std::optional<std::vector<std::uint64_t>> numbers) {
    auto* const attached = find(pid);
    if (attached == nullptr) {
        return fail(Errc::not_found, "nothing is attached");
    }
    if (events_.events() == nullptr || attached->process == nullptr) {
        return fail(Errc::unsupported, "only system calls of a process can be caught");
    }
    attached->syscalls = std::move(numbers);
    return {};
}

void Debuggee::commit_events() {
    if (events_.events() == nullptr) {
        return;
    }
    for (const auto& attached : inferiors_) {
        if (attached->process == nullptr) {
            continue;
        }
        ProcessWishes wishes{.kinds = {EventKind::started, EventKind::exited, EventKind::signal},
                             .syscalls = attached->syscalls};
        if (wishes_.forks || wishes_.vforks) {
            wishes.kinds.insert(EventKind::forked);
        }
        if (wishes_.threads) {
            wishes.kinds.insert({EventKind::thread_created, EventKind::thread_exited});
        }
        events_.want(attached->inferior->pid(), wishes);
    }
    events_.events()->commit();
}

/// What a client resumes a thread with: its signal, another one, or none.
void Debuggee::deliver_signals(std::span<const cmd::Action> actions) {
    if (os_ == nullptr || (!signal_ && std::ranges::all_of(actions, [](const auto& it) { return it.signal == 0; }))) {
        return;
    }
    const auto raise = [this](const ThreadId& thread, unsigned number) {
        events_.pass_next(thread.tid, number);
        if (const auto done = os_->raise_signal(thread.tid, number); !done) {
            log().warn("signal {} for thread {}: {}", number, thread.tid, done.error().detail);
        }
    };
    for (const auto& thread : threads()) {
        const auto action = std::ranges::find_if(actions, [&](const auto& it) { return it.thread.matches(thread); });
        if (thread.pid == MachineInferior::kPid || action == actions.end() || action->motion == cmd::Motion::halt) {
            continue;
        }
        const bool waits = signal_ && signal_->thread == thread;
        const bool for_one = action->thread.tid != ThreadPattern::kAny || (last_stop_ && last_stop_->thread == thread);
        const auto number = for_one ? linux_signal(action->signal).value_or(0) : 0;
        if (waits && number != signal_->number) {
            if (const auto done = os_->discard_signal(thread.tid, signal_->number); !done) {
                log().warn("signal {} of thread {}: {}", signal_->number, thread.tid, done.error().detail);
            }
        }
        if (number != 0 && !(waits && number == signal_->number)) {
            raise(thread, number);
        }
        if (waits) {
            signal_.reset();
        }
    }
}

osi::EventCallback Debuggee::parking() const {
    return [mailbox = mailbox_](const osi::Event& event) {
        mailbox->put(event);
        return Verdict::stop;
    };
}

Debuggee::Meaning Debuggee::on_event(const osi::Event& event) {
    if (const auto* started = std::get_if<osi::event::Started>(&event.what)) {
        if (auto order = starts_.take(*started)) {
            return on_start(*std::move(order), event);
        }
    }
    const bool ends = event.kind == EventKind::exited;
    if (ends || event.kind == EventKind::started) {
        if (auto done = on_vfork_end(event.pid)) {
            return done;
        }
    }
    if (auto missed = ends ? on_end_of_start(event.pid) : std::nullopt) {
        return missed;
    }
    if (find(event.pid) == nullptr) {
        return std::nullopt;
    }
    switch (event.kind) {
        case EventKind::started:
            return on_exec(event);
        case EventKind::forked:
            return on_fork(event);
        case EventKind::signal:
            return on_signal(event);
        case EventKind::exited:
            return end_of(event.pid, std::get<osi::event::Exited>(event.what).status);
        case EventKind::thread_created: {
            auto stopped = stopped_for(event, Stopped::Cause::thread_created);
            stopped.thread.tid = std::get<osi::event::ThreadCreated>(event.what).thread;
            return stopped;
        }
        case EventKind::thread_exited:
            return ThreadEnded{.thread = {.pid = event.pid, .tid = event.tid},
                               .code = static_cast<int>(std::get<osi::event::ThreadExited>(event.what).status >> 8)};
        case EventKind::syscall_entered: {
            auto stopped = stopped_for(event, Stopped::Cause::syscall_entered);
            stopped.syscall = std::get<osi::event::SyscallEntered>(event.what).number;
            return stopped;
        }
        case EventKind::syscall_returned: {
            auto stopped = stopped_for(event, Stopped::Cause::syscall_returned);
            stopped.syscall = std::get<osi::event::SyscallReturned>(event.what).number;
            return stopped;
        }
        default:
            return std::nullopt;
    }
}

Stopped Debuggee::stopped_for(const osi::Event& event, Stopped::Cause cause) const {
    Stopped stopped;
    stopped.thread = {.pid = event.pid, .tid = event.tid};
    stopped.core = event.vcpu.index;
    stopped.cause = cause;
    return stopped;
}

/// The child has not run yet, and belongs to the client from its first instruction on.
Debuggee::Meaning Debuggee::on_fork(const osi::Event& event) {
    const auto& fork = std::get<osi::event::Forked>(event.what);
    if (fork.vfork ? !wishes_.vforks : !wishes_.forks) {
        return std::nullopt;
    }
    const auto last = last_stop_;
    if (const auto added = add(fork.child); !added) {
        log().warn("the child {} of {}: {}", fork.child, event.pid, added.error().detail);
        return std::nullopt;
    }
    last_stop_ = last;
    auto stopped = stopped_for(event, fork.vfork ? Stopped::Cause::vforked : Stopped::Cause::forked);
    stopped.related = {.pid = fork.child, .tid = fork.child};
    if (fork.vfork) {
        VforkedChild vfork{.parent = stopped.thread, .child_events = {}};
        for (const auto kind : {EventKind::started, EventKind::exited}) {
            if (auto told = events_.events()->subscribe(kind, {.process = fork.child}, parking())) {
                vfork.child_events.push_back(*std::move(told));
            }
        }
        vforks_.insert_or_assign(fork.child, std::move(vfork));
    }
    return stopped;
}

/// A child that is attached itself tells of its own program or end; that is news enough of the parent.
Debuggee::Meaning Debuggee::on_vfork_end(osi::ProcessId child) {
    const auto node = vforks_.extract(child);
    if (node.empty()) {
        return std::nullopt;
    }
    std::ranges::for_each(node.mapped().child_events, &osi::Subscription::remove);
    if (find(child) != nullptr || find(node.mapped().parent.pid) == nullptr) {
        return std::nullopt;
    }
    auto stopped = stopped_thread(node.mapped().parent);
    stopped.cause = Stopped::Cause::vfork_done;
    return stopped;
}

Debuggee::Meaning Debuggee::on_signal(const osi::Event& event) {
    const auto& signal = std::get<osi::event::Signal>(event.what);
    auto stopped = stopped_for(event, Stopped::Cause::other);
    stopped.signal = static_cast<Signal>(protocol_signal(signal.number));
    stopped.siginfo = signal.info;
    signal_ = HeldSignal{.thread = stopped.thread, .number = signal.number};
    return stopped;
}

/// The program is another one, with other memory; what the client set in the old one is gone with it.
Debuggee::Meaning Debuggee::on_exec(const osi::Event& event) {
    auto* const attached = find(event.pid);
    auto renewed = ProcessInferior::attach(*os_, event.pid);
    if (!renewed) {
        log().warn("process {} after exec: {}", event.pid, renewed.error().detail);
        return std::nullopt;
    }
    attached->breakpoints.clear();
    watchpoints_.forget(event.pid);
    if (stepper_ && stepper_->thread().pid == event.pid) {
        stepper_->cancel();
    }
    attached->process = renewed->get();
    attached->inferior = *std::move(renewed);
    if (!wishes_.execs) {
        return std::nullopt;
    }
    auto stopped = stopped_for(event, Stopped::Cause::executed);
    stopped.path = std::get<osi::event::Started>(event.what).path;
    return stopped;
}

}  // namespace hvgdb::gdbserver
