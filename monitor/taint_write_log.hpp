// SPDX-License-Identifier: GPL-2.0-or-later
// Tainted bytes that processes give away by writing, as lines for a client's console.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "emulator/taint/engine.hpp"
#include "monitor/event_log.hpp"
#include "monitor/event_queue.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Server's thread only. A vCPU that may be about to write tainted bytes stops the machine in the kernel, before a byte
/// is taken; the owner calls tell_arrived() whenever the machine has stopped, and resumes it when there is no other
/// reason to stay. While nothing is tainted no call stops it.
class TaintWriteLog {
  public:
    /// Of a line with its newline.
    static constexpr std::size_t kLongestLine = 1100;
    static constexpr std::size_t kMostShownRanges = 16;

    /// Null: nothing can be logged. All must outlive it.
    TaintWriteLog(osi::Events* events, osi::Os* os, emulator::taint::Engine* engine, EventLog::Print print,
                  EventLog::Clock clock = std::chrono::steady_clock::now);
    ~TaintWriteLog() { clear(); }
    TaintWriteLog(const TaintWriteLog&) = delete;
    TaintWriteLog& operator=(const TaintWriteLog&) = delete;

    /// Of one process, or of all. Takes effect with the next Events::commit(), and the place of the wish before it.
    [[nodiscard]] Expected<void> start(std::optional<osi::ProcessId> process);
    void clear();
    [[nodiscard]] bool logs() const { return subscribed_; }
    /// Whose writes are logged; nothing: everybody's.
    [[nodiscard]] const std::optional<osi::ProcessId>& process() const { return process_; }

    /// The machine is paused.
    void tell_arrived();

  private:
    void tell(const osi::Event& event);

    osi::Events* events_;
    osi::Os* os_;
    emulator::taint::Engine* engine_;
    EventLog::Print print_;
    EventLog::Clock clock_;
    std::chrono::steady_clock::time_point began_;
    bool subscribed_ = false;
    std::optional<osi::ProcessId> process_;
    osi::Subscription subscription_;
    std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>();
};

}  // namespace hvgdb::monitor
