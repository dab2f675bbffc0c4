// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_xsave.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kCompacted = std::uint64_t{1} << 63;

class Area {
  public:
    explicit Area(std::size_t size) : bytes(size) {}
    Area& put(std::size_t at, std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            bytes.at(at + i) = static_cast<std::byte>(value >> (8 * i));
        }
        return *this;
    }
    Area& header(std::uint64_t present, std::uint64_t layout) { return put(512, present, 8).put(520, layout, 8); }
    Area& fill(std::size_t at, std::size_t count, std::byte first) {
        for (std::size_t i = 0; i < count; ++i) {
            bytes.at(at + i) = static_cast<std::byte>(std::to_integer<unsigned>(first) + i);
        }
        return *this;
    }
    [[nodiscard]] X86Xsave view() const { return X86Xsave(bytes); }

    std::vector<std::byte> bytes;
};

TEST(Xsave, GivesWhatIsThere) {
    Area area(832);
    area.header(7, 0).put(0, 0x27f, 2).put(24, 0x1fa0, 4).fill(160 + 16 * 5, 16, std::byte{0x10});
    area.fill(576 + 16 * 5, 16, std::byte{0x80}).fill(32 + 16 * 2, 10, std::byte{0x40});
    const auto view = area.view();
    EXPECT_EQ(view.xmm(5)->front(), std::byte{0x10});
    EXPECT_EQ(view.xmm(5)->back(), std::byte{0x1f});
    EXPECT_EQ(view.xmm(4)->front(), std::byte{0});
    EXPECT_EQ(view.ymm_high(5)->back(), std::byte{0x8f});
    EXPECT_EQ(view.st(2)->back(), std::byte{0x49});
    EXPECT_EQ(view.mxcsr(), 0x1fa0u);
    EXPECT_EQ(view.x87()->control, 0x27f);
    EXPECT_FALSE(view.compacted());
}

TEST(Xsave, GivesInitialValuesForWhatWasNotWritten) {
    Area area(832);
    std::ranges::fill(area.bytes, std::byte{0xee});
    area.header(0, kCompacted | 7);
    const auto view = area.view();
    EXPECT_EQ(view.xmm(0), X86Xsave::Vector{});
    EXPECT_EQ(view.ymm_high(15), X86Xsave::Vector{});
    EXPECT_EQ(view.st(7), X86Xsave::Float80{});
    EXPECT_EQ(view.mxcsr(), 0x1f80u);
    EXPECT_EQ(view.x87()->control, 0x37f);
    EXPECT_EQ(view.x87()->tags, 0xffff);
    EXPECT_TRUE(view.compacted());
}

TEST(Xsave, KeepsMxcsrInTheStandardFormat) {
    Area area(832);
    area.header(0, 0).put(24, 0x1f00, 4);
    EXPECT_EQ(area.view().mxcsr(), 0x1f00u);
}

TEST(Xsave, OfFxsaveHasNoHeaderAndNoAvx) {
    Area area(512);
    area.put(24, 0x1f80, 4).fill(160, 16, std::byte{1});
    EXPECT_EQ(area.view().xmm(0)->front(), std::byte{1});
    EXPECT_EQ(area.view().ymm_high(0), std::nullopt);
}

TEST(Xsave, KnowsNoAvxThatTheCompactedFormatHasNoPlaceFor) {
    Area area(832);
    EXPECT_EQ(area.header(0x203, kCompacted | 0x203).view().ymm_high(0), std::nullopt);
    EXPECT_TRUE(area.header(0x207, kCompacted | 0x207).view().ymm_high(0));
}

TEST(Xsave, IsAbsentOutsideOfItsBytes) {
    for (const std::size_t size : {0, 1, 511}) {
        const Area area(size);
        EXPECT_EQ(area.view().xmm(0), std::nullopt) << size;
        EXPECT_EQ(area.view().mxcsr(), std::nullopt) << size;
        EXPECT_EQ(area.view().st(0), std::nullopt) << size;
        EXPECT_FALSE(area.view().x87()) << size;
    }
    const Area area(831);
    EXPECT_EQ(area.view().xmm(16), std::nullopt);
    EXPECT_EQ(area.view().st(8), std::nullopt);
    EXPECT_EQ(area.view().ymm_high(0), std::nullopt);
}

TEST(Xsave, ExpandsTheTagWord) {
    Area area(832);
    area.header(1, 0).put(2, 6 << 11, 2);                                          // top of stack: physical register 6
    area.put(4, 0b1111'0000, 1);                                                   // registers 4 to 7 are in use
    area.put(32, std::uint64_t{1} << 63, 8).put(40, 0x3fff, 2);                    // st(0), register 6: 1.0
    area.put(48, 0, 8).put(56, 0x8000, 2);                                         // st(1), register 7: -0.0
    area.put(32 + 16 * 6, 5, 8).put(40 + 16 * 6, 0, 2);                            // st(6), register 4: denormal
    area.put(32 + 16 * 7, std::uint64_t{3} << 62, 8).put(40 + 16 * 7, 0x7fff, 2);  // st(7), register 5: NaN
    EXPECT_EQ(area.view().x87()->tags, 0b01'00'10'10'11'11'11'11);
}

}  // namespace
}  // namespace hvgdb::osi
