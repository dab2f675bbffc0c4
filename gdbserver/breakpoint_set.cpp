// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/breakpoint_set.hpp"

namespace hvgdb::gdbserver {

using cmd::PointKind;
using emulator::Verdict;

Expected<void> BreakpointSet::insert(PointKind kind, VirtAddr address) {
    if (wanted_.size() >= kMaxBreakpoints) {
        return fail(Errc::unsupported, "too many breakpoints");
    }
    wanted_.emplace(address, kind);
    return {};
}

void BreakpointSet::remove(PointKind kind, VirtAddr address) {
    wanted_.erase({address, kind});
}

std::optional<PointKind> BreakpointSet::kind_at(VirtAddr address) const {
    for (const auto kind : {PointKind::software, PointKind::hardware}) {
        if (wanted_.contains({address, kind})) {
            return kind;
        }
    }
    return std::nullopt;
}

void BreakpointSet::commit() {
    disable_unwanted();
    enable_wanted();
}

void BreakpointSet::disable_unwanted() {
    std::size_t idle = 0;
    for (const auto& [key, site] : sites_) {
        if (key.second == scope_ && kind_at(key.first)) {
            continue;
        }
        site.disable();
        ++idle;
    }
    if (idle <= kMaxIdleSites) {
        return;
    }
    std::erase_if(sites_, [](const auto& entry) {
        if (entry.second.enabled()) {
            return false;
        }
        entry.second.remove();
        return true;
    });
}

void BreakpointSet::enable_wanted() {
    for (const auto& [address, kind] : wanted_) {
        const SiteKey key{address, scope_};
        if (const auto known = sites_.find(key); known != sites_.end() && known->second.exists()) {
            known->second.enable();
            continue;
        }
        sites_[key] = instrumentation_.add_site({.address = address, .space = scope_},
                                                [](emulator::VcpuContext&) { return Verdict::stop; });
    }
}

void BreakpointSet::clear() {
    for (const auto& [key, site] : sites_) {
        site.remove();
    }
    sites_.clear();
    wanted_.clear();
    scope_.reset();
}

}  // namespace hvgdb::gdbserver
