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
    const auto clean = [&](VirtAddr address, std::size_t size) {
        return cache->is_clean(address, size, memory.arrivals());
    };
    EXPECT_FALSE(clean(kByte, 8)) << "nobody looked yet";
    cache->note_clean(kByte, memory.arrivals());
    for (const auto& [offset, size] : {std::pair{0, 1}, {0, 4096}, {0xff0, 16}, {0xfff, 1}}) {
        EXPECT_TRUE(clean(VirtAddr{kPage.value + offset}, size)) << offset;
    }
    for (const auto& [offset, size] : {std::pair{0xff1, 16}, {0xfff, 2}, {1, 4096}, {0x1000, 1}, {-1, 1}, {-1, 2}}) {
        EXPECT_FALSE(clean(VirtAddr{kPage.value + offset}, size)) << offset;
    }
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(clean(kByte, 8));
    cache->note_clean(kByte, memory.arrivals());
    memory.fill({0x9001}, 1, 5);
    EXPECT_TRUE(clean(kByte, 8)) << "no other page got taint";
    memory.clear({0x9000}, 2);
    memory.fill({0x9000}, 1, 5);
    EXPECT_FALSE(clean(kByte, 8)) << "the page got taint again";
    cache->note_clean(VirtAddr{kByte.value + kPageSize}, memory.arrivals());
    EXPECT_FALSE(clean(kByte, 8)) << "what was noted before the arrival is void, too";
}

TEST(PageCache, NothingIsCleanAcrossTheEndOfTheAddressSpace) {
    const auto cache = std::make_unique<PageCache>();
    cache->note_clean(VirtAddr{~std::uint64_t{0}}, 1);
    cache->note_clean(VirtAddr{0}, 1);
    EXPECT_TRUE(cache->is_clean(VirtAddr{~std::uint64_t{0}}, 1, 1));
    EXPECT_FALSE(cache->is_clean(VirtAddr{~std::uint64_t{0}}, 2, 1));
}

/// However many flushes ago something was inserted.
TEST(PageCache, NothingIsLeftAfterAFlush) {
    const auto cache = std::make_unique<PageCache>();
    for (unsigned flushes = 0; flushes < 10'000; ++flushes) {
        ASSERT_EQ(find(*cache, kByte), std::nullopt) << flushes;
        ASSERT_FALSE(cache->is_clean(kByte, 1, 1)) << flushes;
        if (flushes % 3 == 0) {
            cache->insert(kByte, kPlace);
            cache->note_clean(kByte, 1);
            ASSERT_EQ(find(*cache, kByte), kPlace) << flushes;
        }
        cache->flush();
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
