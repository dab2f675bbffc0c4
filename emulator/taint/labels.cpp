// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/labels.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hvgdb::emulator::taint {

namespace {

constexpr SetId kFirstSet = kAnyLabels + 1;
constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;

std::uint64_t next_generation() {
    static std::atomic<std::uint64_t> generation = 0;
    return generation.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint64_t pair_key(SetId low, SetId high) {
    constexpr unsigned kHalf = 32;
    return std::uint64_t{high} << kHalf | low;
}

std::size_t hash_of(std::span<const LabelRange> ranges) {
    constexpr unsigned kShift = 29;
    std::uint64_t hash = ranges.size();
    for (const auto range : ranges) {
        hash = (hash ^ pair_key(range.first, range.last)) * kMultiplier;
        hash ^= hash >> kShift;
    }
    return hash;
}

bool touch(const LabelRange& low, const LabelRange& high) {
    return low.last == std::numeric_limits<Label>::max() || high.first <= low.last + 1;
}

std::vector<LabelRange> merged(std::span<const LabelRange> one, std::span<const LabelRange> other) {
    std::vector<LabelRange> all(one.size() + other.size());
    std::ranges::merge(one, other, all.begin());
    std::size_t kept = 0;
    for (std::size_t at = 1; at < all.size(); ++at) {
        if (touch(all[kept], all[at])) {
            all[kept].last = std::max(all[kept].last, all[at].last);
        } else {
            all[++kept] = all[at];
        }
    }
    all.resize(std::min(all.size(), kept + 1));
    return all;
}

bool in_ranges(std::span<const LabelRange> ranges, LabelRange wanted) {
    const auto found = std::ranges::lower_bound(ranges, wanted.first, {}, &LabelRange::last);
    return found != ranges.end() && found->first <= wanted.first && wanted.last <= found->last;
}

}  // namespace

LabelSets::LabelSets(LabelBounds bounds) : bounds_(bounds), sets_(kFirstSet), generation_(next_generation()) {}

SetId LabelSets::saturate() {
    ++saturated_;
    return kAnyLabels;
}

SetId LabelSets::intern(Ranges&& ranges) {
    const auto hash = hash_of(ranges);
    const auto [begin, end] = by_hash_.equal_range(hash);
    for (auto at = begin; at != end; ++at) {
        if (sets_[at->second] == ranges) {
            return at->second;
        }
    }
    const auto full = sets_.size() - kFirstSet >= bounds_.most_sets;
    if (full || ranges.size() > bounds_.most_ranges_of_set || ranges.size() > bounds_.most_ranges - range_count_) {
        return saturate();
    }
    const auto id = static_cast<SetId>(sets_.size());
    range_count_ += ranges.size();
    sets_.push_back(std::move(ranges));
    by_hash_.emplace(hash, id);
    return id;
}

SetId LabelSets::range(LabelRange range) {
    const std::scoped_lock lock(mutex_);
    return intern({range});
}

SetId LabelSets::unite(SetId one, SetId other) {
    const std::scoped_lock lock(mutex_);
    if (one == other || other == kNoLabels) {
        return one;
    }
    if (one == kNoLabels) {
        return other;
    }
    const auto [low, high] = std::minmax(one, other);
    if (low == kAnyLabels || !known(high)) {
        return kAnyLabels;
    }
    if (const auto found = united_.find(pair_key(low, high)); found != united_.end()) {
        return found->second;
    }
    const auto both = intern(merged(sets_[low], sets_[high]));
    if (united_.size() >= 2 * bounds_.most_sets) {
        united_.clear();
    }
    united_.emplace(pair_key(low, high), both);
    return both;
}

std::span<const LabelRange> LabelSets::ranges(SetId set) const {
    const std::scoped_lock lock(mutex_);
    return known(set) ? std::span<const LabelRange>(sets_[set]) : std::span<const LabelRange>();
}

bool LabelSets::contains(SetId set, Label label) const {
    return set == kAnyLabels || in_ranges(ranges(set), {label, label});
}

bool LabelSets::includes(SetId whole, SetId part) const {
    if (whole == kAnyLabels || whole == part || part == kNoLabels) {
        return true;
    }
    const auto of_whole = ranges(whole);
    const auto wanted = ranges(part);
    return part != kAnyLabels &&
           std::ranges::all_of(wanted, [&](const LabelRange& range) { return in_ranges(of_whole, range); });
}

void LabelSets::clear() {
    const std::scoped_lock lock(mutex_);
    sets_.clear();
    sets_.resize(kFirstSet);
    by_hash_.clear();
    united_.clear();
    range_count_ = 0;
    generation_.store(next_generation(), std::memory_order_release);
}

LabelSets::Statistics LabelSets::statistics() const {
    const std::scoped_lock lock(mutex_);
    return {sets_.size() - kFirstSet, range_count_, united_.size(), saturated_};
}

SetId Unions::remembered(SetId one, SetId other) {
    constexpr unsigned kTop = 54;
    static_assert(std::size_t{1} << (64 - kTop) == kMemos);
    if (generation_ != sets_->generation()) {
        memos_.fill({});
        generation_ = sets_->generation();
    }
    auto& memo = memos_[(pair_key(one, other) * kMultiplier) >> kTop];
    if (memo.one != one || memo.other != other) {
        memo = {one, other, sets_->unite(one, other)};
    }
    return memo.both;
}

}  // namespace hvgdb::emulator::taint
