// SPDX-License-Identifier: GPL-2.0-or-later
// Events for which a vCPU stops the machine, on their way to the server's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "osi/events.hpp"

namespace hvgdb::monitor {

struct QueuedEvent {
    std::uint32_t owner = 0;  ///< who wants it: the queue's user knows
    osi::Event event;
};

/// Any thread.
class EventQueue {
  public:
    /// False when it is full: nobody takes anything out.
    [[nodiscard]] bool put(std::uint32_t owner, const osi::Event& event) {
        const std::lock_guard lock(mutex_);
        if (events_.size() >= kMostEvents) {
            return false;
        }
        events_.push_back({.owner = owner, .event = event});
        return true;
    }
    /// In the order of their arrival.
    [[nodiscard]] std::vector<QueuedEvent> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }

  private:
    static constexpr std::size_t kMostEvents = 4096;
    std::mutex mutex_;
    std::vector<QueuedEvent> events_;
};

}  // namespace hvgdb::monitor
