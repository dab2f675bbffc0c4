// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/shadow_memory.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

TEST(ShadowMemory, IsEmptyAtFirst) {
    const ShadowMemory memory;
    EXPECT_TRUE(memory.clean());
    EXPECT_EQ(memory.get({0x1234}), kNoLabels);
    EXPECT_EQ(memory.find({0x1234}), nullptr);
    EXPECT_EQ(memory.statistics().kept_pages, 0U);
    EXPECT_FALSE(memory.maybe_tainted(0x1234, 16));
}

TEST(ShadowMemory, KeepsRangesAcrossPages) {
    ShadowMemory memory;
    constexpr PhysAddr kStart{0x12345fff};
    constexpr std::array<SetId, 4> kSets{5, 0, 6, 7};
    memory.write(kStart, kSets);
    std::array<SetId, 4> out{};
    EXPECT_TRUE(memory.read(kStart, out));
    EXPECT_EQ(out, kSets);
    EXPECT_EQ(memory.statistics().tainted_bytes, 3U);
    EXPECT_EQ(memory.statistics().tainted_pages, 2U);
    EXPECT_EQ(memory.tainted_pages(9), (std::vector<PhysAddr>{{0x12345000}, {0x12346000}}));
    memory.clear(kStart, 2);
    EXPECT_EQ(memory.statistics().tainted_pages, 1U);
    EXPECT_TRUE(memory.any(kStart, 4));
    memory.clear(kStart, 4);
    EXPECT_TRUE(memory.clean());
    EXPECT_FALSE(memory.any(kStart, 4));
    EXPECT_EQ(memory.statistics().tainted_pages, 0U);
}

TEST(ShadowMemory, AddressesAtTheLimits) {
    ShadowMemory memory;
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 52;
    memory.fill({kLimit - 2}, 100, 3);
    EXPECT_EQ(memory.statistics().tainted_bytes, 2U);
    EXPECT_EQ(memory.get({kLimit - 1}), 3U);
    EXPECT_EQ(memory.get({kLimit}), kNoLabels);
    memory.fill({~std::uint64_t{0}}, 100, 3);
    EXPECT_EQ(memory.statistics().tainted_bytes, 2U);
}

TEST(ShadowMemory, PageBoundDropsAndCounts) {
    ShadowMemory memory(1);
    memory.fill({0}, 8192, 2);
    EXPECT_EQ(memory.statistics().tainted_bytes, 4096U);
    EXPECT_EQ(memory.statistics().dropped_bytes, 4096U);
}

TEST(ShadowMemory, FilterKnowsOffsets) {
    ShadowMemory memory;
    memory.fill({0x5000 + 0x120}, 1, 2);
    struct Case {
        std::uint64_t address;
        std::size_t size;
        bool maybe;
    };
    for (const auto& [address, size, maybe] :
         {Case{0xffff888000000120, 1, true}, Case{0x112f, 1, true}, Case{0x1130, 1, false}, Case{0x1118, 8, false},
          Case{0x1119, 8, true}, Case{0xfff, 2, false}}) {
        EXPECT_EQ(memory.maybe_tainted(address, size), maybe) << std::hex << address;
    }
    memory.clear_all();
    EXPECT_FALSE(memory.maybe_tainted(0x120, 1));
}

TEST(ShadowMemory, AgreesWithAPlainArray) {
    constexpr std::size_t kSize = 3 * kPageSize;
    constexpr unsigned kRounds = 3000;
    std::mt19937 random(7);
    ShadowMemory memory;
    std::vector<SetId> plain(kSize);
    for (unsigned round = 0; round < kRounds; ++round) {
        const auto at = random() % kSize;
        const auto size = random() % std::min<std::size_t>(kSize - at, 200);
        const auto set = static_cast<SetId>(random() % 3);
        memory.fill({at}, size, set);
        std::fill_n(plain.begin() + static_cast<std::ptrdiff_t>(at), size, set);
    }
    std::vector<SetId> out(kSize);
    static_cast<void>(memory.read({0}, out));
    EXPECT_EQ(out, plain);
    EXPECT_EQ(memory.statistics().tainted_bytes,
              static_cast<std::uint64_t>(std::ranges::count_if(plain, [](SetId set) { return set != kNoLabels; })));
}

TEST(ShadowMemoryThreads, CountersStayExact) {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kRounds = 20000;
    ShadowMemory memory;
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < kThreads; ++t) {
            threads.emplace_back([&memory, t] {
                std::mt19937 random(t);
                for (unsigned round = 0; round < kRounds; ++round) {
                    memory.fill({random() % (2 * kPageSize)}, random() % 16, static_cast<SetId>(random() % 2));
                }
            });
        }
    }
    std::vector<SetId> out(3 * kPageSize);
    static_cast<void>(memory.read({0}, out));
    const auto tainted = std::ranges::count_if(out, [](SetId set) { return set != kNoLabels; });
    EXPECT_EQ(memory.statistics().tainted_bytes, static_cast<std::uint64_t>(tainted));
    memory.clear({0}, 3 * kPageSize);
    EXPECT_TRUE(memory.clean());
    EXPECT_FALSE(memory.maybe_tainted(0, 16));
    EXPECT_EQ(memory.statistics().tainted_pages, 0U);
}

/// Sixteen pages from kBase on.
class GuestPages final : public emulator::PhysicalMemory {
  public:
    static constexpr std::uint64_t kBase = 0x100000;

    [[nodiscard]] std::size_t read(PhysAddr, std::span<std::byte>) const override { return 0; }
    [[nodiscard]] const std::byte* in_place(PhysAddr address, std::size_t size) const override {
        const bool within = address.value >= kBase && address.value + size <= kBase + bytes.size();
        return within ? &bytes[address.value - kBase] : nullptr;
    }
    void write(PhysAddr address, unsigned value) { bytes.at(address.value - kBase) = std::byte(value); }

    std::vector<std::byte> bytes{16 * kPageSize};
};

TEST(ShadowMemory, BytesThatSomebodyOverwroteAreClean) {
    constexpr PhysAddr kStart{GuestPages::kBase + kPageSize - 4};
    GuestPages guest;
    ShadowMemory memory;
    memory.set_contents(&guest);
    memory.fill(kStart, 8, 5);
    EXPECT_EQ(memory.get(kStart), 5U);
    guest.write({kStart.value + 1}, 0x41);
    guest.write({kStart.value + 5}, 0x41);
    EXPECT_EQ(memory.get({kStart.value + 1}), kNoLabels);
    EXPECT_TRUE(memory.any(kStart, 2));
    EXPECT_FALSE(memory.any({kStart.value + 5}, 1));
    EXPECT_EQ(memory.statistics().tainted_bytes, 8U) << "nobody has looked yet who may change something";
    std::array<SetId, 8> out{};
    EXPECT_TRUE(memory.read(kStart, out));
    EXPECT_EQ(out, (std::array<SetId, 8>{5, 0, 5, 5, 5, 0, 5, 5}));
    EXPECT_EQ(memory.statistics().tainted_bytes, 6U);
    EXPECT_EQ(memory.statistics().stale_bytes, 2U);
    guest.write({kStart.value + 1}, 0);
    EXPECT_EQ(memory.get({kStart.value + 1}), kNoLabels) << "it does not come back";
}

TEST(ShadowMemory, PatternsAreWithoutWhatSomebodyOverwrote) {
    constexpr PhysAddr kStart{GuestPages::kBase + 64};
    GuestPages guest;
    ShadowMemory memory;
    memory.set_contents(&guest);
    memory.fill(kStart, 8, 5);
    auto& page = *memory.find(kStart);
    const auto offset = kStart.value % kPageSize;
    EXPECT_EQ(memory.pattern(page, offset, 8), Pattern(5, 0xff));
    guest.write({kStart.value + 2}, 1);
    EXPECT_EQ(memory.pattern(page, offset, 8), Pattern(5, 0xfb));
    guest.write({kStart.value + 2}, 2);
    memory.write(page, offset, 8, Pattern(6, 0x0f));
    EXPECT_EQ(memory.pattern(page, offset, 8), Pattern(6, 0x0f)) << "the value that was stored with the labels";
    guest.write({kStart.value + 7}, 9);
    EXPECT_EQ(memory.pattern(page, offset, 8), Pattern(6, 0x0f)) << "no tainted byte has changed";
    for (unsigned i = 0; i < 4; ++i) {
        guest.write({kStart.value + i}, 0xee);
    }
    EXPECT_EQ(memory.pattern(page, offset, 8), Pattern());
    EXPECT_TRUE(memory.clean());
}

TEST(ShadowMemory, WhereTheGuestsMemoryIsNotKnownLabelsStay) {
    GuestPages guest;
    ShadowMemory memory;
    memory.set_contents(&guest);
    constexpr PhysAddr kElsewhere{0x5000};
    memory.fill(kElsewhere, 4, 5);
    EXPECT_EQ(memory.pattern(*memory.find(kElsewhere), 0, 4), Pattern(5, 0xf));
    memory.write(kElsewhere, 4, Pattern(7, 0x3));
    EXPECT_EQ(memory.get({kElsewhere.value + 1}), 7U);
    EXPECT_EQ(memory.get({kElsewhere.value + 2}), kNoLabels);
}

}  // namespace
