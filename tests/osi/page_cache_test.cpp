// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/page_cache.hpp"

#include <gtest/gtest.h>

#include "tests/osi/fake_page_cache.hpp"

namespace hvgdb::osi {
namespace {

using State = PageCache::State;
using Place = PageCache::Place;

constexpr Place kAbsent{};
constexpr Place kOutside{.state = State::outside, .physical = {}};

Place at(std::uint64_t frame) {
    return {.state = State::present, .physical = PhysAddr{frame << 12}};
}

class PageCacheTest : public testing::Test {
  protected:
    /// The struct page of a frame that holds page `index` of a file.
    std::uint64_t page(std::uint64_t frame, std::uint64_t index) {
        return made.page(PhysAddr{frame << 12}, index).value;
    }
    std::optional<Place> find(std::uint64_t head, std::uint64_t index) {
        return cache().find(made.address_space(head), index);
    }
    PageCache cache() {
        kernel.emplace(memory, fields.layout());
        return {*kernel, made.symbols};
    }

    FakeMemory memory;
    FakeLayout fields;
    FakePageCache made{memory, fields};
    std::optional<KernelMemory> kernel;
};

TEST_F(PageCacheTest, AFileOfOnePageNeedsNoTree) {
    const auto head = page(7, 0);
    EXPECT_EQ(find(head, 0), at(7));
    EXPECT_EQ(find(head, 1), kAbsent);
}

TEST_F(PageCacheTest, NothingIsInAnEmptyOne) {
    EXPECT_EQ(find(0, 0), kAbsent);
    EXPECT_EQ(find(0, ~std::uint64_t{0}), kAbsent);
}

TEST_F(PageCacheTest, WhatAnEntryMeans) {
    const auto head = made.node(0, {{3, page(8, 3)},
                                    {4, 0x77 << 1 | 1},
                                    {5, FakePageCache::kRetry},
                                    {6, FakePageCache::kZero},
                                    {63, page(9, 63)}});
    struct Case {
        std::string_view name;
        std::uint64_t index;
        std::optional<Place> expected;
    };
    for (const auto& [name, index, expected] :
         {Case{"a page", 3, at(8)}, Case{"the last slot", 63, at(9)}, Case{"empty", 2, kAbsent},
          Case{"a value: in swap", 4, kOutside}, Case{"just being changed", 5, std::nullopt},
          Case{"reserved", 6, kAbsent}, Case{"behind the tree", 64, kAbsent},
          Case{"far behind it", ~std::uint64_t{0}, kAbsent}}) {
        EXPECT_EQ(find(head, index), expected) << name;
    }
}

TEST_F(PageCacheTest, TreesHaveLevels) {
    const auto low = made.node(0, {{5, page(20, (2 << 12) + (1 << 6) + 5)}});
    const auto head = made.node(12, {{2, made.node(6, {{1, low}})}});
    EXPECT_EQ(find(head, (2 << 12) + (1 << 6) + 5), at(20));
    EXPECT_EQ(find(head, (2 << 12) + (1 << 6) + 6), kAbsent);
    EXPECT_EQ(find(head, (2 << 12) + 5), kAbsent);
    EXPECT_EQ(find(head, 5), kAbsent);
}

TEST_F(PageCacheTest, ALargeFolioFillsSeveralSlots) {
    const auto folio = page(64, 8);
    made.make_folio(VirtAddr{folio}, 4);
    const auto head = made.node(
        0,
        {{8, folio}, {9, FakePageCache::sibling(8)}, {10, FakePageCache::sibling(8)}, {11, FakePageCache::sibling(8)}});
    for (std::uint64_t i = 0; i < 4; ++i) {
        EXPECT_EQ(find(head, 8 + i), at(64 + i));
    }
}

TEST_F(PageCacheTest, AVeryLargeFolioStandsAboveTheLastLevel) {
    const auto folio = page(128, 64);
    made.make_folio(VirtAddr{folio}, 64);
    const auto head = made.node(6, {{1, folio}});
    EXPECT_EQ(find(head, 64), at(128));
    EXPECT_EQ(find(head, 127), at(191));
}

TEST_F(PageCacheTest, WhatMakesNoSenseIsNotBelieved) {
    const auto lone = page(30, 4);
    const auto loop = made.node(6, {});
    const VirtAddr slots{made.place(VirtAddr{loop & ~std::uint64_t{3}}, Field::xa_node_slots)};
    memory.put(slots, loop);
    const auto chain = made.node(0, {{1, FakePageCache::sibling(2)}, {2, FakePageCache::sibling(1)}});
    struct Case {
        std::string_view name;
        std::uint64_t head;
        std::uint64_t index;
    };
    for (const auto& [name, head, index] :
         {Case{"a page of no folio in another's place", made.node(0, {{5, lone}}), 5},
          Case{"a page for a later index", made.node(0, {{3, lone}}), 3}, Case{"a node in itself", loop, 0},
          Case{"a sibling of a sibling", chain, 1}, Case{"a node in user memory", 0x10'0002, 0},
          Case{"a page in user memory", 0x1000, 0}, Case{"no struct page", FakePageCache::kPages.value - 64, 0},
          Case{"between two of them", page(40, 0) + 8, 0}}) {
        EXPECT_EQ(find(head, index), std::nullopt) << name;
    }
}

TEST_F(PageCacheTest, HugePagesAreCountedOtherwise) {
    const auto inode = made.object();
    const auto space = made.address_space(page(512, 0), inode);
    made.set(inode, Field::inode_block_bits, 12);
    EXPECT_EQ(cache().find(space, 0), at(512));
    made.set(inode, Field::inode_block_bits, 21);
    EXPECT_EQ(cache().find(space, 0), std::nullopt);
}

TEST_F(PageCacheTest, APageIsNotThereBeforeItIsReadFromTheDisk) {
    const VirtAddr head = made.page(PhysAddr{0x7000});
    for (const std::uint64_t flags :
         {std::uint64_t{0}, FakePageCache::kLocked, FakePageCache::kLocked | FakePageCache::kUpToDate}) {
        made.set(head, Field::page_flags, flags);
        EXPECT_EQ(find(head.value, 0), std::nullopt) << flags;
    }
    made.set(head, Field::page_flags, FakePageCache::kUpToDate);
    EXPECT_EQ(find(head.value, 0), at(7));
}

TEST_F(PageCacheTest, TheFlagIsTheOneThatTheTypesTell) {
    const VirtAddr head = made.page(PhysAddr{0x7000});
    made.set(head, Field::page_flags, 1 << 2);
    EXPECT_EQ(find(head.value, 0), at(7)) << "not known";
    fields.skip("pageflags", 3).add(Field::page_flag_up_to_date);
    EXPECT_EQ(find(head.value, 0), std::nullopt);
    made.set(head, Field::page_flags, 1 << 3);
    EXPECT_EQ(find(head.value, 0), at(7));
}

TEST_F(PageCacheTest, PagesAndFramesAreCountedFromVmemmap) {
    const VirtAddr page{FakePageCache::kPages.value + 3 * FakePageCache::kPageStruct};
    EXPECT_EQ(cache().physical_of(page), PhysAddr{0x3000});
    EXPECT_EQ(cache().page_of(PhysAddr{0x3fff}), page);
    EXPECT_EQ(cache().physical_of(VirtAddr{page.value + 1}), std::nullopt);
    EXPECT_EQ(cache().physical_of(VirtAddr{FakePageCache::kPages.value - 64}), std::nullopt);
    EXPECT_EQ(cache().page_of(PhysAddr{std::uint64_t{1} << 52}), std::nullopt);
}

TEST_F(PageCacheTest, AKernelThatDoesNotMoveItsAreasHasThemInOneOfTwoPlaces) {
    made.symbols.set(KernelSymbol::vmemmap_base, std::nullopt);
    EXPECT_EQ(cache().page_of(PhysAddr{0x1000}), std::nullopt);
    memory.put(VirtAddr{0xffd4'0000'0000'0000}, 0);
    EXPECT_EQ(cache().page_of(PhysAddr{0x1000}), VirtAddr{0xffd4'0000'0000'0040});
    memory.put(FakePageCache::kPages, 0);
    EXPECT_EQ(cache().page_of(PhysAddr{0x1000}), VirtAddr{0xffff'ea00'0000'0040});
}

TEST_F(PageCacheTest, ATailPageKnowsItsHead) {
    const VirtAddr head = made.page(PhysAddr{0x10000});
    const VirtAddr tail{head.value + 3 * FakePageCache::kPageStruct};
    made.make_folio(head, 4);
    EXPECT_EQ(cache().head_of(head), head);
    EXPECT_EQ(cache().head_of(tail), head);
    // As a mask: of 4 pages of 64 bytes.
    made.set(tail, Field::page_compound_head, ~std::uint64_t{0xff} | 1);
    EXPECT_EQ(cache().head_of(tail), head);
    EXPECT_EQ(cache().head_of(VirtAddr{0xffff'ea00'0070'0000}), std::nullopt);
}

TEST_F(PageCacheTest, WithoutTheTypesNothingIsKnown) {
    const VirtAddr space = made.address_space(page(7, 0));
    Layout none;
    none.set(Field::address_space_pages, fields.layout()[Field::address_space_pages]);
    const KernelMemory bare(memory, none);
    EXPECT_EQ(PageCache(bare, made.symbols).find(space, 0), std::nullopt);
    EXPECT_EQ(PageCache(bare, made.symbols).page_of(PhysAddr{0x1000}), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
