// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_page_walk.hpp"

#include <gtest/gtest.h>
#include <ostream>

#include "tests/osi/fake_page_tables.hpp"

namespace hvgdb::osi {
namespace {

struct Mapped {
    const char* title;
    VirtAddr address;
    Way way;
    X86Paging paging;
    std::uint64_t physical;
    std::uint64_t page_size;
    const char* rights;
};

void PrintTo(const Mapped& row, std::ostream* out) {
    *out << row.title;
}

class MappedAddresses : public testing::TestWithParam<Mapped> {};

TEST_P(MappedAddresses, AreTranslated) {
    const auto& row = GetParam();
    auto tables = lay_out(row.way);
    const auto walk = walk_x86_pages(kRoot, row.address, row.paging, tables.reader());
    ASSERT_TRUE(walk) << describe(walk.error());
    EXPECT_EQ(walk->physical.value, row.physical);
    EXPECT_EQ(walk->page_size, row.page_size);
    EXPECT_EQ(rights_text(walk->rights), row.rights);

    const auto trail = walk->trail.entries();
    ASSERT_EQ(trail.size(), row.way.entries.size());
    EXPECT_EQ(tables.reads, trail.size());
    for (std::size_t i = 0; i < trail.size(); ++i) {
        EXPECT_EQ(trail[i].value, row.way.entries[i]);
        EXPECT_EQ(trail[i].index, row.way.indices[i]);
        EXPECT_EQ(trail[i].where.value, 0x1000 * (i + 1) + row.way.indices[i] * 8);
        EXPECT_EQ(static_cast<std::size_t>(trail[i].level), row.paging.levels - i);
    }
}

const Mapped kMapped[] = {
    {"4 KiB page",
     {0x0000'0080'4030'2abc},  // indices 1, 1, 1, 0x102
     {{1, 1, 1, 0x102}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x0007'7000 | kAll}},
     {},
     0x77abc,
     0x1000,
     "rwx user"},
    {"highest address",
     {0xffff'ffff'ffff'ffff},
     {{511, 511, 511, 511}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x8000 | kAll}},
     {},
     0x8fff,
     0x1000,
     "rwx user"},
    {"highest canonical lower address",
     {0x0000'7fff'ffff'ffff},
     {{255, 511, 511, 511}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x8000 | kAll}},
     {},
     0x8fff,
     0x1000,
     "rwx user"},
    {"2 MiB page with PAT",
     {0x0000'0080'4035'6789},
     {{1, 1, 1}, {0x2000 | kAll, 0x3000 | kAll, 0x40'0000 | kAll | kLarge | kPat}},
     {},
     0x55'6789,
     0x20'0000,
     "rwx user"},
    {"1 GiB page with PAT",
     {0x0000'0080'4035'6789},
     {{1, 1}, {0x2000 | kAll, 0xc000'0000 | kAll | kLarge | kPat}},
     {},
     0xc035'6789,
     0x4000'0000,
     "rwx user"},
    {"PAT of a 4 KiB page is no large page",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x9000 | kAll | kLarge}},
     {},
     0x9000,
     0x1000,
     "rwx user"},
    {"write denied at the top",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kP | kU, 0x3000 | kAll, 0x4000 | kAll, 0x9000 | kAll}},
     {},
     0x9000,
     0x1000,
     "r-x user"},
    {"user denied in the middle",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kP | kW, 0x4000 | kAll, 0x9000 | kAll}},
     {},
     0x9000,
     0x1000,
     "rwx kernel"},
    {"execution denied in the middle",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll | kXd, 0x4000 | kAll, 0x9000 | kAll}},
     {},
     0x9000,
     0x1000,
     "rw- user"},
    {"all denied at the end",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x9000 | kP | kXd}},
     {},
     0x9000,
     0x1000,
     "r-- kernel"},
    {"ignored and key bits",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x7ff0'0000'0000'9000 | kAll}},
     {},
     0x9000,
     0x1000,
     "rwx user"},
    {"highest physical bit",
     {0},
     {{0, 0}, {0x2000 | kAll, 0x000f'ffff'c000'0000 | kAll | kLarge}},
     {},
     0x000f'ffff'c000'0000,
     0x4000'0000,
     "rwx user"},
    {"five levels",
     {0x00ff'ffff'ffff'f123},
     {{255, 511, 511, 511, 511}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x5000 | kAll, 0x9000 | kAll}},
     {.levels = 5},
     0x9123,
     0x1000,
     "rwx user"},
    {"a large page of five levels",
     {0xff00'0000'0000'0123},
     {{256, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000'0000 | kAll | kLarge}},
     {.levels = 5},
     0x4000'0123,
     0x4000'0000,
     "rwx user"},
    {"narrow physical addresses",
     {0},
     {{0, 0, 0, 0}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0xff'ffff'f000 | kAll}},
     {.physical_bits = 40},
     0xff'ffff'f000,
     0x1000,
     "rwx user"},
};
INSTANTIATE_TEST_SUITE_P(X86PageWalk, MappedAddresses, testing::ValuesIn(kMapped));

TEST(X86PageWalk, EndsInTablesThatPointToThemselves) {
    FakeTables tables;
    tables.set(0x1000, 0, 0x1000 | kAll);
    const auto walk = walk_x86_pages(kRoot, {0x123}, {.levels = 5}, tables.reader());
    ASSERT_TRUE(walk) << describe(walk.error());
    EXPECT_EQ(walk->physical.value, 0x1123u);
    EXPECT_EQ(tables.reads, 5u);
}

}  // namespace
}  // namespace hvgdb::osi
