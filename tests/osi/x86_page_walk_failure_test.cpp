// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <ostream>

#include "osi/x86_page_walk.hpp"
#include "tests/osi/fake_page_tables.hpp"

namespace hvgdb::osi {
namespace {

using Why = WalkFailure::Why;

struct Unmapped {
    const char* title;
    VirtAddr address;
    Way way;
    X86Paging paging;
    Why why;
    const char* text;
    std::size_t met;  ///< entries in the trail
};

void PrintTo(const Unmapped& row, std::ostream* out) {
    *out << row.title;
}

class UnmappedAddresses : public testing::TestWithParam<Unmapped> {};

TEST_P(UnmappedAddresses, SayWhereTheWalkEnds) {
    const auto& row = GetParam();
    auto tables = lay_out(row.way);
    const auto walk = walk_x86_pages(kRoot, row.address, row.paging, tables.reader());
    ASSERT_FALSE(walk);
    EXPECT_EQ(walk.error().why, row.why);
    EXPECT_EQ(describe(walk.error()), row.text);
    EXPECT_EQ(walk.error().trail.entries().size(), row.met);
}

const Unmapped kUnmapped[] = {
    {"first above the lower half", {0x0000'8000'0000'0000}, {}, {}, Why::not_canonical, "no canonical address", 0},
    {"last below the upper half", {0xffff'7fff'ffff'ffff}, {}, {}, Why::not_canonical, "no canonical address", 0},
    {"some upper bits", {0x8000'0000'0000'0000}, {}, {}, Why::not_canonical, "no canonical address", 0},
    {"above the lower half of five levels",
     {0x0100'0000'0000'0000},
     {},
     {.levels = 5},
     Why::not_canonical,
     "no canonical address",
     0},
    {"no root table", {0}, {}, {}, Why::unreadable, "the walk ends at the PML4: hole", 0},
    {"no root table of five levels", {0}, {}, {.levels = 5}, Why::unreadable, "the walk ends at the PML5: hole", 0},
    {"nothing in the root",
     {0xffff'ffff'ffff'ffff},
     {{511}, {0}},
     {},
     Why::not_present,
     "not mapped: entry 511 of the PML4 is not present",
     1},
    {"swapped out page",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, ~kP}},
     {},
     Why::not_present,
     "not mapped: entry 0 of the PT is not present",
     4},
    {"entry points nowhere",
     {0},
     {{0, 0}, {0x2000 | kAll, 0x7777'7000 | kAll}},
     {},
     Why::unreadable,
     "the walk ends at the PD: hole",
     2},
    {"large page in the PML4",
     {0},
     {{0}, {0x2000 | kAll | kLarge}},
     {},
     Why::reserved_bits,
     "not mapped: entry 0 of the PML4 sets reserved bits",
     1},
    {"unaligned 2 MiB page",
     {0},
     {{0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x2000 | kAll | kLarge}},
     {},
     Why::reserved_bits,
     "not mapped: entry 0 of the PD sets reserved bits",
     3},
    {"unaligned 1 GiB page",
     {0},
     {{0, 0}, {0x2000 | kAll, 0x2000'0000 | kAll | kLarge}},
     {},
     Why::reserved_bits,
     "not mapped: entry 0 of the PDPT sets reserved bits",
     2},
    {"XD without NXE",
     {0},
     {{0}, {0x2000 | kAll | kXd}},
     {.execute_disable = false},
     Why::reserved_bits,
     "not mapped: entry 0 of the PML4 sets reserved bits",
     1},
    {"physical address too wide",
     {0},
     {{0}, {0x100'0000'0000 | kAll}},
     {.physical_bits = 40},
     Why::reserved_bits,
     "not mapped: entry 0 of the PML4 sets reserved bits",
     1},
};
INSTANTIATE_TEST_SUITE_P(X86PageWalk, UnmappedAddresses, testing::ValuesIn(kUnmapped));

TEST(X86PageWalk, TakesOnlyTheAddressBitsOfTheRoot) {
    auto tables = lay_out({{0}, {0}});
    const auto walk = walk_x86_pages({kXd | 0x1fff}, {0}, {}, tables.reader());
    ASSERT_FALSE(walk);
    EXPECT_EQ(walk.error().why, Why::not_present);
}

}  // namespace
}  // namespace hvgdb::osi
