// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_events.hpp"

#include <algorithm>

#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

using emulator::Verdict;
using osi::EventKind;

namespace {

/// Signals raised for a thread that it never took.
constexpr std::size_t kMostKnown = 1024;

std::uint64_t syscall_number(const osi::Event& event) {
    const auto* entered = std::get_if<osi::event::SyscallEntered>(&event.what);
    return entered != nullptr ? entered->number : std::get<osi::event::SyscallReturned>(event.what).number;
}

}  // namespace

void ProcessEvents::set_events(osi::Events* events) {
    forget_all();
    events_ = events;
}

osi::EventCallback ProcessEvents::callback(EventKind kind, const ProcessWishes& wishes) const {
    if (kind == EventKind::signal) {
        return [mailbox = mailbox_, signals = signals_](const osi::Event& event) {
            const auto number = std::get<osi::event::Signal>(event.what).number;
            const std::scoped_lock lock(signals->mutex);
            if (signals->passed.contains(number) || signals->known.erase({event.tid, number}) != 0) {
                return Verdict::go_on;
            }
            mailbox->put(event);
            return Verdict::stop;
        };
    }
    if (kind == EventKind::syscall_entered || kind == EventKind::syscall_returned) {
        return [mailbox = mailbox_, numbers = *wishes.syscalls](const osi::Event& event) {
            if (!numbers.empty() && std::ranges::find(numbers, syscall_number(event)) == numbers.end()) {
                return Verdict::go_on;
            }
            mailbox->put(event);
            return Verdict::stop;
        };
    }
    return [mailbox = mailbox_](const osi::Event& event) {
        mailbox->put(event);
        return Verdict::stop;
    };
}

void ProcessEvents::want(osi::ProcessId pid, const ProcessWishes& wishes) {
    if (events_ == nullptr) {
        return;
    }
    if (const auto known = watched_.find(pid); known != watched_.end() && known->second.wishes == wishes) {
        return;
    }
    forget(pid);
    auto kinds = wishes.kinds;
    if (wishes.syscalls) {
        kinds.insert({EventKind::syscall_entered, EventKind::syscall_returned});
    }
    Watched watched{.wishes = wishes, .subscriptions = {}};
    for (const auto kind : kinds) {
        auto subscribed = events_->subscribe(kind, {.process = pid}, callback(kind, wishes));
        if (subscribed) {
            watched.subscriptions.push_back(*std::move(subscribed));
        } else {
            log().info("process {}: {} is not told: {}", pid, osi::name_of(kind), subscribed.error().detail);
        }
    }
    watched_.emplace(pid, std::move(watched));
}

bool ProcessEvents::watches(osi::ProcessId pid) const {
    const auto found = watched_.find(pid);
    return found != watched_.end() && !found->second.subscriptions.empty();
}

void ProcessEvents::forget(osi::ProcessId pid) {
    const auto node = watched_.extract(pid);
    if (!node.empty()) {
        std::ranges::for_each(node.mapped().subscriptions, &osi::Subscription::remove);
    }
}

void ProcessEvents::forget_all() {
    while (!watched_.empty()) {
        forget(watched_.begin()->first);
    }
    const std::scoped_lock lock(signals_->mutex);
    signals_->passed.clear();
    signals_->known.clear();
}

void ProcessEvents::pass_signals(const std::set<unsigned>& numbers) {
    const std::scoped_lock lock(signals_->mutex);
    signals_->passed = numbers;
}

void ProcessEvents::pass_next(osi::ThreadId tid, unsigned number) {
    const std::scoped_lock lock(signals_->mutex);
    if (signals_->known.size() < kMostKnown) {
        signals_->known.emplace(tid, number);
    }
}

}  // namespace hvgdb::gdbserver
