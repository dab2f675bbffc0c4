// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/events.hpp"

namespace hvgdb::osi {

std::string_view name_of(EventKind kind) {
    constexpr std::array<std::string_view, kEventKinds> kNames{
        "started", "forked",   "thread created", "thread exited",   "exited",           "gone",
        "mapped",  "unmapped", "signal",         "syscall entered", "syscall returned", "switched"};
    return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace hvgdb::osi
