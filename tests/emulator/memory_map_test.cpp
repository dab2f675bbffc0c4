// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/memory_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

namespace hvgdb::emulator {
namespace {

using testing::ElementsAreArray;

// As QEMU 11.1 prints them, without most of the I/O ports.
constexpr const char* kBeforeFirmware =
    "FlatView #0\r\n"
    " AS \"I/O\", root: io\r\n"
    " Root memory region: io\r\n"
    "  0000000000000000-0000000000000007 (prio 0, i/o): dma-chan\r\n"
    "  0000000000000010-000000000000001f (prio 0, container): io @0000000000000010\r\n"
    "\r\n"
    "FlatView #1\r\n"
    " AS \"mch\", root: bus master container\r\n"
    " AS \"ICH9-LPC\", root: bus master container\r\n"
    " Root memory region: (none)\r\n"
    "  No rendered FlatView\r\n"
    "\r\n"
    "FlatView #2\r\n"
    " AS \"cpu-smm-0\", root: memory\r\n"
    " Root memory region: memory\r\n"
    "  0000000000000000-00000000000bffff (prio 0, ram): pc.ram\r\n"
    "\r\n"
    "FlatView #3\r\n"
    " AS \"memory\", root: system\r\n"
    " AS \"cpu-memory-0\", root: system\r\n"
    " AS \"cpu-memory-1\", root: system\r\n"
    " Root memory region: system\r\n"
    "  0000000000000000-00000000000bffff (prio 0, ram): pc.ram\r\n"
    "  00000000000c0000-00000000000dffff (prio 1, rom): pc.rom\r\n"
    "  00000000000e0000-00000000000fffff (prio 0, rom): pc.bios @0000000000020000\r\n"
    "  0000000000100000-000000001fffffff (prio 0, ram): pc.ram @0000000000100000\r\n"
    "  00000000fec00000-00000000fec00fff (prio 0, i/o): ioapic\r\n"
    "  00000000fee00000-00000000feefffff (prio 4096, i/o): apic-msi\r\n"
    "  00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios\r\n"
    "\r\n"
    "FlatView #4\r\n"
    " AS \"cpu-smm-1\", root: memory\r\n"
    " Root memory region: memory\r\n"
    "  0000000000000000-00000000000bffff (prio 0, ram): pc.ram\r\n"
    "\r\n";

constexpr const char* kSplitRoundTheHole =
    "FlatView #0\r\n"
    " AS \"memory\", root: system\r\n"
    " AS \"cpu-memory-0\", root: system\r\n"
    " AS \"ich9-ahci\", root: bus master container\r\n"
    " Root memory region: system\r\n"
    "  0000000000000000-000000000009ffff (prio 0, ram): pc.ram\r\n"
    "  00000000000a0000-00000000000bffff (prio 1, i/o): vga-lowmem\r\n"
    "  00000000000c0000-00000000000c9fff (prio 0, rom): pc.ram @00000000000c0000\r\n"
    "  00000000000ca000-00000000000ccfff (prio 0, ram): pc.ram @00000000000ca000\r\n"
    "  0000000000100000-000000007fffffff (prio 0, ram): pc.ram @0000000000100000\r\n"
    "  00000000b0000000-00000000bfffffff (prio 0, i/o): pcie-mmcfg-mmio\r\n"
    "  00000000fd000000-00000000fdffffff (prio 1, ram): vga.vram\r\n"
    "  00000000febf0400-00000000febf041f (prio 0, i/o): vga ioports remapped\r\n"
    "  00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios\r\n"
    "  0000000100000000-000000017fffffff (prio 0, ram): pc.ram @0000000080000000\r\n"
    "\r\n"
    "FlatView #1\r\n"
    " AS \"I/O\", root: io\r\n";

constexpr const char* kFlash =
    "FlatView #1\r\n"
    " AS \"memory\", root: system\r\n"
    " Root memory region: system\r\n"
    "  0000000000100000-000000001fffffff (prio 0, ram): pc.ram @0000000000100000\r\n"
    "  0000000020000000-000000002000ffff (prio 0, ramd): vfio\r\n"
    "  00000000ffc00000-00000000ffffffff (prio 0, romd): system.flash0\r\n"
    "  ffffffffffff0000-ffffffffffffffff (prio 0, nv-ram): a (b) @c\r\n"
    "\r\n";

struct Good {
    const char* title;
    const char* printed;
    std::vector<RamRange> ranges;
    friend void PrintTo(const Good& row, std::ostream* out) { *out << row.title; }
};

class FlatView : public testing::TestWithParam<Good> {};

TEST_P(FlatView, ListsMemory) {
    const auto ranges = parse_flat_view(GetParam().printed);
    ASSERT_TRUE(ranges) << ranges.error().detail;
    EXPECT_THAT(*ranges, ElementsAreArray(GetParam().ranges));
}

INSTANTIATE_TEST_SUITE_P(Table, FlatView,
                         testing::Values(Good{"before the firmware ran",
                                              kBeforeFirmware,
                                              {{{0}, 0xc0000, "pc.ram"},
                                               {{0xe0000}, 0x20000, "pc.bios"},
                                               {{0x10'0000}, 0x1ff0'0000, "pc.ram"},
                                               {{0xfffc'0000}, 0x4'0000, "pc.bios"}}},
                                         Good{"4 GiB",
                                              kSplitRoundTheHole,
                                              {{{0}, 0xa0000, "pc.ram"},
                                               {{0xc0000}, 0xa000, "pc.ram"},
                                               {{0xca000}, 0x3000, "pc.ram"},
                                               {{0x10'0000}, 0x7ff0'0000, "pc.ram"},
                                               {{0xfffc'0000}, 0x4'0000, "pc.bios"},
                                               {{0x1'0000'0000}, 0x8000'0000, "pc.ram"}}},
                                         Good{"flash, devices and an odd name",
                                              kFlash,
                                              {{{0x10'0000}, 0x1ff0'0000, "pc.ram"},
                                               {{0xffff'ffff'ffff'0000}, 0x1'0000, "a (b)"}}}));

struct Bad {
    const char* title;
    const char* lines;  ///< behind the view's head
    friend void PrintTo(const Bad& row, std::ostream* out) { *out << row.title; }
};

class NoFlatView : public testing::TestWithParam<Bad> {};

TEST_P(NoFlatView, IsAnError) {
    const auto ranges = parse_flat_view(std::string(" AS \"memory\", root: system\n") + GetParam().lines);
    ASSERT_FALSE(ranges);
    EXPECT_EQ(ranges.error().code, Errc::protocol);
}

INSTANTIATE_TEST_SUITE_P(Table, NoFlatView,
                         testing::Values(Bad{"nothing", ""}, Bad{"no view", "  No rendered FlatView\n"},
                                         Bad{"devices only", "  0-f (prio 0, i/o): x\n"},
                                         Bad{"no end", "  0000 (prio 0, ram): x\n"},
                                         Bad{"no number", "  0-g (prio 0, ram): x\n"},
                                         Bad{"no type", "  0-f (prio 0, ram: x\n"},
                                         Bad{"too many digits", "  0-10000000000000000 (prio 0, ram): x\n"},
                                         Bad{"backwards", "  8-7 (prio 0, ram): x\n"},
                                         Bad{"everything", "  0-ffffffffffffffff (prio 0, ram): x\n"},
                                         Bad{"overlap", "  0-f (prio 0, ram): x\n  f-1f (prio 0, ram): x\n"},
                                         Bad{"no order", "  10-1f (prio 0, ram): x\n  0-f (prio 0, ram): x\n"},
                                         Bad{"garbage behind", "  0-f (prio 0, ram): x\nwhat\n"}));

TEST(FlatViews, WithoutOurSpaceAreAnError) {
    for (const char* printed : {"", "\n", "FlatView #0\r\n AS \"I/O\", root: io\r\n", "memory"}) {
        EXPECT_FALSE(parse_flat_view(printed)) << printed;
    }
}

TEST(FlatViews, HaveABoundedNumberOfRanges) {
    std::string printed = " AS \"memory\", root: system\n";
    for (unsigned i = 0; i < 5000; ++i) {
        printed += "  " + std::to_string(10'000 + i) + "-" + std::to_string(10'000 + i) + " (prio 0, ram): x\n";
    }
    EXPECT_FALSE(parse_flat_view(printed));
}

TEST(HostAddress, IsTakenFromTheRightBlockOnly) {
    const RamRange range{{0x10'0000}, 0x1000, "pc.ram"};
    const auto address = parse_host_address("Host virtual address for 0x100000 (pc.ram) is 0x7f6813f00000\r\n", range);
    ASSERT_TRUE(address) << address.error().detail;
    EXPECT_EQ(*address, 0x7f68'13f0'0000u);

    for (const auto& [printed, code] :
         {std::pair{"No memory is mapped at address 0x100000\r\n", Errc::not_found},
          std::pair{"Memory at address 0x100000 is not RAM\r\n", Errc::not_found}, std::pair{"", Errc::not_found},
          std::pair{"Host virtual address for 0x100000 (pc.rom) is 0x7f6813f00000\r\n", Errc::not_found},
          std::pair{"Host virtual address for 0x200000 (pc.ram) is 0x7f6813f00000\r\n", Errc::not_found},
          std::pair{"Host virtual address for 0x100000 (pc.ram) is 0x\r\n", Errc::protocol},
          std::pair{"Host virtual address for 0x100000 (pc.ram) is 0x0\r\n", Errc::protocol},
          std::pair{"Host virtual address for 0x100000 (pc.ram) is 0xfffffffffffff001\r\n", Errc::protocol}}) {
        const auto refused = parse_host_address(printed, range);
        ASSERT_FALSE(refused) << printed;
        EXPECT_EQ(refused.error().code, code) << printed;
    }
}

}  // namespace
}  // namespace hvgdb::emulator
