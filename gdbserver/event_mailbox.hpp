// SPDX-License-Identifier: GPL-2.0-or-later
// Events on which vCPUs have parked, on their way to the server's thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "osi/events.hpp"

namespace hvgdb::gdbserver {

/// Any thread. Keeps the last event of each guest thread.
class EventMailbox {
  public:
    void put(const osi::Event& event) {
        const std::scoped_lock lock(mutex_);
        if (events_.size() < kMostThreads || events_.contains(event.tid)) {
            events_.insert_or_assign(event.tid, event);
        }
    }
    [[nodiscard]] std::optional<osi::Event> take(osi::ThreadId tid) {
        const std::scoped_lock lock(mutex_);
        const auto node = events_.extract(tid);
        return node.empty() ? std::nullopt : std::optional(std::move(node.mapped()));
    }
    void clear() {
        const std::scoped_lock lock(mutex_);
        events_.clear();
    }

  private:
    /// There are not more vCPUs that could park.
    static constexpr std::size_t kMostThreads = 4096;
    std::mutex mutex_;
    std::map<osi::ThreadId, osi::Event> events_;
};

}  // namespace hvgdb::gdbserver
