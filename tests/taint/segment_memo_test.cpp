// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/segment_memo.hpp"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

Pattern random_pattern(std::mt19937& random) {
    return random() % 3 == 0
               ? Pattern()
               : Pattern(static_cast<SetId>(1 + random() % 9), static_cast<std::uint32_t>(1 + random() % 255));
}

TEST(SegmentMemo, FindsWhatItLearntUntilItIsReplaced) {
    SegmentMemo memo;
    std::mt19937 random(7);
    EXPECT_EQ(memo.find({SegmentMemo::place(1), 1, {}}), nullptr);
    std::vector<SegmentMemo::Step> steps;
    for (std::uint32_t i = 1; i < 3000; ++i) {
        const auto place =
            i % 2 == 0 ? SegmentMemo::store_place(i % 100, 16, i % 3 * 16) : SegmentMemo::place(i % 100, 16);
        steps.push_back({place, i, i + 1, random_pattern(random), i * 5});
        memo.learn(steps.back());
    }
    std::size_t found = 0;
    for (const auto& step : steps) {
        const bool stores = step.place == SegmentMemo::store_place(step.from % 100, 16, step.from % 3 * 16);
        const SegmentMemo::Key key{step.place, step.from, stores ? Pattern() : step.moved};
        const auto* const known = memo.find(key);
        if (known == nullptr) {
            continue;
        }
        ++found;
        EXPECT_EQ(known->live, step.live);
        EXPECT_EQ(known->to, step.to);
        EXPECT_EQ(known->moved, step.moved);
        auto other = key;
        other.from += 10'000;
        EXPECT_EQ(memo.find(other), nullptr);
    }
    EXPECT_GT(found, steps.size() / 2);
    memo.clear();
    EXPECT_EQ(memo.find({steps.back().place, steps.back().from, steps.back().moved}), nullptr);
}

TEST(SegmentMemo, IsNotUsedForAWhileWhereLittleIsFound) {
    SegmentMemo memo;
    std::uint32_t learnt = 0;
    for (; memo.in_use() && learnt < 100'000; ++learnt) {
        memo.learn({SegmentMemo::place(learnt), 1, 2, {}, 1});
    }
    EXPECT_LT(learnt, 100'000U);
    std::uint32_t left_out = 1;
    while (!memo.in_use() && left_out < 1'000'000) {
        ++left_out;
    }
    EXPECT_GT(left_out, 1000U);
    EXPECT_TRUE(memo.in_use());
}

TEST(Pattern, IsOneSetAndTheBytesThatHaveIt) {
    const std::array<SetId, 8> sets{0, 7, 7, 0, 9, 9, 9, 9};
    EXPECT_EQ(pattern_of(sets.data(), 1), Pattern());
    EXPECT_EQ(pattern_of(sets.data(), 4), Pattern(7, 0b0110));
    EXPECT_EQ(pattern_of(&sets[4], 4), Pattern(9, 0b1111));
    EXPECT_EQ(pattern_of(&sets[3], 3), Pattern(9, 0b110));
    EXPECT_TRUE(pattern_of(sets.data(), 8).is_several());
    EXPECT_EQ(Pattern(9, 0b110).at(0), kNoLabels);
    EXPECT_EQ(Pattern(9, 0b110).at(2), 9U);
    const std::vector<SetId> most(Pattern::kMost, 5);
    EXPECT_EQ(pattern_of(most.data(), most.size()), Pattern(5, 0xffff'ffff));
}

}  // namespace
