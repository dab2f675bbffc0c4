// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/sink_log.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "monitor/sink_text.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::SinkHit;

/// The guest can make hits faster than lines are made of them.
constexpr std::size_t kMostQueued = 8192;
/// Between two looks at all processes for the sake of kernel code.
constexpr std::chrono::milliseconds kLookTime{200};

}  // namespace

bool SinkLog::ready(const SinkHit& hit) {
    {
        const std::scoped_lock lock(mutex_);
        if (ended_) {
            return true;
        }
        const auto [known, fresh] = places_.try_emplace(hit.vcpu, hit.pc, hit.space);
        auto& place = known->second;
        if (!fresh && place.pc == hit.pc && place.space == hit.space) {
            return place.whose.has_value();
        }
        place = Place(hit.pc, hit.space);
    }
    scene_.post([self = shared_from_this(), vcpu = hit.vcpu] { self->look_up(vcpu); });
    return false;
}

void SinkLog::look_up(VcpuId vcpu) {
    const auto asked = [&]() -> std::optional<Place> {
        const std::scoped_lock lock(mutex_);
        const auto found = places_.find(vcpu);
        return found != places_.end() && !ended_ ? std::optional(found->second) : std::nullopt;
    }();
    if (!asked) {
        return;
    }
    auto place = *asked;
    look_up(place);
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(vcpu);
    if (found != places_.end() && found->second.pc == place.pc && found->second.space == place.space) {
        found->second = std::move(place);
    }
}

void SinkLog::look_up(Place& place) {
    const auto process = process_ ? process_ : process_at(place);
    const auto code = code_text(scene_.os, process, place.pc);
    place.whose = process ? fmt::format("[{}] ", *process) : fmt::format("[{:#x}] ", place.space.root);
    place.code = code.empty() ? "" : " " + code;
}

void SinkLog::hit(SinkHit hit) {
    {
        const std::scoped_lock lock(mutex_);
        // For one hit only: another program may come to the same address in the same space.
        auto place = places_.extract(hit.vcpu);
        if (ended_ || queue_.size() >= kMostQueued) {
            return;
        }
        if (hit.count == nullptr) {
            last_[hit.vcpu] = std::move(hit);
            return;
        }
        auto at = place.empty() ? Place(hit.pc, hit.space) : std::move(place.mapped());
        queue_.push_back({.hit = std::move(hit), .place = std::move(at)});
        if (queue_.size() > 1) {
            return;  // drain() comes already
        }
    }
    scene_.post([self = shared_from_this()] { self->drain(); });
}

void SinkLog::drain() {
    std::vector<Queued> queue;
    {
        const std::scoped_lock lock(mutex_);
        queue.swap(queue_);
    }
    for (auto& queued : queue) {
        if (!ended_) {
            add_line(std::move(queued));
        }
    }
}

void SinkLog::add_line(Queued queued) {
    auto text = text_of(queued);
    if (const auto known = lines_.find(text); known != lines_.end()) {
        known->second.push_back(std::move(queued.hit.count));
        return;
    }
    if (lines_.size() >= kMostLines) {
        return;
    }
    if (lines_.size() < kMostTold) {
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(scene_.clock() - began_);
        scene_.print(fmt::format("{:>6} ms {}\n", age.count(), text));
    } else if (lines_.size() == kMostTold) {
        scene_.print(name_ + ": no more lines are shown; taint_sinks counts and lists them\n");
    }
    lines_[std::move(text)] = {std::move(queued.hit.count)};
}

std::string SinkLog::text_of(const Queued& queued) const {
    const auto word = std::string_view(name_).substr(name_.find(' ') + 1);
    return fmt::format("{}{} at {:#x}{}: {}", queued.place.whose.value_or(""), word, queued.hit.pc.value,
                       queued.place.code, decision_text(queued.hit));
}

/// The kernel's own threads run in the address space of whoever ran before, or in none that is a process's.
std::optional<osi::ProcessId> SinkLog::process_at(const Place& place) {
    if (scene_.os == nullptr) {
        return std::nullopt;
    }
    const auto uses = [&](const osi::Process& process) {
        return process.space == place.space || process.user_space == place.space;
    };
    if (const auto known = spaces_.find(place.space); known != spaces_.end()) {
        if (const auto process = scene_.os->process(known->second); process && uses(*process)) {
            return known->second;
        }
    }
    const bool user = place.pc.value >> 63 == 0;
    if (user || scene_.clock() - looked_ >= kLookTime) {
        find_processes();
    }
    const auto found = spaces_.find(place.space);
    return found != spaces_.end() ? std::optional(found->second) : std::nullopt;
}

void SinkLog::find_processes() {
    looked_ = scene_.clock();
    spaces_.clear();
    const auto processes = scene_.os->processes();
    for (const auto& process : processes ? *processes : std::vector<osi::Process>()) {
        for (const auto& root : {process.space, process.user_space}) {
            if (root) {
                spaces_.emplace(*root, process.pid);
            }
        }
    }
}

emulator::Halter::Reason SinkLog::reason(VcpuId vcpu) const {
    const std::scoped_lock lock(mutex_);
    const auto last = last_.find(vcpu);
    return {.process = process_,
            .text = name_ + (last != last_.end() ? ": " + decision_text(last->second) : std::string()) + "\n"};
}

std::vector<SinkLog::Line> SinkLog::lines() const {
    std::vector<Line> lines;
    for (const auto& [text, counts] : lines_) {
        std::uint64_t hits = 0;
        for (const auto& count : counts) {
            hits += count->load(std::memory_order_relaxed);
        }
        lines.push_back({text, hits});
    }
    std::ranges::stable_sort(lines, std::ranges::greater(), &Line::hits);
    return lines;
}

}  // namespace hvgdb::monitor
