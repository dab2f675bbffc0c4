// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/watchpoint_set.hpp"

#include <limits>

namespace hvgdb::gdbserver {

using emulator::WatchKind;

namespace {

WatchKind watch_kind(cmd::PointKind kind) {
    switch (kind) {
        case cmd::PointKind::read:
            return WatchKind::read;
        case cmd::PointKind::access:
            return WatchKind::access;
        default:
            return WatchKind::write;
    }
}

}  // namespace

Expected<void> WatchpointSet::insert(const cmd::Point& point) {
    if (point.length == 0 || point.length > kMaxLength) {
        return fail(Errc::bad_argument, "a watchpoint covers 1 to 4096 bytes");
    }
    if (point.address.value > std::numeric_limits<std::uint64_t>::max() - (point.length - 1)) {
        return fail(Errc::bad_argument, "the watchpoint exceeds the address space");
    }
    if (!inserted_.contains(point)) {
        if (inserted_.size() >= kMaxWatchpoints) {
            return fail(Errc::unsupported, "too many watchpoints");
        }
        auto done = machine_.insert_watchpoint(point.address, point.length, watch_kind(point.kind));
        if (!done) {
            return done;
        }
        inserted_.insert(point);
    }
    wanted_.insert(point);
    return {};
}

void WatchpointSet::commit() {
    std::erase_if(inserted_, [this](const cmd::Point& point) {
        if (wanted_.contains(point)) {
            return false;
        }
        const auto removed = machine_.remove_watchpoint(point.address, point.length, watch_kind(point.kind));
        // What cannot be reached now is tried again next time; anything else means that it is not there.
        return removed || (removed.error().code != Errc::running && removed.error().code != Errc::timeout);
    });
}

}  // namespace hvgdb::gdbserver
