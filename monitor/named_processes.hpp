// SPDX-License-Identifier: GPL-2.0-or-later
// Which processes are called so.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A process is one of them by the command name of the thread to which something happens, or by the program that it
/// runs (osi::is_start_of): the one it started, or the one that its parent ran when it made it. Any thread.
class NamedProcesses {
  public:
    explicit NamedProcesses(std::string name, std::vector<osi::ProcessId> already = {});

    /// Whether it happens to one of them, or is about one. Learns from `started` and `forked`.
    [[nodiscard]] bool concerns(const osi::Event& event);

  private:
    void learn(const osi::Event& event, bool ours);

    const std::string name_;
    std::mutex mutex_;
    std::unordered_set<osi::ProcessId> processes_;
};

/// Those that run already. Server's thread only.
[[nodiscard]] std::vector<osi::ProcessId> processes_called(osi::Os& os, const std::string& name);

}  // namespace hvgdb::monitor
