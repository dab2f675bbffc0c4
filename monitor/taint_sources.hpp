// SPDX-License-Identifier: GPL-2.0-or-later
// Labels for what processes read from files, and for their arguments, as it comes in.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/taint/engine.hpp"
#include "monitor/event_queue.hpp"
#include "monitor/taint_input.hpp"
#include "monitor/taint_source.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Server's thread only. The vCPU on which such bytes have come in stops the machine, in the kernel, before the program
/// sees them; the owner calls label_arrived() whenever the machine has stopped, and resumes it when there is no other
/// reason to stay. Nothing is instrumented but the kernel's own ways in and out while nothing has arrived.
///
/// The source of one process ends with it.
class TaintSources {
  public:
    static constexpr std::size_t kMostSources = 64;

    /// Null: none can be added. All must outlive it.
    TaintSources(osi::Events* events, osi::Os* os, emulator::taint::Engine* engine)
        : events_(events), os_(os), engine_(engine) {}
    ~TaintSources() { clear(); }
    TaintSources(const TaintSources&) = delete;
    TaintSources& operator=(const TaintSources&) = delete;

    /// Takes effect with the next Events::commit(). Forgets those that have ended. `unsupported` when the kernel does
    /// not tell.
    [[nodiscard]] Expected<void> add(TaintSource source);
    /// `not_found` for an unknown number. The labels stay.
    [[nodiscard]] Expected<void> remove(std::uint32_t number);
    void clear();
    [[nodiscard]] std::size_t size() const { return sources_.size(); }

    /// The machine is paused.
    void label_arrived();

    /// "source 1: what 812 reads from /etc/passwd gets label 0": the one that add() has just made.
    [[nodiscard]] std::string added_report() const;
    /// A row a source.
    [[nodiscard]] std::string report() const;

  private:
    struct Armed {
        std::uint32_t number = 0;
        TaintSource source;
        std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);
        std::vector<osi::Subscription> subscriptions = {};
        std::uint64_t arrivals = 0;
        std::uint64_t in_order = 0;  ///< bytes that have arrived
        LabelCount labels = {};
    };

    [[nodiscard]] Expected<void> subscribe(Armed& armed);
    void end_with_process(Armed& armed);
    static void disarm(const Armed& armed);
    void label(Armed& armed, const osi::Event& event);
    [[nodiscard]] LabelCount label_call(Armed& armed, const osi::Event& event);

    osi::Events* events_;
    osi::Os* os_;
    emulator::taint::Engine* engine_;
    std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>();
    std::uint32_t last_number_ = 0;
    std::vector<Armed> sources_;
};

}  // namespace hvgdb::monitor
