// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/guest_memory.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <ostream>
#include <vector>

#include "emulator/hex.hpp"
#include "tests/osi/fake_page_tables.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kHide = 0x100;  // instead of kP
constexpr std::uint64_t kInverted = 0x000f'ffff'ffff'f000;
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

class FakePhysical final : public emulator::PhysicalMemory {
  public:
    std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        ++reads;
        return memory.read(address.value, out);
    }
    void put(std::uint64_t address, std::uint64_t value) {
        memory.map(address, 8);
        ASSERT_TRUE(memory.write(address, store_little_endian(value, 8)));
    }
    test::FakeMemory memory;
    mutable unsigned reads = 0;
};

/// The way's tables at 0x1000 (the root), 0x2000, ...
void lay_out(FakePhysical& physical, const Way& way) {
    for (std::size_t i = 0; i < way.entries.size(); ++i) {
        physical.put(0x1000 * (i + 1) + 8 * way.indices[i], way.entries[i]);
    }
}

struct Row {
    const char* title;
    std::uint64_t address;
    Way way;
    std::optional<std::uint64_t> physical;
    X86Paging paging = {};
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.title; }
};

class GuestMemoryTranslation : public testing::TestWithParam<Row> {};

TEST_P(GuestMemoryTranslation, FindsThePage) {
    const Row& row = GetParam();
    FakePhysical physical;
    lay_out(physical, row.way);
    GuestMemory memory(physical, row.paging);
    for (int again = 0; again < 2; ++again) {
        const auto found = memory.translate(kRoot, VirtAddr{row.address});
        ASSERT_EQ(found.has_value(), row.physical.has_value());
        EXPECT_EQ(found.value_or(PhysAddr{0}).value, row.physical.value_or(0));
    }
}

TEST_P(GuestMemoryTranslation, IsThatOfPageTablesWithoutMemory) {
    const Row& row = GetParam();
    FakePhysical physical;
    lay_out(physical, row.way);
    const auto found = PageTables(physical, row.paging).walk(kRoot, VirtAddr{row.address});
    ASSERT_EQ(found.has_value(), row.physical.has_value());
    EXPECT_EQ(found ? found->physical(VirtAddr{row.address}).value : 0, row.physical.value_or(0));
}

const Row kRows[] = {
    {"4 KiB page", 0x1234, {{0, 0, 0, 1}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x9000 | kAll}}, 0x9234},
    {"2 MiB page with PAT",
     0x35'6789,
     {{0, 0, 1}, {0x2000 | kAll, 0x3000 | kAll, 0x40'0000 | kP | kLarge | kPat}},
     0x55'6789},
    {"1 GiB page", 0x4035'6789, {{0, 1}, {0x2000 | kAll, 0x8000'0000 | kP | kLarge | kXd}}, 0x8035'6789},
    {"last byte", kEnd, {{511, 511, 511, 511}, {0x2000 | kP, 0x3000 | kP, 0x4000 | kP, 0x9000 | kP}}, 0x9fff},
    {"five levels",
     0xff00'0000'0000'0123,
     {{256, 0, 0}, {0x2000 | kP, 0x3000 | kP, 0x4000'0000 | kP | kLarge}},
     0x4000'0123,
     {.levels = 5}},
    {"five levels' address with four",
     0xff00'0000'0000'0123,
     {{256, 0}, {0x2000 | kP, 0x4000'0000 | kP | kLarge}},
     std::nullopt},
    {"not canonical", 0x8000'0000'0000'0000, {{0, 0}, {0x2000 | kP, 0x4000'0000 | kP | kLarge}}, std::nullopt},
    {"not present", 0, {{0, 0}, {0x2000 | kAll, 0x3000 | kW}}, std::nullopt},
    {"a table in a hole", 0, {{0}, {0x7777'7000 | kAll}}, std::nullopt},
    {"no root", 0, {}, std::nullopt},
    {"reserved bits of a large page", 0, {{0, 0}, {0x2000 | kP, 0x2000'0000 | kP | kLarge}}, std::nullopt},
    {"a large page in the root", 0, {{0, 0}, {0x2000 | kP | kLarge, 0x4000'0000 | kP | kLarge}}, std::nullopt},
    {"execute-disable without NXE",
     0,
     {{0, 0}, {0x2000 | kP, 0x4000'0000 | kP | kLarge | kXd}},
     std::nullopt,
     {.execute_disable = false}},
    {"hidden, inverted",
     0x1234,
     {{0, 0, 0, 1}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, (0x9000 ^ kInverted) | kHide | kXd}},
     0x9234},
    {"hidden, plain",
     0x1234,
     {{0, 0, 0, 1}, {0x2000 | kAll, 0x3000 | kAll, 0x4000 | kAll, 0x9000 | kHide | kXd}},
     0x9234},
    {"hidden 2 MiB page",
     0x35'6789,
     {{0, 0, 1}, {0x2000 | kAll, 0x3000 | kAll, (0x40'0000 ^ 0x000f'ffff'ffe0'0000) | kHide | kLarge}},
     0x55'6789},
    {"hidden 1 GiB page",
     0x4035'6789,
     {{0, 1}, {0x2000 | kAll, (0x8000'0000 ^ 0x000f'ffff'c000'0000) | kHide | kLarge}},
     0x8035'6789},
    {"hidden in the kernel's half",
     kEnd,
     {{511, 511, 511, 511}, {0x2000 | kP, 0x3000 | kP, 0x4000 | kP, 0x9000 | kHide}},
     std::nullopt},
    {"a hidden table", 0, {{0, 0}, {0x2000 | kP, 0x3000 | kHide}}, std::nullopt},
    {"swapped out", 0, {{0, 0, 0, 0}, {0x2000 | kP, 0x3000 | kP, 0x4000 | kP, kInverted | kW | kU}}, std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(Table, GuestMemoryTranslation, testing::ValuesIn(kRows));

/// Pages 0, 1 and 3 of an address space at 0x9000, 0x20000 and, where there is no RAM, 0x30000.
class GuestMemoryRead : public testing::Test {
  protected:
    GuestMemoryRead() {
        lay_out(physical_, {{0, 0, 0, 0}, {0x2000 | kP, 0x3000 | kP, 0x4000 | kP, 0x9000 | kP}});
        physical_.put(0x4008, 0x2'0000 | kP);
        physical_.put(0x4018, 0x3'0000 | kP);
        physical_.put(0x9ff8, 0x8877'6655'4433'2211);
        physical_.put(0x2'0000, 0x00ff'eedd'ccbb'aa99);
        physical_.reads = 0;
    }

    FakePhysical physical_;
    GuestMemory memory_{physical_, X86Paging{}};
};

TEST_F(GuestMemoryRead, CrossesPages) {
    const AddressSpaceReader reader(memory_, kRoot);
    EXPECT_EQ(reader.number(VirtAddr{0xffc}, 8), 0xccbb'aa99'8877'6655u);
}

TEST_F(GuestMemoryRead, EndsAtTheFirstHole) {
    Bytes out(0x3000);
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0xff8}, out), 0x1008u);
    EXPECT_EQ(out[8], std::byte{0x99});
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0x2000}, out), 0u);
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0x3000}, out), 0u);  // mapped, but no RAM
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0}, std::span<std::byte>{}), 0u);
}

TEST_F(GuestMemoryRead, EndsWithTheAddressSpace) {
    physical_.put(0x1000 + 8 * 511, 0x2000 | kP);
    physical_.put(0x2000 + 8 * 511, 0x3000 | kP);
    physical_.put(0x3000 + 8 * 511, 0x4000 | kP);
    physical_.put(0x4000 + 8 * 511, 0x9000 | kP);
    Bytes out(16);
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{kEnd - 3}, out), 4u);
    EXPECT_EQ(out[3], std::byte{0x88});
}

TEST_F(GuestMemoryRead, ReadsALargePageAtOnce) {
    physical_.put(0x3008, 0x40'0000 | kP | kLarge);
    physical_.memory.map(0x40'0000, 0x20'0000);
    physical_.reads = 0;
    Bytes out(0x20'0000);
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0x20'0000}, out), out.size());
    EXPECT_EQ(physical_.reads, 4u);
    EXPECT_EQ(memory_.read(kRoot, VirtAddr{0x20'1234}, std::span(out).first(0x10'0000)), 0x10'0000u);
    EXPECT_EQ(physical_.reads, 5u);
}

TEST_F(GuestMemoryRead, WalksOncePerPageUntilTold) {
    const AddressSpaceReader reader(memory_, kRoot);
    EXPECT_EQ(reader.number(VirtAddr{0x1000}, 1), 0x99u);
    EXPECT_EQ(physical_.reads, 5u);
    physical_.put(0x4008, 0x9000 | kP);
    EXPECT_EQ(reader.number(VirtAddr{0x1007}, 1), 0u);
    EXPECT_EQ(physical_.reads, 6u);
    memory_.forget();
    EXPECT_EQ(reader.number(VirtAddr{0x1ff8}, 1), 0x11u);
    EXPECT_EQ(physical_.reads, 11u);
    EXPECT_EQ(reader.number(VirtAddr{0xff8}, 1), 0x11u);  // in a table that is known
    EXPECT_EQ(physical_.reads, 13u);
}

TEST_F(GuestMemoryRead, KeepsAddressSpacesApart) {
    lay_out(physical_, {{}, {}});
    physical_.put(0xa000, 0xb000 | kP);
    physical_.put(0xb000, 0xc000 | kP);
    physical_.put(0xc000, 0xd000 | kP);
    physical_.put(0xd008, 0x9000 | kP);
    const AddressSpaceReader one(memory_, kRoot);
    const AddressSpaceReader other(memory_, AddressSpace{0xa000});
    for (int again = 0; again < 2; ++again) {
        EXPECT_EQ(one.number(VirtAddr{0x1000}, 1), 0x99u);
        EXPECT_EQ(other.number(VirtAddr{0x1ff8}, 1), 0x11u);
        EXPECT_FALSE(other.number(VirtAddr{0x0}, 1));
    }
}

/// More pages than are kept, and some of them many times.
TEST_F(GuestMemoryRead, SurvivesCollisions) {
    for (std::uint64_t i = 0; i < 512; ++i) {
        physical_.put(0x5000 + 8 * i, 0x6000 | kP);
        physical_.put(0x6000 + 8 * i, (0x10'0000 + 0x1000 * i) | kP);
        physical_.put(0x10'0000 + 0x1000 * i, i);
    }
    physical_.put(0x2000, 0x5000 | kP);
    const AddressSpaceReader reader(memory_, kRoot);
    for (std::uint64_t page = 0; page < 4096; ++page) {
        ASSERT_EQ(reader.number(VirtAddr{page << 12}, 8), page % 512);
        ASSERT_EQ(reader.number(VirtAddr{(page / 3) << 12}, 8), page / 3 % 512);
    }
}

TEST_F(GuestMemoryRead, EndsInTablesThatPointToThemselves) {
    physical_.put(0x1000, 0x1000 | kP);
    const AddressSpaceReader reader(memory_, kRoot);
    EXPECT_EQ(reader.number(VirtAddr{0}, 8), 0x1000 | kP);
    EXPECT_FALSE(reader.number(VirtAddr{8 << 12}, 8));
}

TEST_F(GuestMemoryRead, NoPageIsKeptAtFirst) {
    EXPECT_FALSE(memory_.translate(AddressSpace{kEnd}, VirtAddr{kEnd}));
    EXPECT_FALSE(memory_.translate(AddressSpace{0}, VirtAddr{0}));
}

}  // namespace
}  // namespace hvgdb::osi
