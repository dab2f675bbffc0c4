// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/sink_log.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "monitor/sink_text.hpp"

namespace hvgdb::monitor {

namespace {

using emulator::taint::SinkHit;

/// The guest can make hits faster than lines are made of them.
constexpr std::size_t kMostQueued = 8192;
/// Between two looks at all processes.
constexpr std::chrono::milliseconds kLookTime{200};

}  // namespace

void SinkLog::hit(SinkHit hit) {
    {
        const std::scoped_lock lock(mutex_);
        if (ended_ || queue_.size() >= kMostQueued) {
            return;
        }
        if (hit.count == nullptr) {
            last_[hit.vcpu] = std::move(hit);
            return;
        }
        queue_.push_back(std::move(hit));
        if (queue_.size() > 1) {
            return;  // drain() comes already
        }
    }
    scene_.post([self = shared_from_this()] { self->drain(); });
}

void SinkLog::drain() {
    std::vector<SinkHit> hits;
    {
        const std::scoped_lock lock(mutex_);
        hits.swap(queue_);
    }
    for (const auto& hit : hits) {
        if (!ended_) {
            add_line(hit);
        }
    }
}

void SinkLog::add_line(const SinkHit& hit) {
    auto text = text_of(hit);
    if (const auto known = lines_.find(text); known != lines_.end()) {
        known->second.push_back(hit.count);
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
    lines_[std::move(text)] = {hit.count};
}

std::string SinkLog::text_of(const SinkHit& hit) {
    const auto process = process_ ? process_ : process_in(hit.space);
    const auto code = code_text(scene_.os, process, hit.pc);
    const auto whose = process ? std::to_string(*process) : fmt::format("{:#x}", hit.space.root);
    const auto word = std::string_view(name_).substr(name_.find(' ') + 1);
    return fmt::format("[{}] {} at {:#x}{}{}: {}", whose, word, hit.pc.value, code.empty() ? "" : " ", code,
                       decision_text(hit));
}

/// The kernel's own threads run in the address space of whoever ran before.
std::optional<osi::ProcessId> SinkLog::process_in(AddressSpace space) {
    const auto now = scene_.clock();
    if (scene_.os != nullptr && now - looked_ >= kLookTime) {
        looked_ = now;
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
    const auto found = spaces_.find(space);
    return found != spaces_.end() ? std::optional(found->second) : std::nullopt;
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
