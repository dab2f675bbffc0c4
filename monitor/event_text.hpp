// SPDX-License-Identifier: GPL-2.0-or-later
// What happened to a process, in words.
#pragma once

#include <cstddef>
#include <string>

#include "osi/events.hpp"

namespace hvgdb::monitor {

inline constexpr std::size_t kLongestEventText = 1024;

/// `[812.812] cat: started /bin/cat "cat" "/etc/passwd"`: process and thread, its name, what happened. Printable ASCII,
/// whatever bytes the guest's strings hold, of at most kLongestEventText; no newline at the end. Any thread.
[[nodiscard]] std::string event_text(const osi::Event& event);

}  // namespace hvgdb::monitor
