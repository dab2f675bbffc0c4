// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to the guest's processes, as lines for a client's console.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/event_word.hpp"
#include "osi/events.hpp"

namespace hvgdb::monitor {

/// Server's thread only. The lines are made on the vCPUs' threads, nothing waits for them.
class EventLog {
  public:
    /// Takes a line with its newline; called on any thread, on several at once, also a little after clear().
    using Print = std::function<void(std::string)>;
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// A kind that the guest's kernel does not tell, and why.
    struct Missing {
        osi::EventKind kind;
        std::string reason;
    };

    /// Null: nothing can be logged. `events` must outlive it.
    EventLog(osi::Events* events, Print print, Clock clock = std::chrono::steady_clock::now);
    ~EventLog() { clear(); }
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    /// Takes effect with the next Events::commit(), and ends what was logged before. `already`: the processes that have
    /// the name which is wished for. What cannot be had is left out; an error when that is all.
    [[nodiscard]] Expected<std::vector<Missing>> start(EventWish wish, std::vector<osi::ProcessId> already = {});
    void clear();

    /// What is logged, without what cannot be had.
    [[nodiscard]] const std::optional<EventWish>& wish() const { return wish_; }

  private:
    class Writer;

    [[nodiscard]] Expected<void> subscribe(osi::EventKind kind, const std::shared_ptr<Writer>& writer);

    osi::Events* events_;
    Print print_;
    Clock clock_;
    std::optional<EventWish> wish_;
    std::shared_ptr<Writer> writer_;
    std::vector<osi::Subscription> subscriptions_;
};

}  // namespace hvgdb::monitor
