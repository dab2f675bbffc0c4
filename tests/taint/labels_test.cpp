// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/labels.hpp"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace hvgdb::emulator::taint;

std::set<Label> expanded(const LabelSets& sets, SetId id) {
    std::set<Label> labels;
    for (const auto range : sets.ranges(id)) {
        for (Label label = range.first; label <= range.last; ++label) {
            labels.insert(label);
        }
    }
    return labels;
}

TEST(LabelSets, EqualSetsHaveOneNumber) {
    LabelSets sets;
    const auto one = sets.single(7);
    const auto two = sets.single(9);
    EXPECT_EQ(one, sets.single(7));
    EXPECT_NE(one, two);
    EXPECT_EQ(sets.unite(one, two), sets.unite(two, one));
    EXPECT_EQ(sets.statistics().sets, 3U);
}

TEST(LabelSets, EmptyIsNeutralAndAnyAbsorbs) {
    LabelSets sets;
    const auto one = sets.single(1);
    EXPECT_EQ(sets.unite(kNoLabels, one), one);
    EXPECT_EQ(sets.unite(one, kNoLabels), one);
    EXPECT_EQ(sets.unite(one, kAnyLabels), kAnyLabels);
    EXPECT_EQ(sets.unite(kNoLabels, kNoLabels), kNoLabels);
    EXPECT_TRUE(sets.contains(kAnyLabels, 12345));
}

TEST(LabelSets, NeighboursBecomeRanges) {
    LabelSets sets;
    SetId all = kNoLabels;
    for (const Label label : {4U, 2U, 3U, 0xffffffffU, 0xfffffffeU, 7U}) {
        all = sets.unite(all, sets.single(label));
    }
    const std::vector<LabelRange> wanted{{2, 4}, {7, 7}, {0xfffffffe, 0xffffffff}};
    EXPECT_EQ(std::vector<LabelRange>(sets.ranges(all).begin(), sets.ranges(all).end()), wanted);
    EXPECT_TRUE(sets.contains(all, 3));
    EXPECT_FALSE(sets.contains(all, 5));
    EXPECT_EQ(all, sets.unite(all, sets.range({2, 3})));
}

TEST(LabelSets, UnionsAreThoseOfSets) {
    constexpr unsigned kRounds = 400;
    constexpr Label kMostLabel = 40;
    std::mt19937 random(1);
    LabelSets sets;
    Unions unions(sets);
    std::vector<SetId> known{kNoLabels};
    for (Label label = 0; label < kMostLabel; ++label) {
        known.push_back(sets.single(label));
    }
    for (unsigned round = 0; round < kRounds; ++round) {
        const auto one = known[random() % known.size()];
        const auto other = known[random() % known.size()];
        auto wanted = expanded(sets, one);
        wanted.merge(expanded(sets, other));
        const auto both = unions(one, other);
        EXPECT_EQ(expanded(sets, both), wanted);
        EXPECT_TRUE(sets.includes(both, one));
        EXPECT_EQ(sets.includes(one, other), both == one);
        known.push_back(both);
    }
}

TEST(LabelSets, BoundsSaturate) {
    struct Case {
        LabelBounds bounds;
        bool saturates;
    };
    for (const auto& [bounds, saturates] :
         {Case{{16, 16, 16}, false}, Case{{3, 16, 16}, true}, Case{{16, 1, 16}, true}, Case{{16, 16, 4}, true}}) {
        LabelSets sets(bounds);
        const auto pair = sets.unite(sets.single(1), sets.single(5));
        const auto all = sets.unite(pair, sets.single(9));
        EXPECT_EQ(all == kAnyLabels, saturates) << bounds.most_sets << ' ' << bounds.most_ranges_of_set;
        EXPECT_EQ(sets.statistics().saturated != 0, saturates);
    }
}

TEST(LabelSets, ClearMakesMemosVoid) {
    LabelSets sets;
    Unions unions(sets);
    const auto both = unions(sets.single(1), sets.single(2));
    EXPECT_EQ(expanded(sets, both), (std::set<Label>{1, 2}));
    sets.clear();
    EXPECT_EQ(sets.statistics().sets, 0U);
    const auto again = unions(sets.single(3), sets.single(4));
    EXPECT_EQ(expanded(sets, again), (std::set<Label>{3, 4}));
    EXPECT_EQ(sets.unite(sets.single(3), both + 1000), kAnyLabels);
}

TEST(LabelSetsThreads, AgreeOnNumbers) {
    constexpr unsigned kThreads = 4;
    constexpr Label kLabels = 300;
    LabelSets sets;
    std::vector<std::vector<SetId>> seen(kThreads);
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < kThreads; ++t) {
        threads.emplace_back([&sets, &ids = seen[t]] {
            Unions unions(sets);
            SetId all = kNoLabels;
            for (Label label = 0; label < kLabels; ++label) {
                all = unions(all, sets.single(label * 2));
                ids.push_back(all);
            }
        });
    }
    threads.clear();
    for (const auto& ids : seen) {
        EXPECT_EQ(ids, seen.front());
    }
    EXPECT_EQ(sets.ranges(seen.front().back()).size(), kLabels);
}

}  // namespace
