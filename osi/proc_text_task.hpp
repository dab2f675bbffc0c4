// SPDX-License-Identifier: GPL-2.0-or-later
// Texts about a thread and its process (fs/proc/array.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "osi/os.hpp"

namespace hvgdb::osi {

struct TaskFacts {
    Process process;
    Thread thread;
    std::uint64_t memory_size = 0;  ///< bytes of its areas
};

/// /proc/PID/status, or with another thread than the leader /proc/PID/task/TID/status
[[nodiscard]] std::string status_text(const TaskFacts& facts);

/// /proc/PID/stat
[[nodiscard]] std::string stat_text(const TaskFacts& facts);

}  // namespace hvgdb::osi
