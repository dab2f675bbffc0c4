// SPDX-License-Identifier: GPL-2.0-or-later
// One sink's hits, as lines for a client's console.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/taint/sink_table.hpp"
#include "monitor/event_log.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Where the lines of all sinks come from.
struct SinkScene {
    osi::Os* os = nullptr;  ///< null: none
    EventLog::Print print;
    EventLog::Clock clock = std::chrono::steady_clock::now;
    /// Has something done on the server's thread, soon. From any thread.
    std::function<void(std::function<void()>)> post;
};

/// Told on vCPUs' threads; the lines are made on the server's thread. A vCPU with a new hit stands at its instruction
/// until the server has looked whose program that is: a moment later the program may have ended. `scene` outlives it.
class SinkLog final : public emulator::taint::SinkListener, public std::enable_shared_from_this<SinkLog> {
  public:
    /// More lines are not told, but listed and counted; still more are not even that.
    static constexpr std::size_t kMostTold = 1024;
    static constexpr std::size_t kMostLines = 4096;

    /// `name`: "taint_report branch"; `process`: whose user code it is about.
    SinkLog(const SinkScene& scene, std::string name, std::optional<osi::ProcessId> process)
        : scene_(scene), name_(std::move(name)), process_(process), began_(scene.clock()) {}

    // Any thread.
    [[nodiscard]] bool ready(const emulator::taint::SinkHit& hit) override;
    void hit(emulator::taint::SinkHit hit) override;
    /// A vCPU may stop for it no more, and no line is told.
    void end() { ended_ = true; }
    [[nodiscard]] bool wanted() const override { return !ended_; }

    // The server's thread.
    [[nodiscard]] Reason reason(VcpuId vcpu) const override;
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::optional<osi::ProcessId>& process() const { return process_; }
    struct Line {
        std::string text;
        std::uint64_t hits = 0;
    };
    /// Those that happened most often first.
    [[nodiscard]] std::vector<Line> lines() const;

  private:
    using Count = std::shared_ptr<const std::atomic<std::uint64_t>>;

    /// An instruction at which a vCPU stands.
    struct Place {
        Place(VirtAddr at, AddressSpace in) : pc(at), space(in) {}
        VirtAddr pc;
        AddressSpace space;
        std::optional<std::string> whose;  ///< "[812] ", its process; nothing: not looked up yet
        std::string code;                  ///< " /bin/cat+0x1176"; empty: not known
    };
    struct Queued {
        emulator::taint::SinkHit hit;
        Place place;
    };

    void drain();
    void look_up(VcpuId vcpu);
    void look_up(Place& place);
    void add_line(Queued queued);
    [[nodiscard]] std::string text_of(const Queued& queued) const;
    [[nodiscard]] std::optional<osi::ProcessId> process_at(const Place& place);
    void find_processes();

    const SinkScene& scene_;
    const std::string name_;
    const std::optional<osi::ProcessId> process_;
    const std::chrono::steady_clock::time_point began_;
    std::atomic<bool> ended_ = false;

    mutable std::mutex mutex_;  ///< of the next three
    std::map<VcpuId, Place> places_;
    std::vector<Queued> queue_;
    std::map<VcpuId, emulator::taint::SinkHit> last_;

    std::map<std::string, std::vector<Count>> lines_;  ///< each vCPU counts for itself
    std::map<AddressSpace, osi::ProcessId> spaces_;
    std::chrono::steady_clock::time_point looked_;  ///< when spaces_ was made
};

}  // namespace hvgdb::monitor
