// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kallsyms.hpp"

#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/osi/kallsyms_image.hpp"

namespace hvgdb::osi {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr VirtAddr kBase = KallsymsImage::kBase;

VirtAddr at(std::uint64_t offset) {
    return VirtAddr{kBase.value + offset};
}

Expected<std::unique_ptr<Kallsyms>> load(const KallsymsImage& image, VirtAddr base = kBase) {
    const auto places = find_kallsyms(image.bytes, base);
    if (!places) {
        return std::unexpected(places.error());
    }
    return Kallsyms::load(ImageReader(image.bytes, base), base, *places);
}

struct ShapeRow {
    std::string name;
    KallsymsShape shape;
};

std::vector<ShapeRow> all_shapes() {
    constexpr std::array kOrders{std::pair{KallsymsOrder::addresses_first, "AddressesFirst"},
                                 std::pair{KallsymsOrder::names_ordered, "NamesOrdered"},
                                 std::pair{KallsymsOrder::names_first, "NamesFirst"},
                                 std::pair{KallsymsOrder::packed, "Packed"}};
    constexpr std::array kEncodings{std::pair{KallsymsEncoding::absolute, "Absolute"},
                                    std::pair{KallsymsEncoding::base_relative, "BaseRelative"},
                                    std::pair{KallsymsEncoding::absolute_percpu, "AbsolutePercpu"},
                                    std::pair{KallsymsEncoding::place_relative, "PlaceRelative"}};
    std::vector<ShapeRow> rows;
    for (const auto& [order, order_name] : kOrders) {
        for (const auto& [encoding, encoding_name] : kEncodings) {
            if (encoding == KallsymsEncoding::place_relative && order < KallsymsOrder::names_first) {
                continue;  // no kernel
            }
            const auto add = [&](const char* suffix, KallsymsShape shape) {
                shape.order = order;
                shape.encoding = encoding;
                rows.push_back({std::string(order_name) + encoding_name + suffix, shape});
            };
            add("", {});
            add("NoData", {.data_symbols = false});
            add("ShortNames", {.long_name = false});
            add("Decoy", {.decoy = true});
        }
    }
    rows.push_back(
        {"LongMarkers",
         {.order = KallsymsOrder::addresses_first, .encoding = KallsymsEncoding::absolute, .marker_size = 8}});
    rows.push_back({"ByteLengths",
                    {.order = KallsymsOrder::addresses_first,
                     .encoding = KallsymsEncoding::absolute_percpu,
                     .long_lengths = false}});
    return rows;
}

class KallsymsShapes : public ::testing::TestWithParam<ShapeRow> {};

INSTANTIATE_TEST_SUITE_P(Shapes, KallsymsShapes, ::testing::ValuesIn(all_shapes()),
                         [](const auto& row) { return row.param.name; });

TEST_P(KallsymsShapes, HaveEverySymbol) {
    const auto image = make_kallsyms_image(GetParam().shape);
    const auto kallsyms = load(image);
    ASSERT_TRUE(kallsyms) << kallsyms.error().detail;
    ASSERT_EQ((*kallsyms)->size(), image.symbols.size());
    for (std::size_t i = 0; i < image.symbols.size(); ++i) {
        const auto symbol = (*kallsyms)->at(i);
        ASSERT_TRUE(symbol);
        EXPECT_EQ(symbol->name, image.symbols[i].name);
        EXPECT_EQ(symbol->address.value, image.symbols[i].address.value) << symbol->name;
        EXPECT_EQ(symbol->type, image.symbols[i].type) << symbol->name;
    }
    EXPECT_FALSE((*kallsyms)->at(image.symbols.size()));
}

TEST_P(KallsymsShapes, FindByNameAndByAddress) {
    const auto image = make_kallsyms_image(GetParam().shape);
    const auto kallsyms = load(image);
    ASSERT_TRUE(kallsyms) << kallsyms.error().detail;
    std::vector<std::string_view> names;
    names.reserve(image.symbols.size());
    for (const auto& symbol : image.symbols) {
        names.push_back(symbol.name);
    }
    const auto addresses = (*kallsyms)->find_all(names);
    for (std::size_t i = 0; i < image.symbols.size(); ++i) {
        const auto& symbol = image.symbols[i];
        EXPECT_THAT(addresses[i], Optional(symbol.address)) << symbol.name;
        const auto found = (*kallsyms)->at_or_below(VirtAddr{symbol.address.value + 3});
        if (symbol.type == 'A') {
            EXPECT_FALSE(found) << symbol.name;
        } else {
            ASSERT_TRUE(found) << symbol.name;
            EXPECT_EQ(found->address, symbol.address) << symbol.name;
        }
    }
}

std::unique_ptr<Kallsyms> loaded(const KallsymsShape& shape) {
    auto kallsyms = load(make_kallsyms_image(shape));
    EXPECT_TRUE(kallsyms);
    return kallsyms ? std::move(*kallsyms) : nullptr;
}

TEST(Kallsyms, FindsManyNamesInOnePass) {
    const auto kallsyms = loaded({});
    ASSERT_TRUE(kallsyms);
    constexpr std::array<std::string_view, 9> kNames{"init_task",   "function_299",  "function",
                                                     "init_task",   "function_2999", "",
                                                     "Tfunction_1", "copy",          "linux_banner"};
    EXPECT_THAT(kallsyms->find_all(kNames),
                ElementsAre(at(0x3000), at(0x200 + 16 * 299), std::nullopt, at(0x3000), std::nullopt, std::nullopt,
                            std::nullopt, at(0x2020), at(KallsymsImage::kBanner)));
    EXPECT_THAT(kallsyms->find_all({}), IsEmpty());
}

TEST(Kallsyms, KnowsACompilersCopies) {
    const auto kallsyms = loaded({});
    ASSERT_TRUE(kallsyms);
    EXPECT_THAT(kallsyms->variants("copy", 8),
                ElementsAre(Field(&Symbol::name, "copy.isra.0"), Field(&Symbol::name, "copy"),
                            Field(&Symbol::name, "copy.part.0.constprop.1")));
    EXPECT_THAT(kallsyms->variants("copy", 1), ElementsAre(Field(&Symbol::name, "copy.isra.0")));
    EXPECT_THAT(kallsyms->variants("cop", 8), IsEmpty());
    EXPECT_THAT(kallsyms->variants("copy", 0), IsEmpty());
}

TEST(Kallsyms, OfSeveralAtAnAddressTheFirstCounts) {
    const auto kallsyms = loaded({});
    ASSERT_TRUE(kallsyms);
    EXPECT_THAT(kallsyms->at_or_below(at(0x3013)), Optional(Field(&Symbol::name, "same_place")));
    EXPECT_THAT(kallsyms->at_or_below(at(1)), Optional(Field(&Symbol::name, "_text")));
    EXPECT_FALSE(kallsyms->at_or_below(VirtAddr{kBase.value - 1}));
    EXPECT_THAT(kallsyms->at_or_below(VirtAddr{~std::uint64_t{0}}), Optional(Field(&Symbol::name, "_end")));
}

TEST(Kallsyms, AnUnsortedTableIsSearchedToo) {
    const auto kallsyms = loaded({.sorted = false});
    ASSERT_TRUE(kallsyms);
    for (std::uint64_t i = 0; i < 300; ++i) {
        EXPECT_THAT(kallsyms->at_or_below(at(0x200 + 16 * i + 15)),
                    Optional(Field(&Symbol::name, "function_" + std::to_string(i))));
    }
}

TEST(Kallsyms, PlacesHoldWhereverTheKernelIs) {
    const auto image =
        make_kallsyms_image({.order = KallsymsOrder::packed, .encoding = KallsymsEncoding::place_relative});
    const auto places = find_kallsyms(image.bytes, kBase);
    ASSERT_TRUE(places);
    constexpr VirtAddr kElsewhere{0xffffffff'81000000};
    EXPECT_TRUE(find_kallsyms(image.bytes, kElsewhere).value_or(KallsymsPlaces{}) == *places);
    const auto kallsyms = Kallsyms::load(ImageReader(image.bytes, kElsewhere), kElsewhere, *places);
    ASSERT_TRUE(kallsyms);
    EXPECT_THAT((*kallsyms)->find("init_task"), Optional(VirtAddr{kElsewhere.value + 0x3000}));
}

struct SpoilRow {
    std::string name;
    void (*spoil)(KallsymsImage& image, const KallsymsPlaces& places);
};

class SpoiltKallsyms : public ::testing::TestWithParam<SpoilRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, SpoiltKallsyms,
    ::testing::Values(
        SpoilRow{"NoBanner", [](KallsymsImage& image,
                                const KallsymsPlaces&) { image.bytes[KallsymsImage::kBanner] = std::byte{'l'}; }},
        SpoilRow{"OtherIndex",
                 [](KallsymsImage& image, const KallsymsPlaces& places) {
                     image.bytes[places.token_index + 300] ^= std::byte{1};
                 }},
        SpoilRow{"NoDigits",
                 [](KallsymsImage& image, const KallsymsPlaces& places) {
                     std::memset(image.bytes.data() + places.token_table, 'a', places.token_table_size);
                 }},
        SpoilRow{"OtherLength",
                 [](KallsymsImage& image, const KallsymsPlaces& places) { image.bytes[places.names] ^= std::byte{1}; }},
        SpoilRow{"EmptyName",
                 [](KallsymsImage& image, const KallsymsPlaces& places) { image.bytes[places.names] = std::byte{0}; }},
        SpoilRow{"CutOff", [](KallsymsImage& image,
                              const KallsymsPlaces& places) { image.bytes.resize(places.addresses + 100); }},
        SpoilRow{"OtherBase",
                 [](KallsymsImage& image, const KallsymsPlaces& places) {
                     image.bytes[places.addresses + 4UL * places.count + 12] ^= std::byte{1};
                     image.bytes[places.addresses + 4UL * places.count + 8] ^= std::byte{1};
                     image.bytes[places.addresses + 4UL * places.count + 4] ^= std::byte{1};
                     image.bytes[places.addresses + 4UL * places.count] ^= std::byte{1};
                 }},
        SpoilRow{"Nothing", [](KallsymsImage& image, const KallsymsPlaces&) { image.bytes.clear(); }}),
    [](const auto& row) { return row.param.name; });

TEST_P(SpoiltKallsyms, IsNotFound) {
    auto image = make_kallsyms_image({});
    const auto places = find_kallsyms(image.bytes, kBase);
    ASSERT_TRUE(places);
    GetParam().spoil(image, *places);
    const auto found = find_kallsyms(image.bytes, kBase);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
}

struct PlacesRow {
    std::string name;
    Errc code;
    void (*change)(KallsymsPlaces& places);
};

class WrongPlaces : public ::testing::TestWithParam<PlacesRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongPlaces,
    ::testing::Values(
        PlacesRow{"None", Errc::bad_argument, [](KallsymsPlaces& places) { places.count = 0; }},
        PlacesRow{"OneMore", Errc::bad_argument, [](KallsymsPlaces& places) { places.names_size -= 1; }},
        PlacesRow{"Many", Errc::bad_argument, [](KallsymsPlaces& places) { places.count = 0xffffffff; }},
        PlacesRow{"ManyBytes", Errc::bad_argument,
                  [](KallsymsPlaces& places) { places.names_size = ~std::uint64_t{0}; }},
        PlacesRow{"ManyTokens", Errc::bad_argument, [](KallsymsPlaces& places) { places.token_table_size = 1U << 20; }},
        PlacesRow{"FewTokens", Errc::bad_argument, [](KallsymsPlaces& places) { places.token_table_size = 20; }},
        PlacesRow{"OtherEncoding", Errc::bad_argument,
                  [](KallsymsPlaces& places) { places.encoding = static_cast<KallsymsEncoding>(9); }},
        PlacesRow{"NowhereNames", Errc::fault, [](KallsymsPlaces& places) { places.names = 1U << 20; }},
        PlacesRow{"WrappedTable", Errc::fault, [](KallsymsPlaces& places) { places.token_table = ~std::uint64_t{0}; }},
        PlacesRow{"NowhereAddresses", Errc::fault, [](KallsymsPlaces& places) { places.addresses = 0x5ff0; }}),
    [](const auto& row) { return row.param.name; });

TEST_P(WrongPlaces, AreRefused) {
    const auto image = make_kallsyms_image({});
    auto places = find_kallsyms(image.bytes, kBase);
    ASSERT_TRUE(places);
    GetParam().change(*places);
    const auto kallsyms = Kallsyms::load(ImageReader(image.bytes, kBase), kBase, *places);
    ASSERT_FALSE(kallsyms);
    EXPECT_EQ(kallsyms.error().code, GetParam().code) << kallsyms.error().detail;
}

}  // namespace
}  // namespace hvgdb::osi
