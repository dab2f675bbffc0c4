// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/inferior.hpp"

#include <algorithm>

namespace hvgdb::gdbserver {

std::optional<ThreadInfo> Inferior::thread(std::uint32_t tid) const {
    auto all = threads();
    const auto found = std::ranges::find(all, tid, &ThreadInfo::tid);
    return found == all.end() ? std::nullopt : std::optional(std::move(*found));
}

}  // namespace hvgdb::gdbserver
