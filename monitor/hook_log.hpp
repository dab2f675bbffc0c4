// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of functions of the guest, as lines for a client's console.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "monitor/event_log.hpp"
#include "osi/hooks.hpp"

namespace hvgdb::monitor {

/// Server's thread only. The lines are made on the vCPUs' threads, nothing waits for them.
class HookLog {
  public:
    static constexpr std::size_t kMostHooks = 64;
    /// Of a line with its newline.
    static constexpr std::size_t kLongestLine = 512;

    /// Null: no hook can be set. `hooks` must outlive it.
    HookLog(osi::Hooks* hooks, EventLog::Print print, EventLog::Clock clock = std::chrono::steady_clock::now);
    ~HookLog() { clear(); }
    HookLog(const HookLog&) = delete;
    HookLog& operator=(const HookLog&) = delete;

    /// As Hooks::add(). Its number, from 1 on; none is used twice before clear(). Forgets those that are gone.
    [[nodiscard]] Expected<std::uint32_t> add(osi::HookSpec spec);
    /// `not_found` for an unknown number.
    [[nodiscard]] Expected<void> remove(std::uint32_t number);
    void clear();
    [[nodiscard]] bool empty() const { return entries_.empty(); }

    /// "hook 1 at 0xffffffff810a4b20: kernel do_exit"; of one that add() has just made.
    [[nodiscard]] std::string added_report() const;
    /// A row a hook.
    [[nodiscard]] std::string report() const;

  private:
    class Writer;
    struct Entry {
        std::uint32_t number = 0;
        osi::HookSpec spec;
        osi::HookHandle hook;
        std::shared_ptr<Writer> writer;
    };

    osi::Hooks* hooks_;
    EventLog::Print print_;
    EventLog::Clock clock_;
    std::chrono::steady_clock::time_point began_;  ///< when the first of them was set
    std::uint32_t last_number_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace hvgdb::monitor
