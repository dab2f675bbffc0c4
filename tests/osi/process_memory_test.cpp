// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/process_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/process_memory_fixture.hpp"

namespace hvgdb::osi {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kHiddenBit = 0x100;
constexpr std::uint64_t kSwapEntry = 0x7'0002;  // neither present nor hidden

VirtAddr operator+(VirtAddr address, std::uint64_t pages) {
    return VirtAddr{address.value + pages * 4096};
}

TEST_F(ProcessMemoryTest, PagesAreReadWhereTheTablesHaveThem) {
    fill(kFrame, 'a');
    fill(kOther, 'b');
    ram.map(kRoot, kStart, kFrame, kAll);
    ram.map(kRoot, kStart + 1, kOther, kHiddenBit);
    EXPECT_EQ(read_pages(kStart, 3), "ab");
    EXPECT_EQ(process().place(VirtAddr{kStart.value + 0x1008}).value(), PhysAddr{kOther.value + 8});
}

TEST_F(ProcessMemoryTest, UntouchedAnonymousMemoryIsZeros) {
    add_area(kStart, 4);
    fill(kFrame, 'a');
    ram.map(kRoot, kStart + 2, kFrame, kAll);
    EXPECT_EQ(read_pages(kStart, 5), "00a0");
    EXPECT_EQ(read(VirtAddr{kStart.value + 0x1ffe}, 4), std::string("\0\0aa", 4));
    EXPECT_EQ(process().place(kStart).value(), std::nullopt);
}

TEST_F(ProcessMemoryTest, LargeGapsAreReadInOneGo) {
    constexpr std::uint64_t kPages = 3 << 9;  // 6 MiB: three tables that are not there
    add_area(kStart, kPages);
    fill(kFrame, 'a');
    ram.map(kRoot, kStart + kPages, kFrame, kAll);
    const std::string all = read(kStart, (kPages + 1) * kPage);
    EXPECT_EQ(all.find_first_not_of('\0'), kPages * kPage);
    EXPECT_EQ(all.size(), (kPages + 1) * kPage);
    EXPECT_LT(memory.reads, 100U);
}

TEST_F(ProcessMemoryTest, WhereNoAreaIsNothingIs) {
    add_area(kStart + 1, 1);
    EXPECT_EQ(read_pages(kStart, 2), "");
    EXPECT_EQ(process().place(kStart).error().code, Errc::fault);
    EXPECT_EQ(process().place(kStart + 2).error().code, Errc::fault);
    EXPECT_TRUE(process().place(kStart + 1));
}

TEST_F(ProcessMemoryTest, UntouchedPagesOfFilesAreInThePageCache) {
    fill(kOther, 'f');
    const auto page = made.page(kOther, 3).value;
    add_file_area(kStart, 4, file_space(3 * kPage + 1, made.node(0, {{3, page}})), kPrivate, 2);
    EXPECT_EQ(read_pages(kStart, 4), "") << "never read from the disk";
    EXPECT_EQ(read_pages(kStart + 1, 4), "f") << "and nothing behind the file's end";
    EXPECT_EQ(process().place(VirtAddr{kStart.value + 0x1234}).value(), PhysAddr{kOther.value + 0x234});
    EXPECT_EQ(process().place(kStart).value(), std::nullopt);
}

TEST_F(ProcessMemoryTest, HolesOfFilesInMemoryAreZeros) {
    constexpr std::uint64_t kInSwap = 0x21;
    fill(kOther, 'f');
    const auto head = made.node(0, {{1, made.page(kOther, 1).value}, {2, kInSwap}});
    const std::vector<std::string_view> types{"tmpfs", "ramfs", "rootfs", "ext4", "tmpfs2"};
    const auto start_of = [&](std::size_t i) { return kStart + 16 * i; };
    for (std::size_t i = 0; i < types.size(); ++i) {
        add_file_area(start_of(i), 4, file_space(3 * kPage, head, types[i]), kShared);
    }
    for (std::size_t i = 0; i < types.size(); ++i) {
        EXPECT_EQ(read_pages(start_of(i), 4), i < 3 ? "0f" : "") << types[i];
        EXPECT_EQ(read_pages(start_of(i) + 1, 2), "f") << types[i];
        EXPECT_EQ(read_pages(start_of(i) + 3, 1), "") << types[i];
    }
}

TEST_F(ProcessMemoryTest, WhatIsNotEmptyIsNotGuessed) {
    add_area(kStart, 8);
    ram.map(kRoot, kStart, PhysAddr{}, kSwapEntry);
    ram.map(kRoot, kStart + 1, PhysAddr{}, 0x60);  // some processors' empty entry
    EXPECT_EQ(read_pages(kStart, 1), "");
    EXPECT_EQ(process().place(kStart).value(), std::nullopt);
    EXPECT_EQ(read_pages(kStart + 1, 1), "0");
}

TEST_F(ProcessMemoryTest, SomeAreasAreFilledByOthers) {
    using namespace area_flags;
    constexpr std::uint64_t kGap = 0x10'0000;
    const std::vector<std::uint64_t> kinds{kPrivate | kUserFaults, kPrivate | kBareFrames, kPrivate | kDevice,
                                           kPrivate | kHugePages, kRead | kWrite};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        add_area(VirtAddr{kStart.value + i * kGap}, 1, kinds[i]);
    }
    add_area(VirtAddr{kStart.value + kinds.size() * kGap}, 1, kMayRead);  // PROT_NONE: a debugger sees it
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        EXPECT_EQ(read_pages(VirtAddr{kStart.value + i * kGap}, 1), "") << i;
    }
    EXPECT_EQ(read_pages(VirtAddr{kStart.value + kinds.size() * kGap}, 1), "0");
}

TEST_F(ProcessMemoryTest, TheVdsoIsInTheKernelsImage) {
    const VirtAddr area = add_area(kStart, 3);
    const VirtAddr image = made.object();
    made.set(area, Field::vma_ops, 0xffff'ffff'8100'0000);
    made.set(mm, Field::mm_vdso, kStart.value);
    made.set(mm, Field::mm_vdso_image, image.value);
    made.set(image, Field::vdso_image_data, kVdsoData.value);
    made.set(image, Field::vdso_image_size, 2 * kPage);
    fill(kOther, 'v');
    fill(PhysAddr{kOther.value + kPage}, 'w');
    EXPECT_EQ(read_pages(kStart, 3), "vw");
}

TEST_F(ProcessMemoryTest, OfTheKernelsHalfOnlyWhatIsTheUsers) {
    constexpr VirtAddr kVsyscall{0xffff'ffff'ff60'0000};
    fill(kFrame, 'k');
    fill(kOther, 'u');
    ram.map(kRoot, kVsyscall, kOther, kP | kU);
    ram.map(kRoot, kVsyscall + 1, kFrame, kP);
    EXPECT_EQ(read_pages(kVsyscall, 2), "u");
    EXPECT_EQ(read_pages(kVsyscall + 1, 1), "");
    EXPECT_EQ(process().place(kVsyscall + 1).error().code, Errc::fault);
    EXPECT_EQ(read_pages(VirtAddr{0x7fff'ffff'ffff'f000}, 1), "") << "no canonical address";
}

TEST_F(ProcessMemoryTest, WhatTheProcessMayWriteIsWritten) {
    add_area(kStart, 1);
    add_area(kStart + 8, 1, kShared);
    ram.map(kRoot, kStart, kFrame, kAll);
    ram.map(kRoot, kStart + 8, kOther, kAll);
    EXPECT_EQ(process().writable(VirtAddr{kStart.value + 5}).value(), PhysAddr{kFrame.value + 5});
    EXPECT_EQ(process().writable(kStart + 8).value(), kOther) << "others see it by the program's own will";
}

struct ReadOnlyPage {
    std::string_view name;
    std::uint64_t mapping = 0;
    std::uint64_t mapcount = 0;
    std::uint64_t swap = 0;
    std::string_view refusal;
};

class ReadOnlyPageTest : public ProcessMemoryTest, public testing::WithParamInterface<ReadOnlyPage> {};

TEST_P(ReadOnlyPageTest, IsWrittenOnlyIfItIsTheProcesssAlone) {
    const auto& [name, mapping, mapcount, swap, expected] = GetParam();
    add_area(kStart, 1, area_flags::kRead | area_flags::kMayRead);
    for (const std::uint64_t flags : {kP | kU, kHiddenBit}) {
        ram.map(kRoot, kStart, kFrame, flags);
        const VirtAddr page = made.page(kFrame, 0, mapping);
        made.set(page, Field::page_mapcount, mapcount);
        made.set(page, Field::page_private, swap);
        if (expected.empty()) {
            EXPECT_EQ(refusal(kStart), "") << name;
        } else {
            EXPECT_THAT(refusal(kStart), HasSubstr(expected)) << name;
            EXPECT_EQ(process().writable(kStart).error().code, Errc::unsupported) << name;
        }
    }
}

constexpr std::uint64_t kAnon = 0xffff'8881'1234'0001;
INSTANTIATE_TEST_SUITE_P(Pages, ReadOnlyPageTest,
                         testing::Values(ReadOnlyPage{"own", kAnon, 0, 0, ""},
                                         ReadOnlyPage{"after a fork", kAnon, 1, 0,
                                                      "0x400000 is shared copy-on-write; hvgdb does not split"},
                                         ReadOnlyPage{"not mapped any more", kAnon, 0xffff'ffff, 0, "copy-on-write"},
                                         ReadOnlyPage{"swap cache", kAnon, 0, 5, "swap cache"},
                                         ReadOnlyPage{"a file's", kAnon & ~std::uint64_t{1}, 0, 0, "the file's own"},
                                         ReadOnlyPage{"merged", kAnon | 2, 0, 0, "KSM"},
                                         ReadOnlyPage{"of zeros", 0, 0, 0, "the kernel's own"}),
                         [](const auto& row) {
                             std::string name(row.param.name);
                             std::erase_if(
                                 name, [](char letter) { return !std::isalnum(static_cast<unsigned char>(letter)); });
                             return name;
                         });

TEST_F(ProcessMemoryTest, LargeFoliosAreNotWrittenBlindly) {
    add_area(kStart, 2, area_flags::kRead | area_flags::kMayRead);
    const VirtAddr head = made.page(kFrame, 0, kAnonymous);
    made.make_folio(head, 2);
    ram.map_range(kRoot, kStart, kFrame, 2 * kPage, kP | kU);
    EXPECT_THAT(refusal(kStart), HasSubstr("part of a large one"));
    EXPECT_THAT(refusal(kStart + 1), HasSubstr("part of a large one"));
}

TEST_F(ProcessMemoryTest, WithoutAStructPageNothingIsWritten) {
    add_area(kStart, 1);
    ram.map(kRoot, kStart, kFrame, kP | kU);
    EXPECT_THAT(refusal(kStart), HasSubstr("may be shared"));
}

TEST_F(ProcessMemoryTest, WhyItIsNotWritten) {
    using namespace area_flags;
    add_area(kStart, 4);
    ram.map(kRoot, kStart + 1, PhysAddr{}, kSwapEntry);
    add_area(kStart + 16, 1, kShared);
    ram.map(kRoot, kStart + 16, kFrame, kP | kU);
    add_area(kStart + 24, 1, kRead | kMayRead | area_flags::kShared);
    ram.map(kRoot, kStart + 24, kFrame, kP | kU);
    add_area(kStart + 32, 1, kPrivate | kDevice);
    ram.map(kRoot, kStart + 32, kFrame, kAll);
    ram.map(kRoot, VirtAddr{0xffff'8880'0000'0000}, kFrame, kAll);
    struct Case {
        VirtAddr address;
        Errc code;
        std::string_view words;
    };
    for (const auto& [address, code, words] :
         {Case{kStart, Errc::fault, "0x400000 is not in memory yet: the process has not touched it"},
          Case{kStart + 1, Errc::fault, "swapped out"}, Case{kStart + 5, Errc::fault, "no memory at 0x405000"},
          Case{kStart + 16, Errc::unsupported, "whose first write the kernel has to see"},
          Case{kStart + 24, Errc::unsupported, "must not write"}, Case{kStart + 32, Errc::unsupported, "a device's"},
          Case{VirtAddr{0xffff'8880'0000'0000}, Errc::fault, "the kernel's"}}) {
        const auto answer = process().writable(address);
        ASSERT_FALSE(answer) << words;
        EXPECT_EQ(answer.error().code, code) << words;
        EXPECT_THAT(answer.error().detail, HasSubstr(words));
    }
}

TEST_F(ProcessMemoryTest, ARangeIsWrittenAsAWholeOrNotAtAll) {
    add_area(kStart, 3);
    ram.map(kRoot, kStart, kOther, kAll);
    ram.map(kRoot, kStart + 1, kFrame, kAll);
    const VirtAddr start{kStart.value + 0xffc};
    using Piece = ProcessMemory::Piece;
    EXPECT_THAT(process().writable(start, 8).value(),
                testing::ElementsAre(Piece{.physical = PhysAddr{kOther.value + 0xffc}, .size = 4},
                                     Piece{.physical = kFrame, .size = 4}));
    EXPECT_THAT(process().writable(start, 0).value(), testing::IsEmpty());
    const auto answer = process().writable(start, 0x1008);
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().detail, HasSubstr("0x402000 is not in memory yet"));
    EXPECT_FALSE(process().writable(VirtAddr{~std::uint64_t{0} - 4}, 16)) << "it does not wrap";
}

TEST_F(ProcessMemoryTest, AreasAreFoundByTheirAddresses) {
    AreaList list;
    for (const auto& [start, end] : {std::pair{0x1000, 0x3000}, std::pair{0x3000, 0x4000}, std::pair{0x6000, 0x7000}}) {
        list.areas.emplace_back();
        list.areas.back().start.value = static_cast<std::uint64_t>(start);
        list.areas.back().end.value = static_cast<std::uint64_t>(end);
    }
    struct Case {
        std::uint64_t address;
        std::uint64_t start;  ///< 0: in none
    };
    for (const auto& [address, start] :
         {Case{0xfff, 0}, Case{0x1000, 0x1000}, Case{0x2fff, 0x1000}, Case{0x3000, 0x3000}, Case{0x4000, 0},
          Case{0x6fff, 0x6000}, Case{0x7000, 0}}) {
        const MemoryArea* const found = area_at(list, VirtAddr{address});
        EXPECT_EQ(found == nullptr ? 0 : found->start.value, start) << address;
    }
}

}  // namespace
}  // namespace hvgdb::osi
