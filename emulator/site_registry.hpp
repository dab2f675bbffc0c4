// SPDX-License-Identifier: GPL-2.0-or-later
// All sites there are, and the immutable table of them that translating threads look into. Knows no QEMU.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// One site. Lives until no translated block can name it any more.
class Slot {
  public:
    Slot(SiteSpec where, CodePlace place, SiteCallback callback)
        : where_(where), place_(place), callback_(std::move(callback)) {}

    [[nodiscard]] const SiteSpec& where() const { return where_; }
    [[nodiscard]] const CodePlace& place() const { return place_; }
    [[nodiscard]] bool matches(VirtAddr pc, AddressSpace space) const;
    [[nodiscard]] bool enabled() const { return state_.load(std::memory_order_acquire) == State::enabled; }
    [[nodiscard]] bool removed() const { return state_.load(std::memory_order_acquire) == State::removed; }
    [[nodiscard]] std::uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }

    void enable() { change(State::disabled, State::enabled); }
    void disable() { change(State::enabled, State::disabled); }
    void remove() { state_.store(State::removed, std::memory_order_release); }

    /// vCPU threads: runs the callback unless the site is disabled by now. One vCPU at a time.
    [[nodiscard]] Verdict run(VcpuContext& vcpu);
    /// Destroys what the callback owns. While no vCPU executes.
    void drop_callback() { callback_ = nullptr; }

    /// Whether the blocks that hold the instruction know of this site. The server's thread only.
    bool translated = false;

  private:
    enum class State : std::uint8_t { enabled, disabled, removed };
    void change(State from, State to) { state_.compare_exchange_strong(from, to, std::memory_order_acq_rel); }

    SiteSpec where_;
    CodePlace place_;
    std::atomic<State> state_{State::enabled};
    std::atomic<std::uint64_t> hits_{0};
    std::mutex running_;
    SiteCallback callback_;
};

/// Sites that one callback on one instruction serves: those of one address space, or of several and any.
struct SiteGroup {
    std::optional<AddressSpace> only;  ///< every slot is of this space, so an inline condition can filter
    std::vector<Slot*> slots;
};

/// Immutable. Blocks are shared between mappings of a page, so a user-half site is looked up by its offset in the page;
/// kernel-half addresses are the same in every address space and are looked up as they are.
class SiteTable {
  public:
    explicit SiteTable(std::span<const std::shared_ptr<Slot>> slots);
    /// What to attach to an instruction translated at `address`.
    [[nodiscard]] std::span<const SiteGroup> find(VirtAddr address) const;
    [[nodiscard]] bool may_hold(VirtAddr address) const {
        return (offsets_[(address.value & kOffset) / 64] >> (address.value & 63) & 1) != 0;
    }

  private:
    static constexpr std::uint64_t kOffset = 0xfff;
    struct Entry {
        std::uint64_t key = 0;
        std::vector<SiteGroup> groups;
    };
    static std::uint64_t key_of(VirtAddr address);
    static void insert(Entry& entry, Slot* slot);

    std::array<std::uint64_t, 64> offsets_{};
    std::vector<Entry> entries_;  // by key
};

class SiteRegistry {
  public:
    SiteRegistry();

    // The server's thread.
    [[nodiscard]] SiteHandle add(SiteSpec where, CodePlace place, SiteCallback callback);
    [[nodiscard]] std::vector<SiteInfo> list() const;
    [[nodiscard]] bool empty() const;
    [[nodiscard]] bool enabled_at(VirtAddr pc, AddressSpace space) const;
    [[nodiscard]] std::vector<Slot*> untranslated() const;
    /// While no vCPU executes: forgets removed sites and their callbacks, and publishes the table of those that are.
    void publish();
    /// While no vCPU executes and after every translated block was dropped: frees what blocks could still name.
    void forget_translations();
    /// How many old tables blocks may still name.
    [[nodiscard]] std::size_t retired_tables() const { return retired_tables_.size(); }

    /// Any thread. Valid until the next forget_translations().
    [[nodiscard]] const SiteTable& table() const { return *table_.load(std::memory_order_acquire); }

  private:
    void drop_removed();

    std::vector<std::shared_ptr<Slot>> slots_;
    bool changed_ = false;
    std::vector<std::shared_ptr<Slot>> retired_slots_;
    std::unique_ptr<const SiteTable> current_;
    std::vector<std::unique_ptr<const SiteTable>> retired_tables_;
    std::atomic<const SiteTable*> table_;
};

}  // namespace hvgdb::emulator
