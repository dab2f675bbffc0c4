// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

#include "tests/osi/page_table_memory.hpp"

namespace hvgdb::osi {

void PrintTo(const MappedRange& range, std::ostream* out) {
    *out << std::hex << range.start.value << "+" << range.size << (range.write ? "w" : "-")
         << (range.execute ? "x" : "-");
}

namespace {

using testing::ElementsAre;

constexpr AddressSpace kKernelRoot{0x2000};
constexpr AddressSpace kUserRoot{0x3000};
constexpr VirtAddr kText{0xffffffff9a200000};
constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kCode = kP;
constexpr std::uint64_t kConstant = kP | kXd;
constexpr std::uint64_t kData = kP | kW | kXd;

constexpr VirtAddr after(std::uint64_t bytes) {
    return VirtAddr{kText.value + bytes};
}

void map_kernel(PageTableMemory& memory, AddressSpace root) {
    memory.map(root, kText, PhysAddr{0}, kCode, 2);
    memory.map(root, after(2 * kMiB), PhysAddr{2 * kMiB}, kCode, 2);
    memory.map_range(root, after(4 * kMiB), PhysAddr{4 * kMiB}, 0x5000, kConstant);
    memory.map_range(root, after(4 * kMiB + 0x5000), PhysAddr{4 * kMiB}, 0x3000, kData);
    memory.map_range(root, after(20 * kMiB), PhysAddr{4 * kMiB}, 0x1000, kData);
}

const auto kKernelRanges = ElementsAre(
    MappedRange{kText, 4 * kMiB, false, true}, MappedRange{after(4 * kMiB), 0x5000, false, false},
    MappedRange{after(4 * kMiB + 0x5000), 0x3000, true, false}, MappedRange{after(20 * kMiB), 0x1000, true, false});

Expected<KernelImage> found(const PageTableMemory& physical, AddressSpace root, unsigned levels = 4) {
    GuestMemory memory(physical, X86Paging{.levels = levels});
    return find_kernel_image(memory, root);
}

std::string refusal(const PageTableMemory& physical, AddressSpace root) {
    const auto image = found(physical, root);
    return image ? "" : image.error().detail;
}

class KernelImageLevels : public testing::TestWithParam<unsigned> {};

TEST_P(KernelImageLevels, EndsAtALargeHole) {
    PageTableMemory memory(GetParam());
    map_kernel(memory, kKernelRoot);
    memory.map(kKernelRoot, after(20 * kMiB + 0x1000 + 16 * kMiB + 0x1000), PhysAddr{0}, kData);
    const auto image = found(memory, kKernelRoot, GetParam());
    ASSERT_TRUE(image) << image.error().detail;
    EXPECT_EQ(image->root, kKernelRoot);
    EXPECT_EQ(image->text, kText);
    EXPECT_EQ(image->end(), after(20 * kMiB + 0x1000));
    EXPECT_THAT(image->ranges, kKernelRanges);
    EXPECT_TRUE(image->contains(kText) && image->contains(after(20 * kMiB)));
    EXPECT_FALSE(image->contains(image->end()) || image->contains(VirtAddr{kText.value - 1}));
}

INSTANTIATE_TEST_SUITE_P(OfPageTables, KernelImageLevels, testing::Values(4U, 5U));

TEST(KernelImage, IsFoundThroughAUsersRoot) {
    PageTableMemory memory;
    map_kernel(memory, kKernelRoot);
    memory.map(kUserRoot, after(2 * kMiB), PhysAddr{2 * kMiB}, kCode, 2);
    memory.map_range(kUserRoot, after(4 * kMiB), PhysAddr{4 * kMiB}, 0x5000, kConstant);
    const auto image = found(memory, kUserRoot);
    ASSERT_TRUE(image) << image.error().detail;
    EXPECT_EQ(image->root, kKernelRoot);
    EXPECT_THAT(image->ranges, kKernelRanges);
}

TEST(KernelImage, KeepsARootOnAnOddPage) {
    PageTableMemory memory;
    map_kernel(memory, kUserRoot);
    const auto image = found(memory, kUserRoot);
    ASSERT_TRUE(image) << image.error().detail;
    EXPECT_EQ(image->root, kUserRoot);
}

constexpr const char* kNone = "no kernel yet: what is mapped where Linux has its image is none";

TEST(KernelImage, IsNoneWhereNothingIsMapped) {
    PageTableMemory memory;
    memory.map(kKernelRoot, VirtAddr{0}, PhysAddr{0}, kP | kW, 2);
    EXPECT_EQ(refusal(memory, kKernelRoot), "no kernel yet: nothing is mapped where Linux has its image");
    EXPECT_EQ(refusal(memory, AddressSpace{0x7fff'0000'0000}),
              "no kernel yet: nothing is mapped where Linux has its image");
    EXPECT_EQ(found(memory, kKernelRoot).error().code, Errc::unsupported);
}

TEST(KernelImage, IsNoneWithoutDataToWrite) {
    PageTableMemory memory;
    memory.map(kUserRoot, kText, PhysAddr{0}, kCode, 2);
    EXPECT_EQ(refusal(memory, kUserRoot), kNone);
}

TEST(KernelImage, IsNoneWithoutCode) {
    PageTableMemory memory;
    memory.map(kKernelRoot, kText, PhysAddr{0}, kData, 2);
    EXPECT_EQ(refusal(memory, kKernelRoot), kNone);
}

TEST(KernelImage, IsNoneWhenTheOtherRootShowsAnother) {
    PageTableMemory memory;
    map_kernel(memory, kKernelRoot);
    memory.map(kUserRoot, VirtAddr{kText.value - 2 * kMiB}, PhysAddr{0}, kCode, 2);
    EXPECT_EQ(refusal(memory, kUserRoot), kNone);
}

TEST(KernelImage, IsNoneInThePageTablesOfItsFirstSteps) {
    PageTableMemory memory;
    for (std::uint64_t offset = 0; offset < 512 * kMiB; offset += 2 * kMiB) {
        memory.map(kKernelRoot, VirtAddr{0xffffffff80000000 + offset}, PhysAddr{offset}, kP | kW, 2);
    }
    EXPECT_EQ(refusal(memory, kKernelRoot), "no kernel yet: the page tables are those of its first steps");
}

TEST(MappedRanges, AreAtMostSoMany) {
    // One table for all of the GiB, in which every page has other rights than the one before.
    PageTableMemory memory;
    const VirtAddr start{0xffffffff80000000};
    const VirtAddr end{0xffffffffc0000000};
    for (std::uint64_t page = 0; page < 512; ++page) {
        memory.map(kKernelRoot, VirtAddr{start.value + page * 0x1000}, PhysAddr{0}, page % 2 != 0 ? kCode : kData);
    }
    std::uint64_t table = 0;
    std::uint64_t pd = (8U << 20) - 2 * PageTableMemory::kPage;
    ASSERT_EQ(memory.read(PhysAddr{pd}, std::as_writable_bytes(std::span(&table, 1))), 8U);
    for (std::uint64_t i = 1; i < 512; ++i) {
        memory.put(PhysAddr{pd + 8 * i}, table);
    }
    const auto ranges = mapped_ranges(memory, kKernelRoot, X86Paging{}, start, end);
    EXPECT_EQ(ranges.size(), 4096U);
    EXPECT_EQ(ranges.back().start, (VirtAddr{start.value + 4095 * 0x1000}));
}

TEST(MappedRanges, KeepToTheirEnds) {
    PageTableMemory memory;
    memory.map(kKernelRoot, kText, PhysAddr{0}, kCode, 2);
    EXPECT_THAT(mapped_ranges(memory, kKernelRoot, X86Paging{}, after(0x3000), after(0x5000)),
                ElementsAre(MappedRange{after(0x3000), 0x2000, false, true}));
}

}  // namespace
}  // namespace hvgdb::osi
