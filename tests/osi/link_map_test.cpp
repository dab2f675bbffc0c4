// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/link_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tests/osi/flat_memory.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kStart = 0x5000'0000;
constexpr std::uint64_t kHeaders = kStart + 0x40;
constexpr std::uint64_t kDynamic = kStart + 0x400;
constexpr std::uint64_t kDebug = kStart + 0x800;
constexpr std::uint64_t kOtherDebug = kStart + 0x900;
constexpr std::uint64_t kEntries = kStart + 0x1000;
constexpr std::uint64_t kNames = kStart + 0x8000;
constexpr std::uint64_t kStride = 0x100;

/// A program and its dynamic linker's structures, of either class.
class LinkMap : public testing::TestWithParam<bool> {
  protected:
    LinkMap() {
        headers({{kHeadersThemselves, 0x40}, {1, 0}, {kDynamicHeader, 0x400}});
        words(kDynamic, {1, 2, kDebugTag, kDebug, 0, 0});
        words(kDebug, {1, entry(0)});
        for (unsigned i = 0; i < 3; ++i) {
            words(entry(i), {0x1000 * i, kNames + kStride * i, 0x10 + i, i < 2 ? entry(i + 1) : 0});
            text(kNames + kStride * i, i == 0 ? "" : "/lib/" + std::to_string(i));
        }
    }

    static constexpr std::uint32_t kDynamicHeader = 2;
    static constexpr std::uint32_t kHeadersThemselves = 6;
    static constexpr std::uint64_t kDebugTag = 21;
    [[nodiscard]] static bool compat() { return GetParam(); }
    [[nodiscard]] static std::uint64_t word() { return compat() ? 4 : 8; }
    static std::uint64_t entry(unsigned index) { return kEntries + kStride * index; }

    /// FlatMemory writes eight bytes at a time: in order, so that what comes later counts.
    void words(std::uint64_t address, const std::vector<std::uint64_t>& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            memory.put(VirtAddr{address + word() * i}, values[i]);
        }
    }
    void text(std::uint64_t address, const std::string& value) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            memory.put(VirtAddr{address + i}, static_cast<unsigned char>(value[i]));
        }
    }
    /// Type and linked address of each.
    void headers(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& all) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto at = kHeaders + i * header_size();
            memory.put(VirtAddr{at}, all[i].first);
            memory.put(VirtAddr{at + 2 * word()}, all[i].second);
            memory.put(VirtAddr{at + 5 * word()}, 0x100);
        }
        vector = {
            {.type = 3, .value = kHeaders}, {.type = 4, .value = header_size()}, {.type = 5, .value = all.size()}};
    }
    static std::uint64_t header_size() { return compat() ? 32 : 56; }

    std::vector<std::string> names() {
        std::vector<std::string> found;
        for (const auto& library : loaded_libraries(memory, vector, compat())) {
            found.push_back(library.name);
        }
        return found;
    }

    FlatMemory memory{VirtAddr{kStart}, Bytes(0x10'0000)};
    std::vector<AuxiliaryEntry> vector;
};

TEST_P(LinkMap, IsReadInItsOrder) {
    const auto found = loaded_libraries(memory, vector, compat());
    ASSERT_THAT(found, SizeIs(3));
    EXPECT_THAT(names(), ElementsAre("", "/lib/1", "/lib/2"));
    EXPECT_EQ(found[2].link_map, VirtAddr{entry(2)});
    EXPECT_EQ(found[2].base, VirtAddr{0x2000});
    EXPECT_EQ(found[2].dynamic, VirtAddr{0x12});
    EXPECT_EQ(found[2].name_space, VirtAddr{kDebug});
}

TEST_P(LinkMap, FurtherNameSpacesOfANewerLinker) {
    words(kDebug, {2, entry(0), 0, 0, 0, kOtherDebug});
    words(kOtherDebug, {2, entry(7), 0, 0, 0, kDebug});
    words(entry(7), {0x9000, kNames + kStride, 0x99, 0});
    EXPECT_THAT(names(), ElementsAre("", "/lib/1", "/lib/2", "/lib/1"));
    EXPECT_EQ(loaded_libraries(memory, vector, compat()).back().name_space, VirtAddr{kOtherDebug});
    words(kDebug, {1, entry(0), 0, 0, 0, kOtherDebug});
    EXPECT_THAT(names(), SizeIs(3)) << "an old linker has no such member";
}

TEST_P(LinkMap, IsEmptyWithoutALinkerOrBeforeItRan) {
    struct Case {
        std::string_view what;
        std::uint64_t address;
        std::vector<std::uint64_t> values;
    };
    for (const auto& [what, address, values] :
         {Case{"the linker has not filled it in", kDynamic, {1, 2, kDebugTag, 0}},
          Case{"no debug entry", kDynamic, {0, 0}}, Case{"no version yet", kDebug, {0, entry(0)}},
          Case{"no list yet", kDebug, {1, 0}}, Case{"leads out of memory", kDynamic, {kDebugTag, 0x123, 0, 0}}}) {
        words(address, values);
        EXPECT_THAT(names(), IsEmpty()) << what;
        words(kDynamic, {1, 2, kDebugTag, kDebug, 0, 0});
        words(kDebug, {1, entry(0)});
        ASSERT_THAT(names(), SizeIs(3));
    }
    headers({{kHeadersThemselves, 0x40}, {1, 0}});
    EXPECT_THAT(names(), IsEmpty()) << "a static program";
}

TEST_P(LinkMap, DistrustsTheAuxiliaryVector) {
    vector[1].value = 57;
    EXPECT_THAT(names(), IsEmpty());
    vector[1].value = header_size();
    vector[2].value = ~std::uint64_t{0};
    EXPECT_THAT(names(), SizeIs(3));
    vector[0].value = kStart - 0x1000;
    EXPECT_THAT(names(), IsEmpty());
    vector.clear();
    EXPECT_THAT(names(), IsEmpty());
}

TEST_P(LinkMap, EndsWhereItGoesAstray) {
    words(entry(2), {0x2000, kNames, 0x12, entry(1)});
    EXPECT_THAT(names(), SizeIs(3)) << "a loop";
    words(entry(1), {0x1000, kNames, 0x11, 0x77});
    EXPECT_THAT(names(), SizeIs(2)) << "a pointer out of memory";
    words(entry(1), {0x1000, 0x77, 0x11, 0});
    EXPECT_THAT(names(), ElementsAre("", "")) << "a name out of memory";
}

TEST_P(LinkMap, IsBounded) {
    constexpr std::uint64_t kRow = kStart + 0x2'0000;
    constexpr std::uint64_t kSize = 0x20;
    constexpr std::uint64_t kLong = kStart + 0xf'0000;
    text(kLong, std::string(8000, 'x'));
    for (std::uint64_t i = 0; i < kMostLibraries + 500; ++i) {
        words(kRow + i * kSize, {0, kLong, 0, kRow + (i + 1) * kSize});
    }
    words(kDebug, {1, kRow});
    const auto all = names();
    EXPECT_THAT(all, SizeIs(kMostLibraries));
    std::size_t bytes = 0;
    for (const auto& name : all) {
        bytes += name.size();
    }
    EXPECT_EQ(all.front().size(), 4096U);
    EXPECT_EQ(bytes, std::size_t{1} << 20);
}

INSTANTIATE_TEST_SUITE_P(Classes, LinkMap, testing::Values(false, true),
                         [](const auto& test) { return test.param ? "Compat" : "Native"; });

}  // namespace
}  // namespace hvgdb::osi
