// SPDX-License-Identifier: GPL-2.0-or-later
// Which events of attached processes stop the machine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "gdbserver/event_mailbox.hpp"
#include "osi/events.hpp"

namespace hvgdb::gdbserver {

/// Of one process.
struct ProcessWishes {
    std::set<osi::EventKind> kinds;  ///< but for system calls
    /// Which system calls; nothing: none, empty: all.
    std::optional<std::vector<std::uint64_t>> syscalls;
    friend bool operator==(const ProcessWishes&, const ProcessWishes&) = default;
};

/// The server's thread only. The vCPU to which a wanted event happens parks, and the event is in the mailbox.
class ProcessEvents {
  public:
    explicit ProcessEvents(std::shared_ptr<EventMailbox> mailbox) : mailbox_(std::move(mailbox)) {}
    ~ProcessEvents() { forget_all(); }
    ProcessEvents(const ProcessEvents&) = delete;
    ProcessEvents& operator=(const ProcessEvents&) = delete;

    void set_events(osi::Events* events);
    [[nodiscard]] osi::Events* events() const { return events_; }
    /// What is wanted of this process from the next Events::commit() on. Kinds that the kernel does not tell are logged
    /// and left out.
    void want(osi::ProcessId pid, const ProcessWishes& wishes);
    /// Whether some of its events are told.
    [[nodiscard]] bool watches(osi::ProcessId pid) const;
    void forget(osi::ProcessId pid);
    void forget_all();

    /// Linux's numbers of signals that are delivered without a stop.
    void pass_signals(const std::set<unsigned>& numbers);
    /// The next one that is delivered to the thread is known already.
    void pass_next(osi::ThreadId tid, unsigned number);

  private:
    struct Signals {
        std::mutex mutex;
        std::set<unsigned> passed;
        std::set<std::pair<osi::ThreadId, unsigned>> known;
    };
    struct Watched {
        ProcessWishes wishes;
        std::vector<osi::Subscription> subscriptions;
    };

    [[nodiscard]] osi::EventCallback callback(osi::EventKind kind, const ProcessWishes& wishes) const;

    std::shared_ptr<EventMailbox> mailbox_;
    std::shared_ptr<Signals> signals_ = std::make_shared<Signals>();
    osi::Events* events_ = nullptr;
    std::map<osi::ProcessId, Watched> watched_;
};

}  // namespace hvgdb::gdbserver
