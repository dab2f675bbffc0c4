// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/breakpoint_set.hpp"

#include <algorithm>
#include <ranges>

namespace hvgdb::gdbserver {

using cmd::PointKind;
using emulator::CodePlace;
using emulator::Verdict;

namespace {

std::size_t index_of(PointKind kind) {
    return kind == PointKind::software ? 0 : 1;
}

std::size_t size_of(const std::shared_ptr<const BreakpointCode>& code) {
    return code ? code->size() : 0;
}

bool same_place(const CodePlace& left, const CodePlace& right) {
    return left.known == right.known && left.physical == right.physical;
}

}  // namespace

// Every breakpoint there is asked, because its commands have to run whatever the others say.
bool BreakpointSet::Points::stops(emulator::VcpuContext& context, const Console& console) const {
    bool stops = false;
    for (const auto& code : codes) {
        if (!code || !code->holds(context)) {
            continue;
        }
        if (code->commands.empty()) {
            stops = true;
        } else if (auto text = code->run_commands(context); !text.empty() && console) {
            console(std::move(text));
        }
    }
    return stops;
}

BreakpointSet::BreakpointSet(emulator::Instrumentation& instrumentation, Console console)
    : instrumentation_(instrumentation), console_(std::make_shared<const Console>(std::move(console))) {}

Expected<void> BreakpointSet::insert(PointKind kind, VirtAddr address, BreakpointCode code) {
    const auto known = wanted_.find(address);
    const auto old = known == wanted_.end() ? nullptr : known->second.codes.at(index_of(kind));
    if (!old && count_ >= kMaxBreakpoints) {
        return fail(Errc::unsupported, "too many breakpoints");
    }
    const auto code_size = code_size_ - size_of(old) + code.size();
    if (code_size > kMaxCode) {
        return fail(Errc::unsupported, "too many conditions and commands");
    }
    wanted_[address].codes.at(index_of(kind)) = std::make_shared<const BreakpointCode>(std::move(code));
    code_size_ = code_size;
    count_ += old ? 0 : 1;
    return {};
}

void BreakpointSet::remove(PointKind kind, VirtAddr address) {
    const auto known = wanted_.find(address);
    if (known == wanted_.end()) {
        return;
    }
    auto& codes = known->second.codes;
    const auto old = std::exchange(codes.at(index_of(kind)), nullptr);
    code_size_ -= size_of(old);
    count_ -= old ? 1 : 0;
    if (std::ranges::none_of(codes, [](const Code& code) { return code != nullptr; })) {
        wanted_.erase(known);
    }
}

std::optional<PointKind> BreakpointSet::kind_at(VirtAddr address) const {
    const auto known = wanted_.find(address);
    if (known == wanted_.end()) {
        return std::nullopt;
    }
    return known->second.codes.front() ? PointKind::software : PointKind::hardware;
}

bool BreakpointSet::arrive(VirtAddr address, emulator::VcpuContext& context) const {
    const auto known = wanted_.find(address);
    return known != wanted_.end() && known->second.stops(context, *console_);
}

void BreakpointSet::commit(const Scope& scope) {
    disable_unwanted(scope);
    enable_wanted(scope);
}

void BreakpointSet::disable_unwanted(const Scope& scope) {
    std::size_t idle = 0;
    for (const auto& [key, site] : sites_) {
        if (key.second == scope.space && wanted_.contains(key.first)) {
            continue;
        }
        site.handle.disable();
        ++idle;
    }
    if (idle <= kMaxIdleSites) {
        return;
    }
    std::erase_if(sites_, [](const auto& entry) {
        if (entry.second.handle.enabled()) {
            return false;
        }
        entry.second.handle.remove();
        return true;
    });
}

void BreakpointSet::enable_wanted(const Scope& scope) {
    for (const auto& [address, points] : wanted_) {
        const SiteKey key{address, scope.space};
        const auto place = scope.place ? scope.place(address) : CodePlace{};
        const auto known = sites_.find(key);
        if (known == sites_.end()) {
            sites_.emplace(key, make_site(key, place, points));
            continue;
        }
        Site& site = known->second;
        if (!site.handle.exists() || !same_place(site.place, place)) {
            site.handle.remove();
            site = make_site(key, place, points);
            continue;
        }
        *site.points = points;
        site.handle.enable();
    }
}

BreakpointSet::Site BreakpointSet::make_site(const SiteKey& key, const CodePlace& place, const Points& points) {
    auto shared = std::make_shared<Points>(points);
    auto handle =
        instrumentation_.add_site({.address = key.first, .space = key.second}, place,
                                  [shared, console = console_](emulator::VcpuContext& context) {
                                      return shared->stops(context, *console) ? Verdict::stop : Verdict::go_on;
                                  });
    return {.handle = handle, .place = place, .points = std::move(shared)};
}

void BreakpointSet::clear() {
    for (const auto& site : std::views::values(sites_)) {
        site.handle.remove();
    }
    sites_.clear();
    wanted_.clear();
    count_ = code_size_ = 0;
}

}  // namespace hvgdb::gdbserver
