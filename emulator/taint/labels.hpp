// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of labels. What is tainted carries the number of a set, so that a copy of taint is a copy of 32 bits.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace hvgdb::emulator::taint {

/// What a user calls the origin of a byte.
using Label = std::uint32_t;

/// Names a set. Equal sets have equal numbers.
using SetId = std::uint32_t;
inline constexpr SetId kNoLabels = 0;
/// "Some labels, which ones is not known": what a union becomes when the bounds below are reached. Absorbs all others.
inline constexpr SetId kAnyLabels = 1;

/// `first` to `last`, both included.
struct LabelRange {
    Label first = 0;
    Label last = 0;
    friend auto operator<=>(const LabelRange&, const LabelRange&) = default;
};

/// What a LabelSets may grow to.
struct LabelBounds {
    std::size_t most_sets = 1U << 20;
    std::size_t most_ranges_of_set = 4096;
    std::size_t most_ranges = 1U << 24;  ///< of all sets together, 8 bytes each
};

/// All sets there are: each is kept once, as sorted ranges that do not touch, and stays until clear(). Any thread.
class LabelSets {
  public:
    explicit LabelSets(LabelBounds bounds = {});

    [[nodiscard]] SetId single(Label label) { return range({label, label}); }
    /// `range.first <= range.last`.
    [[nodiscard]] SetId range(LabelRange range);
    /// Takes a lock; see Unions for the fast way. A number that clear() made void counts as kAnyLabels.
    [[nodiscard]] SetId unite(SetId one, SetId other);

    /// The labels, ascending; none for kNoLabels and for kAnyLabels. Valid until clear().
    [[nodiscard]] std::span<const LabelRange> ranges(SetId set) const;
    [[nodiscard]] bool contains(SetId set, Label label) const;
    /// Every label of `part` is in `whole`.
    [[nodiscard]] bool includes(SetId whole, SetId part) const;

    /// Forgets all sets: only while nobody holds a number. Memos of Unions become void by themselves.
    void clear();

    struct Statistics {
        std::size_t sets = 0;       ///< without the empty one and kAnyLabels
        std::size_t ranges = 0;     ///< of all sets together
        std::size_t unions = 0;     ///< pairs remembered
        std::size_t saturated = 0;  ///< times the bounds made a set kAnyLabels
    };
    [[nodiscard]] Statistics statistics() const;
    [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  private:
    using Ranges = std::vector<LabelRange>;

    [[nodiscard]] SetId intern(Ranges&& ranges);
    [[nodiscard]] SetId saturate();
    [[nodiscard]] bool known(SetId set) const { return set < sets_.size(); }

    const LabelBounds bounds_;
    mutable std::mutex mutex_;
    std::deque<Ranges> sets_;  ///< by number; never moved, so that spans of them last
    std::unordered_multimap<std::size_t, SetId> by_hash_;
    std::unordered_map<std::uint64_t, SetId> united_;
    std::size_t range_count_ = 0;
    std::size_t saturated_ = 0;
    std::atomic<std::uint64_t> generation_;
};

/// One thread's way to unite sets: what it asked for lately is answered without a lock.
class Unions {
  public:
    explicit Unions(LabelSets& sets) : sets_(&sets), generation_(sets.generation()) {}

    [[nodiscard]] SetId operator()(SetId one, SetId other) {
        if (one == other || other == kNoLabels) {
            return one;
        }
        if (one == kNoLabels) {
            return other;
        }
        return remembered(one, other);
    }
    [[nodiscard]] LabelSets& sets() const { return *sets_; }

  private:
    struct Memo {
        SetId one = kNoLabels;
        SetId other = kNoLabels;
        SetId both = kNoLabels;
    };
    static constexpr std::size_t kMemos = 1024;

    [[nodiscard]] SetId remembered(SetId one, SetId other);

    LabelSets* sets_;
    std::uint64_t generation_;
    std::array<Memo, kMemos> memos_{};
};

}  // namespace hvgdb::emulator::taint
