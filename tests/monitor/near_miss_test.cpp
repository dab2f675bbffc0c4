// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/near_miss.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>

namespace hvgdb::monitor {
namespace {

TEST(EditDistance, CountsEditsEitherWay) {
    const struct {
        std::string_view one, other;
        std::size_t distance;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"taint", "taint", 0},
        {"tant", "taint", 1},
        {"taaint", "taint", 1},
        {"taunt", "taint", 1},
        {"gte_taint", "get_taint", 1},
        {"RAX", "rax", 0},
        {"ca", "abc", 3},
        {"abcd", "badc", 2},
        {"sites", "vcpus", 4},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(edit_distance(row.one, row.other), row.distance) << row.one << " / " << row.other;
        EXPECT_EQ(edit_distance(row.other, row.one), row.distance) << row.other << " / " << row.one;
    }
}

TEST(NearMisses, ComeNearestFirstAndOnlyIfNear) {
    constexpr std::array<std::string_view, 5> known{"check_taint", "get_taint", "taint", "sites", "help"};
    const struct {
        std::string_view word;
        std::vector<std::string_view> near;
    } rows[] = {
        {"gte_taint", {"get_taint"}}, {"help", {"help"}}, {"hlep", {"help"}}, {"site", {"sites"}}, {"saint", {"taint"}},
        {"saites", {"sites"}},        {"", {}},           {"x", {}},          {"frobnicate", {}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(near_misses(row.word, known, 3), row.near) << row.word;
    }
}

TEST(NearMisses, AreAtMostAsManyAsAskedFor) {
    constexpr std::array<std::string_view, 4> known{"rax", "rbx", "rcx", "rdx"};
    EXPECT_EQ(near_misses("rzx", known, 3), (std::vector<std::string_view>{"rax", "rbx", "rcx"}));
    EXPECT_TRUE(near_misses("rzx", known, 0).empty());
}

TEST(NearMisses, IgnoreWordsOfAbsurdLength) {
    const std::string word(65, 'a');
    const std::array<std::string_view, 1> known{word};
    EXPECT_TRUE(near_misses(word, known, 3).empty());
}

TEST(DidYouMean, ListsProposals) {
    const struct {
        std::vector<std::string_view> proposals;
        std::string_view text;
    } rows[] = {
        {{}, ""},
        {{"a"}, "(did you mean \"a\"?)"},
        {{"a", "b"}, "(did you mean \"a\" or \"b\"?)"},
        {{"a", "b", "c"}, "(did you mean \"a\", \"b\" or \"c\"?)"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(did_you_mean(row.proposals), row.text);
    }
}

}  // namespace
}  // namespace hvgdb::monitor
