// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/watchpoint_set.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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

Expected<void> WatchpointSet::insert(std::uint32_t pid, const cmd::Point& point) {
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
    wanted_.emplace(pid, point);
    return {};
}

void WatchpointSet::forget(std::uint32_t pid) {
    std::erase_if(wanted_, [pid](const auto& entry) { return entry.first == pid; });
}

bool WatchpointSet::watches(std::uint32_t pid, WatchKind kind, VirtAddr address) const {
    return std::ranges::any_of(wanted_, [&](const auto& entry) {
        const auto& point = entry.second;
        return entry.first == pid && watch_kind(point.kind) == kind &&
               address.value - point.address.value < point.length;
    });
}

void WatchpointSet::remember(const Reader& read) {
    remembered_.clear();
    for (const auto& entry : wanted_) {
        Bytes bytes(static_cast<std::size_t>(entry.second.length));
        if (entry.second.kind != cmd::PointKind::read && read(entry.first, entry.second.address, bytes)) {
            remembered_.emplace(entry, std::move(bytes));
        }
    }
}

std::optional<std::pair<std::uint32_t, cmd::Point>> WatchpointSet::changed(const Reader& read) const {
    for (const auto& [entry, before] : remembered_) {
        Bytes now(before.size());
        if (wanted_.contains(entry) && read(entry.first, entry.second.address, now) && now != before) {
            return entry;
        }
    }
    return std::nullopt;
}

void WatchpointSet::commit() {
    std::erase_if(inserted_, [this](const cmd::Point& point) {
        if (std::ranges::any_of(wanted_, [&](const auto& entry) { return entry.second == point; })) {
            return false;
        }
        const auto removed = machine_.remove_watchpoint(point.address, point.length, watch_kind(point.kind));
        // What cannot be reached now is tried again next time; anything else means that it is not there.
        return removed || (removed.error().code != Errc::running && removed.error().code != Errc::timeout);
    });
}

}  // namespace hvgdb::gdbserver
