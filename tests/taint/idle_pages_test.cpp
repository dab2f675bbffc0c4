// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/idle_pages.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <utility>

namespace hvgdb::emulator::taint {
namespace {

constexpr VirtAddr kPage{0x7fff'1234'5000};

VirtAddr offset(std::int64_t bytes) {
    return {kPage.value + static_cast<std::uint64_t>(bytes)};
}

TEST(IdlePages, AreThoseNotedAndWholeAccessesOnly) {
    IdlePages idle;
    const ShadowMemory memory;
    EXPECT_FALSE(idle.has(kPage, 1));
    EXPECT_FALSE(idle.has({0}, 1));
    idle.note(offset(0x123), memory, memory.arrivals());
    for (const auto& [at, size] : {std::pair{0, 1}, {0xff8, 8}, {0xfff, 1}, {0, 4096}}) {
        EXPECT_TRUE(idle.has(offset(at), static_cast<std::size_t>(size))) << at;
    }
    for (const auto& [at, size] : {std::pair{-1, 1}, {-1, 2}, {0x1000, 1}, {0xff9, 8}, {0x100'000, 1}}) {
        EXPECT_FALSE(idle.has(offset(at), static_cast<std::size_t>(size))) << at;
    }
    idle.note(offset(0x100'000), memory, memory.arrivals());
    EXPECT_FALSE(idle.has(kPage, 1)) << "there is one place for both";
    EXPECT_TRUE(idle.has(offset(0x100'000), 1));
}

TEST(IdlePages, AtTheEndOfTheAddressSpaceNothingGoesOn) {
    IdlePages idle;
    const ShadowMemory memory;
    constexpr VirtAddr kLast{~std::uint64_t{0}};
    idle.note(kLast, memory, memory.arrivals());
    idle.note({0}, memory, memory.arrivals());
    EXPECT_TRUE(idle.has(kLast, 1));
    EXPECT_FALSE(idle.has(kLast, 2));
}

TEST(IdlePages, AreVoidWithAnotherTranslation) {
    IdlePages idle;
    const ShadowMemory memory;
    for (int time = 0; time < 2; ++time) {
        idle.note(kPage, memory, memory.arrivals());
        EXPECT_TRUE(idle.has(kPage, 8));
        idle.forget();
        EXPECT_FALSE(idle.has(kPage, 8));
    }
}

TEST(IdlePages, WhatWasCleanBeforeAnArrivalIsNotNoted) {
    IdlePages idle;
    ShadowMemory memory;
    const auto then = memory.arrivals();
    memory.fill({0x5000}, 1, 3);
    idle.note(kPage, memory, then);
    EXPECT_FALSE(idle.has(kPage, 1));
}

/// One thread taints a page while another finds it clean: it never stays idle.
TEST(IdlePages, NoneStaysThatGotTaint) {
    constexpr int kRounds = 200;
    for (int round = 0; round < kRounds; ++round) {
        IdlePages idle;
        ShadowMemory memory;
        memory.on_arrival([&] { idle.clear(); });
        std::atomic<int> ready = 0;
        const auto meet = [&] {
            ++ready;
            while (ready < 2) {
            }
        };
        std::thread other([&] {
            meet();
            memory.fill({0x5000}, 1, 3);
        });
        meet();
        for (int i = 0; i < 100; ++i) {
            const auto arrivals = memory.arrivals();
            if (memory.any({0x5000}, 1)) {
                break;
            }
            idle.note(kPage, memory, arrivals);
        }
        other.join();
        ASSERT_FALSE(idle.has(kPage, 1)) << round;
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
