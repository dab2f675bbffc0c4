// SPDX-License-Identifier: GPL-2.0-or-later
// Who wants to know where tainted data decides.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/taint/labels.hpp"
#include "emulator/taint/sink_kind.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// Labels, as they were then: at most kMost ranges of them.
struct LabelList {
    static constexpr std::size_t kMost = 64;
    [[nodiscard]] static LabelList of(const LabelSets& sets, SetId set);

    std::vector<LabelRange> ranges;
    bool known = true;  ///< false: some, nobody knows which
    bool more = false;
    friend auto operator<=>(const LabelList&, const LabelList&) = default;
};

/// Tainted data decided.
struct SinkHit {
    SinkKind kind = SinkKind::branch;
    VcpuId vcpu;
    VirtAddr pc;         ///< of the instruction; of SinkKind::memory of the one after the store
    AddressSpace space;  ///< in use then
    LabelList labels;
    std::uint8_t touched = 0;  ///< bit i: those of Sink::ranges[i] are among them
    std::uint64_t number = 0;  ///< of a system call
    bool wide = true;          ///< it is one of `syscall`
    VirtAddr address;          ///< of SinkKind::memory: where the store went to
    /// How often so far: grows on.
    std::shared_ptr<const std::atomic<std::uint64_t>> count;
};

/// Hears of hits, and tells why a vCPU was stopped.
class SinkListener : public Halter {
  public:
    /// On a vCPU's thread, which stands at the instruction, before a new hit of a sink that does not stop vCPUs. False:
    /// the vCPU has to come there again, and asks again; so whose program it is can be looked at while it is there.
    [[nodiscard]] virtual bool ready(const SinkHit& hit) = 0;
    /// On a vCPU's thread, on several at once. Of a sink that does not stop vCPUs only once for equal ones, mostly; of
    /// one that does, for each stop.
    virtual void hit(SinkHit hit) = 0;
};

struct PhysicalRange {
    PhysAddr address;
    std::uint64_t size = 0;
    friend bool operator==(const PhysicalRange&, const PhysicalRange&) = default;
};

/// One wish.
class TaintSink {
  public:
    /// Bounds what is remembered of each vCPU.
    static constexpr std::size_t kMostSeen = 4096;

    TaintSink(SinkKinds kinds, bool stops, std::shared_ptr<SinkListener> listener, std::size_t vcpus)
        : kinds_(kinds), stops_(stops), listener_(std::move(listener)), seen_(vcpus) {}

    [[nodiscard]] SinkKinds kinds() const { return kinds_; }
    /// Whether it stops vCPUs.
    [[nodiscard]] bool stops() const { return stops_; }
    [[nodiscard]] const std::shared_ptr<SinkListener>& listener() const { return listener_; }

    // While no vCPU executes.
    /// Only user code in one of these address spaces counts; nothing: all code does.
    void set_spaces(std::optional<std::vector<AddressSpace>> spaces) { spaces_ = std::move(spaces); }
    /// What SinkKind::memory is about.
    void set_memory(std::vector<PhysicalRange> memory) { memory_ = std::move(memory); }

    // Any thread.
    /// It counts no more. Blocks that were compiled for it go later.
    void end() { ended_ = true; }
    [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }

    // vCPU threads.
    [[nodiscard]] bool concerns(SinkKind kind, VirtAddr pc, AddressSpace space) const;
    [[nodiscard]] std::span<const PhysicalRange> memory() const { return memory_; }
    // Of a sink that does not stop. `hit` lacks labels and count.
    /// False: nothing may be noted of it yet; the vCPU has to come there again.
    [[nodiscard]] bool ready(const SinkHit& hit, SetId labels, const LabelSets& sets);
    void note(SinkHit hit, SetId labels, const LabelSets& sets);
    void count() { hits_.fetch_add(1, std::memory_order_relaxed); }

  private:
    struct Key {
        std::uint64_t pc = 0;
        std::uint64_t space = 0;
        std::uint64_t number = 0;
        SetId labels = kNoLabels;
        std::uint8_t touched = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    using Count = std::shared_ptr<std::atomic<std::uint64_t>>;
    struct alignas(64) Seen {
        std::unordered_map<Key, Count, Hash> counts;
        std::uint64_t generation = 0;  ///< of the label sets
    };

    [[nodiscard]] static Key key_of(const SinkHit& hit, SetId labels);
    [[nodiscard]] Seen& seen_by(VcpuId vcpu, const LabelSets& sets);

    const SinkKinds kinds_;
    const bool stops_;
    const std::shared_ptr<SinkListener> listener_;
    std::optional<std::vector<AddressSpace>> spaces_;
    std::vector<PhysicalRange> memory_;
    std::atomic<bool> ended_ = false;
    std::atomic<std::uint64_t> hits_ = 0;
    std::vector<Seen> seen_;  ///< each vCPU's own
};

/// How many of its registers a system call uses. `wide`: the number is one of `syscall`.
using ArgumentCount = unsigned (*)(std::uint64_t number, bool wide);

/// All of a machine's.
class SinkTable {
  public:
    // The server's thread, while no vCPU executes.
    void add(std::shared_ptr<TaintSink> sink);
    /// Forgets those that have ended.
    void sweep();
    /// Others are not looked at. Before the machine runs; without it all six are.
    void set_argument_count(ArgumentCount count) { argument_count_ = count; }

    // The server's thread.
    void end(TaintSink& sink);
    // Any thread.
    /// That somebody looks at.
    [[nodiscard]] SinkKinds kinds() const { return SinkKinds::of_bits(kinds_.load(std::memory_order_relaxed)); }

    // vCPU threads.
    [[nodiscard]] std::span<const std::shared_ptr<TaintSink>> sinks() const { return sinks_; }
    [[nodiscard]] unsigned argument_count(std::uint64_t number, bool wide) const {
        constexpr unsigned kMost = 6;
        return argument_count_ == nullptr ? kMost : argument_count_(number, wide);
    }

  private:
    void update_kinds();

    std::vector<std::shared_ptr<TaintSink>> sinks_;
    std::atomic<std::uint8_t> kinds_ = 0;
    ArgumentCount argument_count_ = nullptr;
};

}  // namespace hvgdb::emulator::taint
