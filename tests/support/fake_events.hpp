// SPDX-License-Identifier: GPL-2.0-or-later
// Events that the test makes happen.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "osi/events.hpp"

namespace hvgdb::test {

class FakeEvents : public osi::Events {
  public:
    // For the test
    /// Tells everybody who has subscribed, as on a vCPU's thread; `stop` when one wants it. Which system calls they
    /// want does not count.
    emulator::Verdict tell(const osi::Event& event) {
        auto verdict = emulator::Verdict::go_on;
        for (const auto& entry : entries_) {
            const bool wanted = entry->kind == event.kind && entry->enabled && !entry->removed &&
                                (!entry->filter.process || *entry->filter.process == event.pid);
            const auto answer = wanted ? entry->callback(event) : emulator::Verdict::go_on;
            if (answer == emulator::Verdict::go_on_and_disable) {
                entry->enabled = false;
            }
            verdict = answer == emulator::Verdict::stop ? answer : verdict;
        }
        return verdict;
    }
    /// How many want to hear of this kind.
    [[nodiscard]] std::ptrdiff_t subscribers(osi::EventKind kind) const {
        return std::ranges::count_if(
            entries_, [&](const auto& entry) { return entry->kind == kind && entry->enabled && !entry->removed; });
    }
    /// Of the one who subscribed last, and is there.
    [[nodiscard]] osi::EventFilter filter(osi::EventKind kind) const {
        osi::EventFilter found;
        for (const auto& entry : entries_) {
            found = entry->kind == kind && !entry->removed ? entry->filter : found;
        }
        return found;
    }
    [[nodiscard]] unsigned commits() const { return commits_; }
    void set_kernel(bool known) { kernel_ = known; }
    void refuse(osi::EventKind kind) { refused_.push_back(kind); }

    // Events
    [[nodiscard]] Expected<osi::Subscription> subscribe(osi::EventKind kind, osi::EventFilter filter,
                                                        osi::EventCallback callback) override {
        if (std::ranges::find(refused_, kind) != refused_.end()) {
            return fail(Errc::unsupported, "this kernel does not tell");
        }
        auto entry = std::make_shared<Entry>();
        entry->kind = kind;
        entry->filter = filter;
        entry->callback = std::move(callback);
        entries_.push_back(entry);
        return osi::Subscription(entry);
    }
    void commit() override {
        ++commits_;
        std::erase_if(entries_, [](const auto& entry) { return entry->removed.load(); });
    }
    [[nodiscard]] bool waits_for_kernel() const override { return !kernel_ && !entries_.empty(); }
    [[nodiscard]] osi::OsFacts sources() override { return {{"forked", "wake_up_new_task"}}; }

  private:
    struct Entry : osi::Subscription::State {
        osi::EventKind kind{};
        osi::EventFilter filter;
        osi::EventCallback callback;
    };
    std::vector<std::shared_ptr<Entry>> entries_;
    std::vector<osi::EventKind> refused_;
    unsigned commits_ = 0;
    bool kernel_ = true;
};

}  // namespace hvgdb::test
