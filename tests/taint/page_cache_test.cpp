// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/page_cache.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <optional>

namespace hvgdb::emulator::taint {
namespace {

constexpr VirtAddr kPage{0xffff'8880'1234'5000};
constexpr VirtAddr kByte{kPage.value + 0x678};
constexpr PhysAddr kPlace{0x1234'5678};

std::optional<PhysAddr> find(PageCache& cache, VirtAddr address) {
    const auto* const entry = cache.find(address);
    return entry != nullptr ? std::optional(entry->byte(address)) : std::nullopt;
}

TEST(PageCache, FindsEachByteOfAPageItWasTold) {
    const auto cache = std::make_unique<PageCache>();
    EXPECT_EQ(find(*cache, kByte), std::nullopt);
    EXPECT_EQ(find(*cache, VirtAddr{0}), std::nullopt);
    cache->insert(kByte, kPlace);
    EXPECT_EQ(find(*cache, kByte), kPlace);
    EXPECT_EQ(find(*cache, kPage), PhysAddr{0x1234'5000});
    EXPECT_EQ(find(*cache, VirtAddr{kPage.value + kPageSize - 1}), PhysAddr{0x1234'5fff});
    EXPECT_EQ(find(*cache, VirtAddr{kPage.value + kPageSize}), std::nullopt);
    EXPECT_EQ(find(*cache, VirtAddr{kPage.value - 1}), std::nullopt);
}

TEST(PageCache, LaterPagesInTheSamePlaceReplaceOthers) {
    const auto cache = std::make_unique<PageCache>();
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        const VirtAddr address{number * kPageSize};
        cache->insert(address, PhysAddr{(number + 7) * kPageSize});
        ASSERT_EQ(find(*cache, address), PhysAddr{(number + 7) * kPageSize});
    }
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        const auto found = find(*cache, VirtAddr{number * kPageSize});
        ASSERT_TRUE(!found || *found == PhysAddr{(number + 7) * kPageSize}) << number;
    }
}

TEST(PageCache, WhatIsNoRamIsNeverTainted) {
    const auto cache = std::make_unique<PageCache>();
    cache->insert(kByte, kNoRam);
    ShadowMemory memory;
    memory.fill(find(*cache, kByte).value(), 8, 5);
    EXPECT_TRUE(memory.clean());
}

TEST(PageCache, PagesAreCleanUntilTaintArrives) {
    const auto cache = std::make_unique<PageCache>();
    ShadowMemory memory;
    auto& entry = *cache->insert(kByte, kPlace);
    EXPECT_FALSE(entry.surely_clean(kByte, 16, memory.arrivals())) << "nobody looked yet";
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals()));
    entry.clean = memory.arrivals();
    EXPECT_TRUE(cache->is_clean(kByte, 16, memory.arrivals()));
    EXPECT_FALSE(cache->is_clean(VirtAddr{kPage.value + kPageSize - 15}, 16, memory.arrivals())) << "two pages";
    EXPECT_FALSE(cache->is_clean(VirtAddr{kByte.value + kPageSize}, 16, memory.arrivals())) << "not known";
    EXPECT_TRUE(entry.surely_clean(kByte, 16, memory.arrivals()));
    EXPECT_TRUE(entry.surely_clean(VirtAddr{kPage.value + kPageSize - 16}, 16, memory.arrivals()));
    EXPECT_FALSE(entry.surely_clean(VirtAddr{kPage.value + kPageSize - 15}, 16, memory.arrivals())) << "two pages";
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(entry.surely_clean(kByte, 16, memory.arrivals()));
    entry.clean = memory.arrivals();
    memory.fill({0x9001}, 1, 5);
    EXPECT_TRUE(entry.surely_clean(kByte, 16, memory.arrivals())) << "no other page got taint";
    memory.clear({0x9000}, 2);
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(entry.surely_clean(kByte, 16, memory.arrivals())) << "the page got taint again";
}

TEST(PageCache, OfAPageWithTaintTheBytesFarFromItAreClean) {
    const auto cache = std::make_unique<PageCache>();
    ShadowMemory memory;
    constexpr std::uint64_t kStart = 0x1234'5000;
    const auto clean = [&](std::uint64_t offset, std::size_t size) {
        return cache->find(kPage)->surely_clean(VirtAddr{kPage.value + offset}, size, memory.arrivals());
    };
    cache->insert(kPage, {kStart});
    memory.fill({kStart + 0x105}, 3, 5);
    EXPECT_FALSE(clean(0x200, 8)) << "the shadow page is not known";
    cache->find(kPage)->shadow = memory.find({kStart});
    for (const auto& [offset, size] : {std::pair{0xf0, 16}, {0x110, 16}, {0, 1}, {0xff8, 8}, {0xff, 1}}) {
        EXPECT_TRUE(clean(offset, size)) << offset;
    }
    for (const auto& [offset, size] : {std::pair{0x105, 1}, {0xfd, 8}, {0xf1, 16}, {0x107, 16}}) {
        EXPECT_FALSE(clean(offset, size)) << offset;
    }
    EXPECT_FALSE(clean(0xf0, 32)) << "too long to be seen at a glance";
    EXPECT_FALSE(clean(0xff9, 8)) << "two pages";
    memory.clear({kStart}, kPageSize);
    EXPECT_TRUE(clean(0x105, 3));
}

/// However many flushes ago something was inserted.
TEST(PageCache, NothingIsLeftAfterAFlush) {
    const auto cache = std::make_unique<PageCache>();
    for (unsigned flushes = 0; flushes < 10'000; ++flushes) {
        ASSERT_EQ(find(*cache, kByte), std::nullopt) << flushes;
        if (flushes % 3 == 0) {
            cache->insert(kByte, kPlace);
            ASSERT_EQ(find(*cache, kByte), kPlace) << flushes;
        }
        cache->flush();
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
