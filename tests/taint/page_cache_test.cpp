// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/page_cache.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace hvgdb::emulator::taint {
namespace {

constexpr VirtAddr kPage{0xffff'8880'1234'5000};
constexpr VirtAddr kByte{kPage.value + 0x678};
constexpr PhysAddr kPlace{0x1234'5678};

TEST(PageCache, FindsEachByteOfAPageItWasTold) {
    const auto cache = std::make_unique<PageCache>();
    EXPECT_EQ(cache->find(kByte), std::nullopt);
    EXPECT_EQ(cache->find(VirtAddr{0}), std::nullopt);
    cache->insert(kByte, kPlace);
    EXPECT_EQ(cache->find(kByte), kPlace);
    EXPECT_EQ(cache->find(kPage), PhysAddr{0x1234'5000});
    EXPECT_EQ(cache->find(VirtAddr{kPage.value + kPageSize - 1}), PhysAddr{0x1234'5fff});
    EXPECT_EQ(cache->find(VirtAddr{kPage.value + kPageSize}), std::nullopt);
    EXPECT_EQ(cache->find(VirtAddr{kPage.value - 1}), std::nullopt);
}

TEST(PageCache, LaterPagesInTheSamePlaceReplaceOthers) {
    const auto cache = std::make_unique<PageCache>();
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        const VirtAddr address{number * kPageSize};
        cache->insert(address, PhysAddr{(number + 7) * kPageSize});
        ASSERT_EQ(cache->find(address), PhysAddr{(number + 7) * kPageSize});
    }
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        const auto found = cache->find(VirtAddr{number * kPageSize});
        ASSERT_TRUE(!found || *found == PhysAddr{(number + 7) * kPageSize}) << number;
    }
}

TEST(PageCache, WhatIsNoRamIsNeverTainted) {
    const auto cache = std::make_unique<PageCache>();
    cache->insert(kByte, kNoRam);
    ShadowMemory memory;
    memory.fill(cache->find(kByte).value(), 8, 5);
    EXPECT_TRUE(memory.clean());
}

TEST(PageCache, PagesAreCleanUntilTaintArrives) {
    const auto cache = std::make_unique<PageCache>();
    ShadowMemory memory;
    cache->set_clean(kByte, memory.arrivals());
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals())) << "not found here";
    cache->insert(kByte, kPlace);
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals()));
    cache->set_clean(VirtAddr{kPage.value + kPageSize * 1024}, memory.arrivals());
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals())) << "another page in the same place";

    cache->set_clean(kByte, memory.arrivals());
    EXPECT_TRUE(cache->is_clean(kByte, 16, memory.arrivals()));
    EXPECT_TRUE(cache->is_clean(VirtAddr{kPage.value + kPageSize - 16}, 16, memory.arrivals()));
    EXPECT_FALSE(cache->is_clean(VirtAddr{kPage.value + kPageSize - 15}, 16, memory.arrivals())) << "two pages";
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals()));
    cache->set_clean(kByte, memory.arrivals());
    memory.fill({0x9001}, 1, 5);
    EXPECT_TRUE(cache->is_clean(kByte, 16, memory.arrivals())) << "no other page got taint";
    memory.clear({0x9000}, 2);
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals())) << "the page got taint again";
    cache->set_clean(kByte, memory.arrivals());
    cache->flush();
    EXPECT_FALSE(cache->is_clean(kByte, 16, memory.arrivals()));
}

/// However many flushes ago something was inserted.
TEST(PageCache, NothingIsLeftAfterAFlush) {
    const auto cache = std::make_unique<PageCache>();
    for (unsigned flushes = 0; flushes < 10'000; ++flushes) {
        ASSERT_EQ(cache->find(kByte), std::nullopt) << flushes;
        if (flushes % 3 == 0) {
            cache->insert(kByte, kPlace);
            ASSERT_EQ(cache->find(kByte), kPlace) << flushes;
        }
        cache->flush();
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
