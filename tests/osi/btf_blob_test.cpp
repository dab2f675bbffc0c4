// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/btf_blob.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

#include "tests/osi/btf_builder.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::size_t kHeaderLength = 4;
constexpr std::size_t kTypesOffset = 8;
constexpr std::size_t kTypesLength = 12;
constexpr std::size_t kStringsOffset = 16;
constexpr std::size_t kStringsLength = 20;

Bytes large_blob() {
    BtfBuilder builder;
    builder.pad();
    return builder.build();
}

void put(Bytes& blob, std::size_t place, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
        blob[place + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

TEST(BtfSections, AreThePartsOfTheBlob) {
    BtfBuilder builder;
    builder.integer("int", 4);
    Bytes blob = builder.build({7, 7});
    const auto whole = blob.size();
    blob.resize(whole + 100);
    const auto sections = btf_sections(blob);
    ASSERT_TRUE(sections) << sections.error().detail;
    EXPECT_EQ(sections->types.size(), 16U);
    EXPECT_EQ(sections->strings.size(), 5U);
    EXPECT_EQ(sections->layout.size(), 8U);
    EXPECT_EQ(sections->size, whole);
}

struct Row {
    const char* title;
    std::function<void(Bytes&)> damage;
    const char* answer;
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.title; }
};

class DamagedBtf : public testing::TestWithParam<Row> {};

TEST_P(DamagedBtf, IsRefused) {
    Bytes blob = large_blob();
    GetParam().damage(blob);
    const auto sections = btf_sections(blob);
    ASSERT_FALSE(sections);
    EXPECT_EQ(sections.error().detail, GetParam().answer);
    EXPECT_FALSE(find_btf(blob));
}

const Row kRows[] = {
    {"magic", [](Bytes& b) { b[0] = std::byte{0xeb}; }, "no BTF: its first bytes are others"},
    {"version", [](Bytes& b) { b[2] = std::byte{2}; }, "no BTF: its first bytes are others"},
    {"short", [](Bytes& b) { b.resize(23); }, "no BTF: its first bytes are others"},
    {"small header", [](Bytes& b) { put(b, kHeaderLength, 20); }, "no BTF: its header has an impossible length"},
    {"large header", [](Bytes& b) { put(b, kHeaderLength, 260); }, "no BTF: its header has an impossible length"},
    {"cut", [](Bytes& b) { b.pop_back(); }, "no BTF: its sections are longer than the whole"},
    {"far types", [](Bytes& b) { put(b, kTypesLength, ~0U); }, "no BTF: its sections are longer than the whole"},
    {"far strings", [](Bytes& b) { put(b, kStringsOffset, ~0U); }, "no BTF: its sections are longer than the whole"},
    {"no types", [](Bytes& b) { put(b, kTypesLength, 0); }, "no BTF: a section is empty or in the wrong place"},
    {"no strings", [](Bytes& b) { put(b, kStringsLength, 0); }, "no BTF: a section is empty or in the wrong place"},
    {"types elsewhere", [](Bytes& b) { put(b, kTypesOffset, 4); }, "no BTF: a section is empty or in the wrong place"},
    {"strings in types", [](Bytes& b) { put(b, kStringsOffset, 16); },
     "no BTF: a section is empty or in the wrong place"},
    {"endless string", [](Bytes& b) { b.back() = std::byte{'x'}; }, "no BTF: its strings do not end"},
};

INSTANTIATE_TEST_SUITE_P(Parts, DamagedBtf, testing::ValuesIn(kRows));

TEST(FindBtf, PassesOverStrayHeaders) {
    const Bytes blob = large_blob();
    BtfBuilder small;
    small.integer("int", 4);
    Bytes image(100);
    for (const Bytes& part : {small.build(), Bytes(blob.begin(), blob.begin() + 24), Bytes(77), blob, Bytes(50)}) {
        image.insert(image.end(), part.begin(), part.end());
    }
    const auto found = find_btf(image);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->data(), image.data() + (image.size() - 50 - blob.size()));
    EXPECT_THAT(*found, testing::ElementsAreArray(blob));
}

TEST(FindBtf, FindsNothingInNothing) {
    EXPECT_FALSE(find_btf({}));
    EXPECT_FALSE(find_btf(Bytes(4096)));
}

}  // namespace
}  // namespace hvgdb::osi
