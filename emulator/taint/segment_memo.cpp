// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/segment_memo.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::emulator::taint {

std::size_t SegmentMemo::index(const Key& key) {
    constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
    constexpr std::uint64_t kOther = 0xc2b2ae3d27d4eb4f;
    constexpr unsigned kHigh = 40;
    const auto mixed = (key.place ^ std::uint64_t{key.from} << kHigh ^ key.loaded.word() * kOther) * kMultiplier;
    return (mixed >> kHigh) % kOlder;
}

const SegmentMemo::Step* SegmentMemo::find_older(const Key& key) {
    if (older_.empty()) {
        return nullptr;
    }
    auto& older = older_[index(key)];
    if (!same(older, key)) {
        return nullptr;
    }
    ++found_;
    auto& first = latest_[key.place & latest_mask_];
    const auto found = older;
    older_[index(key_of(first))] = first;
    first = found;
    return &first;
}

void SegmentMemo::learn(const Step& step) {
    if (latest_mask_ == 0) {
        latest_.resize(kLatest);
        older_.resize(kOlder);
        latest_mask_ = kLatest - 1;
    }
    auto& first = latest_[step.place & latest_mask_];
    if (first.from != RegisterStates::kNone) {
        older_[index(key_of(first))] = first;
    }
    first = step;
    credit_ = std::min(credit_ + static_cast<std::int64_t>(std::exchange(found_, 0)), kMostCredit) - kCostOfMiss;
    if (credit_ < 0) {
        pause_ = kPause;
        credit_ = kMostCredit / 4;
    }
}

void SegmentMemo::clear() {
    states_.clear();
    latest_.assign(1, {});
    latest_.shrink_to_fit();
    older_.clear();
    older_.shrink_to_fit();
    latest_mask_ = 0;
    credit_ = kMostCredit;
    pause_ = pause_ == kForever ? kForever : 0;
}

}  // namespace hvgdb::emulator::taint
