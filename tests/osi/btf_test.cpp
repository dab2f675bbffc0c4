// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/btf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <ostream>
#include <string>

#include "tests/osi/btf_builder.hpp"

namespace hvgdb::osi {

void PrintTo(const Member& member, std::ostream* out) {
    *out << member.offset << ":" << member.size << "/" << member.element_size << " bits " << member.bit_offset << "+"
         << member.bit_count;
}

namespace {

using namespace btf_kind;

std::unique_ptr<Btf> parsed(const Bytes& blob) {
    auto btf = Btf::parse(blob);
    EXPECT_TRUE(btf) << btf.error().detail;
    return btf ? *std::move(btf) : nullptr;
}

std::string refusal(const Bytes& blob) {
    const auto btf = Btf::parse(blob);
    return btf ? "" : btf.error().detail;
}

/// struct task { int pid; char comm[16]; union { long usage; struct { short low; short high; }; }; struct inner in;
///               const struct inner *link; unsigned a : 3, b : 30; int rest[]; };
Bytes kernel_blob() {
    BtfBuilder btf;
    const auto int_type = btf.integer("int", 4);
    const auto char_type = btf.integer("char", 1);
    const auto long_type = btf.integer("long", 8);
    const auto short_type = btf.integer("short", 2);
    const auto name_type = btf.array(char_type, 16);
    const auto halves =
        btf.structure({}, 4, {{.name = "low", .type = short_type}, {.name = "high", .type = short_type, .bits = 16}});
    const auto either =
        btf.structure({}, 8, {{.name = "usage", .type = long_type}, {.name = {}, .type = halves}}, kUnion);
    const auto pair = btf.array(short_type, 2);
    const auto inner = btf.structure(
        "inner", 16, {{.name = "x", .type = long_type}, {.name = "grid", .type = btf.next(3), .bits = 64}});
    const auto alias = btf.add(kAlias, "inner_t", 0, inner);
    const auto fixed = btf.add(kConstant, {}, 0, alias);
    btf.array(pair, 3);  // inner's grid
    const auto link = btf.pointer(fixed);
    const auto rest = btf.array(int_type, 0);
    const auto ahead = btf.add(kForward, "ahead", 0, 0);
    btf.structure("task", 96,
                  {{.name = "pid", .type = int_type},
                   {.name = "comm", .type = name_type, .bits = 32},
                   {.name = {}, .type = either, .bits = 192},
                   {.name = "in", .type = fixed, .bits = 256},
                   {.name = "link", .type = link, .bits = 448},
                   {.name = "a", .type = int_type, .bits = 512, .bit_count = 3},
                   {.name = "b", .type = int_type, .bits = 515, .bit_count = 30},
                   {.name = "ahead", .type = ahead, .bits = 576},
                   {.name = "rest", .type = rest, .bits = 768}});
    btf.structure("task", 8, {{.name = "pid", .type = long_type}});
    return btf.build();
}

struct Row {
    const char* structure;
    const char* path;
    std::optional<Member> member;
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.structure << "." << row.path; }
};

class BtfMember : public testing::TestWithParam<Row> {};

TEST_P(BtfMember, IsFound) {
    const auto btf = parsed(kernel_blob());
    EXPECT_EQ(btf->member(GetParam().structure, GetParam().path), GetParam().member);
}

const Row kRows[] = {
    {"task", "pid", Member{0, 4, 4}},  // of the first task
    {"task", "comm", Member{4, 16, 1}},
    {"task", "usage", Member{24, 8, 8}},
    {"task", "high", Member{26, 2, 2}},
    {"task", "in", Member{32, 16, 16}},
    {"task", "in.x", Member{32, 8, 8}},
    {"task", "in.grid", Member{40, 12, 4}},
    {"inner", "grid", Member{8, 12, 4}},
    {"task", "link", Member{56, 8, 8}},
    {"task", "a", Member{64, 4, 4, 0, 3}},
    {"task", "b", Member{64, 4, 4, 3, 30}},  // reaches over the end of its int
    {"task", "rest", Member{96, 0, 4}},
    {"task", "ahead", std::nullopt},   // nobody knows its size
    {"task", "link.x", std::nullopt},  // a pointer is not followed
    {"task", "pid.x", std::nullopt},
    {"task", "a.x", std::nullopt},
    {"task", "", std::nullopt},
    {"task", "in.", std::nullopt},
    {"task", ".x", std::nullopt},
    {"task", "pi", std::nullopt},
    {"task", "pidx", std::nullopt},
    {"tas", "pid", std::nullopt},
    {"inner_t", "x", std::nullopt},
    {"", "low", std::nullopt},
};

INSTANTIATE_TEST_SUITE_P(Paths, BtfMember, testing::ValuesIn(kRows));

TEST(Btf, KnowsSizes) {
    const auto btf = parsed(kernel_blob());
    EXPECT_EQ(btf->size_of("task"), 96U);
    EXPECT_EQ(btf->size_of("inner"), 16U);
    EXPECT_EQ(btf->size_of("int"), std::nullopt);
    EXPECT_EQ(btf->size_of("other"), std::nullopt);
}

TEST(Btf, TakesMoreMembersThanOldKernelsCouldCount) {
    constexpr std::uint32_t kMany = 65'600;
    BtfBuilder builder;
    builder.add(kUnion, "many", kMany, 4, std::vector<std::uint32_t>(3 * kMany));
    const auto int_type = builder.integer("int", 4);
    builder.structure("task", 4, {{.name = "pid", .type = int_type}});
    EXPECT_EQ(parsed(builder.build())->member("task", "pid"), (Member{0, 4, 4}));
}

TEST(Btf, SkipsKindsThatTheLayoutSectionDescribes) {
    BtfBuilder builder;
    builder.add(kUnknown, {}, 2, 0, {1, 2, 3, 4, 5});  // 4 bytes once, 8 for each
    const auto int_type = builder.integer("int", 4);
    builder.structure("task", 4, {{.name = "pid", .type = int_type}});
    std::vector<std::uint32_t> layout(kUnknown + 1);
    layout[kUnknown] = 4 | 8 << 8;
    EXPECT_EQ(parsed(builder.build(layout))->member("task", "pid"), (Member{0, 4, 4}));
    layout.pop_back();
    EXPECT_EQ(refusal(builder.build(layout)), "type 1 of the BTF is of an unknown kind");
    EXPECT_EQ(refusal(builder.build()), "type 1 of the BTF is of an unknown kind");
}

TEST(Btf, RefusesWhatIsCutOff) {
    BtfBuilder builder;
    builder.add(kStructure, "task", 2, 8, {0, 0, 0});
    EXPECT_EQ(refusal(builder.build()), "type 1 of the BTF is cut off");
}

TEST(Btf, EndsWhereTypesLeadInCircles) {
    BtfBuilder builder;
    const auto self = builder.add(kAlias, "self", 0, builder.next());
    builder.structure("by_alias", 8, {{.name = "a", .type = self}});
    const auto row = builder.array(builder.next(), 2);
    builder.structure("by_array", 8, {{.name = "a", .type = row}});
    builder.structure({}, 8, {{.name = {}, .type = builder.next()}, {.name = {}, .type = builder.next()}}, kUnion);
    builder.structure("by_member", 8, {{.name = {}, .type = builder.next() - 1}});
    builder.structure("beyond", 8, {{.name = "a", .type = 1'000'000}});
    const auto btf = parsed(builder.build());
    EXPECT_EQ(btf->member("by_alias", "a"), std::nullopt);
    EXPECT_EQ(btf->member("by_array", "b"), std::nullopt);
    EXPECT_EQ(btf->member("by_member", "a"), std::nullopt);
    EXPECT_EQ(btf->member("beyond", "a"), std::nullopt);
}

TEST(Btf, EndsInAnArrayOfItself) {
    BtfBuilder builder;
    const auto row = builder.array(builder.next(), 2);
    builder.structure("s", 8, {{.name = "a", .type = row}});
    EXPECT_EQ(parsed(builder.build())->member("s", "a"), std::nullopt);
}

TEST(Btf, HasNoSizeForAnArrayThatIsTooLarge) {
    BtfBuilder builder;
    auto row = builder.array(builder.integer("long", 8), ~0U);
    row = builder.array(builder.array(row, ~0U), ~0U);
    builder.structure("s", 8, {{.name = "a", .type = row}});
    EXPECT_EQ(parsed(builder.build())->member("s", "a"), std::nullopt);
}

TEST(Btf, ManyAnonymousMembersEndTheSearch) {
    constexpr std::size_t kWide = 300;
    BtfBuilder builder;
    const auto leaf = builder.structure({}, 8, std::vector<BtfBuilder::Field>(kWide, {.name = "x", .type = 1}));
    const auto middle = builder.structure({}, 8, std::vector<BtfBuilder::Field>(kWide, {.name = {}, .type = leaf}));
    const auto top = builder.structure({}, 8, std::vector<BtfBuilder::Field>(kWide, {.name = {}, .type = middle}));
    builder.structure("s", 8, {{.name = {}, .type = top}, {.name = "last", .type = builder.next(1)}});
    builder.integer("int", 4);
    EXPECT_EQ(parsed(builder.build())->member("s", "last"), std::nullopt);
}

TEST(Btf, EnumeratorsAreMembersAtTheirValue) {
    BtfBuilder builder;
    builder.enumeration("flags", {{"locked", 0}, {"up_to_date", 3}});
    builder.enumeration("both", {{"x", 7}});
    builder.structure("both", 8, {{"x", builder.integer("long", 8), 0}});
    const auto btf = Btf::parse(builder.build());
    ASSERT_TRUE(btf);
    ASSERT_TRUE((*btf)->member("flags", "up_to_date"));
    EXPECT_EQ((*btf)->member("flags", "up_to_date")->offset, 3U);
    EXPECT_EQ((*btf)->member("flags", "nothing"), std::nullopt);
    EXPECT_EQ((*btf)->member("flags", "locked.x"), std::nullopt);
    EXPECT_EQ((*btf)->member("both", "x")->size, 8U) << "a structure counts first";
    EXPECT_EQ((*btf)->size_of("flags"), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
