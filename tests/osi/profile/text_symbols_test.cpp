// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/text_symbols.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/profile/profile_file.hpp"

namespace hvgdb::osi {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::string_view kMap =
    "0000000000000000 D __per_cpu_begin\n"
    "000000000001fbc0 d pcpu_hot\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000000 T _stext\n"
    "ffffffff81000100 t copy.isra.0\n"
    "ffffffff81000200 t copy.cold\n"
    "ffffffff81000300 T copy\n"
    "ffffffff82000000 D init_task\n"
    "ffffffff82001000 A an_absolute\n"
    "ffffffff82000010 D later_in_the_file\n"
    "ffffffff81000400 T init_task\n";

std::unique_ptr<SymbolSource> load(std::string_view text) {
    auto profile = ProfileFile(text, "System.map-6.1").load();
    EXPECT_TRUE(profile) << profile.error().detail;
    return profile ? std::move(profile->symbols) : nullptr;
}

TEST(TextSymbols, TellWhatTheFileTells) {
    const auto profile = ProfileFile(kMap, "System.map-6.1").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_EQ(profile->description, "System.map-6.1 (11 symbols)");
    EXPECT_EQ(profile->types, nullptr);
    EXPECT_EQ(profile->symbols->origin(), "System.map-6.1");
    constexpr std::array<std::string_view, 5> kNames{"copy", "init_task", "", "copy", "pcpu_hot"};
    EXPECT_THAT(profile->symbols->find_all(kNames),
                ElementsAre(VirtAddr{0xffffffff81000300}, VirtAddr{0xffffffff81000400}, std::nullopt,
                            VirtAddr{0xffffffff81000300}, VirtAddr{0x1fbc0}));
}

TEST(TextSymbols, KnowACompilersCopies) {
    const auto symbols = load(kMap);
    ASSERT_TRUE(symbols);
    EXPECT_THAT(symbols->variants("copy", 8),
                ElementsAre(Field(&Symbol::name, "copy.isra.0"), Field(&Symbol::name, "copy")));
    EXPECT_THAT(symbols->variants("copy", 1), ElementsAre(Field(&Symbol::name, "copy.isra.0")));
}

TEST(TextSymbols, AreFoundByAddress) {
    const auto symbols = load(kMap);
    ASSERT_TRUE(symbols);
    const auto name_at = [&](std::uint64_t address) {
        const auto symbol = symbols->at_or_below(VirtAddr{address});
        return symbol ? symbol->name : std::string{};
    };
    EXPECT_EQ(name_at(0xffffffff81000010), "_text");
    EXPECT_EQ(name_at(0xffffffff82000020), "later_in_the_file");
    EXPECT_EQ(name_at(0xffffffff82001020), "later_in_the_file");
    EXPECT_EQ(name_at(0xffffffff80ffffff), "");
    EXPECT_EQ(name_at(0x20000), "");
}

TEST(TextSymbols, PerCpuLinkAddressesHoldNoCode) {
    const auto symbols = load(
        "ffffffff81000000 T _text\nffffffff81002000 D __per_cpu_start\nffffffff81002010 D current_task\n"
        "ffffffff81003000 D __per_cpu_end\n");
    ASSERT_TRUE(symbols);
    EXPECT_THAT(symbols->at_or_below(VirtAddr{0xffffffff81002018}), Optional(Field(&Symbol::name, "_text")));
    EXPECT_THAT(symbols->at_or_below(VirtAddr{0xffffffff81003000}), Optional(Field(&Symbol::name, "__per_cpu_end")));
}

TEST(TextSymbols, MoveWithTheKernel) {
    auto moved = relocate(load(kMap), VirtAddr{0xffffffff9a000000});
    ASSERT_TRUE(moved) << moved.error().detail;
    EXPECT_THAT((*moved)->find("init_task"), Optional(VirtAddr{0xffffffff9a000400}));
    EXPECT_THAT((*moved)->find("pcpu_hot"), Optional(VirtAddr{0x1fbc0}));
    EXPECT_THAT((*moved)->at_or_below(VirtAddr{0xffffffff9a000301}),
                Optional(AllOf(Field(&Symbol::name, "copy"), Field(&Symbol::address, VirtAddr{0xffffffff9a000300}))));
    EXPECT_FALSE((*moved)->at_or_below(VirtAddr{0xffffffff81000300}));
    EXPECT_THAT((*moved)->variants("copy", 1), ElementsAre(Field(&Symbol::address, VirtAddr{0xffffffff9a000100})));
    EXPECT_EQ((*moved)->size(), 11U);

    auto back = relocate(*std::move(moved), VirtAddr{0xffffffff80000000});
    ASSERT_TRUE(back);
    EXPECT_THAT((*back)->find("_stext"), Optional(VirtAddr{0xffffffff80000000}));
}

TEST(TextSymbols, WithoutAStartCannotMove) {
    const auto moved = relocate(load("ffffffff81000300 T copy\n"), VirtAddr{0xffffffff9a000000});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, Errc::not_found);
    EXPECT_THAT(moved.error().detail, HasSubstr("neither _text nor _stext"));
}

TEST(TextSymbols, OfModulesAreLeftOut) {
    const auto symbols = load("ffffffff81000000 T _text\r\nffffffffc0000000 t helper\t[virtio]\r\n\r\n");
    ASSERT_TRUE(symbols);
    EXPECT_EQ(symbols->size(), 1U);
}

struct Row {
    std::string name;
    std::string text;
    std::string problem;
};

class WrongText : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongText,
    ::testing::Values(
        Row{"BrokenLine", "ffffffff81000000 T _text\nnonsense\n", ":2: not an address, a type and a name"},
        Row{"LongAddress", "ffffffff81000000 T a\n1ffffffff81000000 T b\n", ":2: not an address"},
        Row{"NoName", "ffffffff81000000 T a\nffffffff81000000 T \n", ":2: not an address"},
        Row{"LongName", "ffffffff81000000 T a\nffffffff81000000 T " + std::string(2000, 'x'),
            ":2: too many symbols, or too long a name"},
        Row{"Hidden", "0000000000000000 T _text\n0000000000000000 T _stext\n", "all addresses are 0"},
        Row{"Placeholder", "ffffffffffffffff B The real System.map is in the linux-image-6.1.0-dbg package\n",
            ":1: only a placeholder"}),
    [](const auto& row) { return row.param.name; });

TEST_P(WrongText, IsRefusedWithItsLine) {
    EXPECT_THAT(problem_with(GetParam().text), HasSubstr(GetParam().problem));
}

}  // namespace
}  // namespace hvgdb::osi
