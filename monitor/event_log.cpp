// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_log.hpp"

#include <atomic>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "monitor/event_text.hpp"
#include "monitor/named_processes.hpp"

namespace hvgdb::monitor {

namespace {

using osi::EventKind;

/// From which NamedProcesses learns.
constexpr KindSet kNaming{EventKind::started, EventKind::forked};
/// Which are about another process than the one they happen to.
constexpr KindSet kOfTwo{EventKind::gone, EventKind::switched};

bool concerns(const osi::Event& event, osi::ProcessId process) {
    const auto* gone = std::get_if<osi::event::Gone>(&event.what);
    const auto* switched = std::get_if<osi::event::Switched>(&event.what);
    return event.pid == process || (gone != nullptr && gone->process == process) ||
           (switched != nullptr && switched->process == process);
}

}  // namespace

/// What the vCPUs need of a log, on their threads.
class EventLog::Writer {
  public:
    Writer(const EventLog& log, const EventWish& wish, std::vector<osi::ProcessId> already)
        : print_(log.print_), clock_(log.clock_), began_(clock_()), kinds_(wish.kinds) {
        if (const auto* process = std::get_if<osi::ProcessId>(&wish.whom)) {
            process_ = *process;
        } else if (const auto* name = std::get_if<std::string>(&wish.whom)) {
            named_.emplace(*name, std::move(already));
        }
    }

    [[nodiscard]] bool named() const { return named_.has_value(); }
    [[nodiscard]] osi::EventFilter filter(EventKind kind) const { return {kOfTwo.has(kind) ? std::nullopt : process_}; }

    void tell(const osi::Event& event) {
        const bool wanted = named_ ? named_->concerns(event) : !process_ || concerns(event, *process_);
        if (wanted && kinds_.has(event.kind) && !ended_) {
            const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(clock_() - began_);
            print_(fmt::format("{:>6} ms {}\n", age.count(), event_text(event)));
        }
    }
    void end() { ended_ = true; }

  private:
    const Print print_;
    const Clock clock_;
    const std::chrono::steady_clock::time_point began_;
    const KindSet kinds_;
    std::optional<osi::ProcessId> process_;
    std::optional<NamedProcesses> named_;
    std::atomic<bool> ended_{false};
};

EventLog::EventLog(osi::Events* events, Print print, Clock clock)
    : events_(events), print_(std::move(print)), clock_(std::move(clock)) {}

Expected<std::vector<EventLog::Missing>> EventLog::start(EventWish wish, std::vector<osi::ProcessId> already) {
    clear();
    if (events_ == nullptr || !print_) {
        return fail(Errc::unsupported, "not available here");
    }
    auto writer = std::make_shared<Writer>(*this, wish, std::move(already));
    std::vector<Missing> missing;
    Error first;
    for (std::size_t index = 0; index < osi::kEventKinds; ++index) {
        const auto kind = static_cast<EventKind>(index);
        const bool wished = wish.kinds.has(kind);
        if (!wished && !(writer->named() && kNaming.has(kind))) {
            continue;
        }
        const auto done = subscribe(kind, writer);
        if (wished && !done) {
            first = missing.empty() ? done.error() : first;
            missing.push_back({kind, done.error().detail});
        }
    }
    for (const auto& [kind, reason] : missing) {
        wish.kinds.remove(kind);
    }
    writer_ = std::move(writer);
    wish_ = std::move(wish);
    if (wish_->kinds.empty()) {
        clear();
        return std::unexpected(first);
    }
    return missing;
}

Expected<void> EventLog::subscribe(EventKind kind, const std::shared_ptr<Writer>& writer) {
    auto subscription = events_->subscribe(kind, writer->filter(kind), [writer](const osi::Event& event) {
        writer->tell(event);
        return emulator::Verdict::go_on;
    });
    if (!subscription) {
        return std::unexpected(subscription.error());
    }
    subscriptions_.push_back(*std::move(subscription));
    return {};
}

void EventLog::clear() {
    if (writer_ != nullptr) {
        writer_->end();
    }
    for (const auto& subscription : subscriptions_) {
        subscription.remove();
    }
    subscriptions_.clear();
    writer_.reset();
    wish_.reset();
}

}  // namespace hvgdb::monitor
