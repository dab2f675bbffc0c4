// SPDX-License-Identifier: GPL-2.0-or-later
// What segments did to the shadow registers lately. Programs run the same code on registers with the same taint again
// and again; then a segment is one look-up, however many operations it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emulator/taint/operation.hpp"
#include "emulator/taint/pattern.hpp"
#include "emulator/taint/register_states.hpp"

namespace hvgdb::emulator::taint {

/// One vCPU's; used by its thread.
class SegmentMemo {
  public:
    /// A segment, or one piece of its access: its serial number, how many bytes the piece has and how many of the
    /// access were before it.
    [[nodiscard]] static constexpr std::uint64_t place(std::uint32_t serial, std::size_t size = 0,
                                                       std::uint32_t done = 0) {
        constexpr unsigned kSize = 32;
        constexpr unsigned kDone = 48;
        return std::uint64_t{done} << kDone | std::uint64_t{size} << kSize | serial;
    }
    /// Of one whose access is a store.
    [[nodiscard]] static constexpr std::uint64_t store_place(std::uint32_t serial, std::size_t size,
                                                             std::uint32_t done = 0) {
        return place(serial, size, done) | kStore;
    }
    /// From a content of the registers on, with what is loaded (stores and entries: none).
    struct Key {
        std::uint64_t place = 0;
        RegisterStates::Id from = RegisterStates::kNone;
        Pattern loaded;
    };
    /// Two fill a line of the processor's cache, and what runs next is mostly beside what runs now.
    struct alignas(32) Step {
        std::uint64_t place = 0;
        RegisterStates::Id from = RegisterStates::kNone;
        RegisterStates::Id to = RegisterStates::kNone;
        Pattern moved;          ///< loaded or stored
        RegisterMask live = 0;  ///< of `to`
    };

    /// Null: not known. Valid until the next call.
    [[nodiscard]] const Step* find(const Key& key) {
        const auto* const step = find_latest(key);
        return step != nullptr ? step : find_older(key);
    }
    /// Of each segment only what it did last.
    [[nodiscard]] const Step* find_latest(const Key& key) {
        const auto& first = latest_[key.place & latest_mask_];
        if (!same(first, key)) {
            return nullptr;
        }
        ++found_;
        return &first;
    }
    void learn(const Step& step);
    /// Whether it is worth to look: not for a while where little was found.
    [[nodiscard]] bool in_use() {
        if (pause_ == 0) {
            return true;
        }
        pause_ -= pause_ != kForever ? 1 : 0;
        return false;
    }
    void turn_off() { pause_ = kForever; }
    /// Label sets are void from now on, and so are all numbers of states.
    void clear();

    [[nodiscard]] RegisterStates& states() { return states_; }

  private:
    static constexpr std::size_t kLatest = 65536;  ///< a power of two, as is the next
    static constexpr std::size_t kOlder = 16384;
    static constexpr std::int64_t kMostCredit = 1 << 16;
    static constexpr std::int64_t kCostOfMiss = 8;
    static constexpr std::uint32_t kPause = 1 << 17;
    static constexpr std::uint32_t kForever = ~std::uint32_t{0};

    static constexpr std::uint64_t kStore = std::uint64_t{1} << 63;

    [[nodiscard]] static bool same(const Step& step, const Key& key) {
        return step.place == key.place && step.from == key.from &&
               ((key.place & kStore) != 0 || step.moved == key.loaded);
    }
    [[nodiscard]] static Key key_of(const Step& step) {
        return {step.place, step.from, (step.place & kStore) != 0 ? Pattern() : step.moved};
    }
    [[nodiscard]] static std::size_t index(const Key& key);
    [[nodiscard]] const Step* find_older(const Key& key);

    RegisterStates states_;
    /// Of each segment the step of last time: what runs one after the other lies side by side. The steps before are in
    /// older_, by hash.
    std::vector<Step> latest_{1};
    std::vector<Step> older_;
    std::size_t latest_mask_ = 0;  ///< until the first learn() there is but one place
    std::uint64_t found_ = 0;      ///< since the last learn()
    std::int64_t credit_ = kMostCredit;
    std::uint32_t pause_ = 0;
};

}  // namespace hvgdb::emulator::taint
