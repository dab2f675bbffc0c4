// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/maple_tree.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <string_view>

#include "tests/osi/fake_maple_tree.hpp"
#include "tests/osi/flat_memory.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr VirtAddr kTree{0xffff'8880'0000'1000};
constexpr VirtAddr kNodes{0xffff'8880'0001'0000};
constexpr std::uint64_t kA = 0xffff'8880'0020'0000;
constexpr std::uint64_t kB = 0xffff'8880'0020'0100;
constexpr std::uint64_t kC = 0xffff'8880'0020'0200;

class MapleTreeTest : public testing::Test {
  protected:
    MapleTreeTest() { add_maple_fields(layout); }
    [[nodiscard]] MapleEntries entries() const { return maple_entries(KernelMemory(memory, layout), kTree); }

    FakeMemory memory;
    Layout layout;
    FakeMapleTree tree{memory, kTree, kNodes};
};

TEST_F(MapleTreeTest, EmptyTreeHasNoEntries) {
    const auto found = entries();
    EXPECT_THAT(found.entries, IsEmpty());
    EXPECT_TRUE(found.complete);
}

TEST_F(MapleTreeTest, SingleEntryIsThatOfIndexZero) {
    tree.set_single(kA);
    EXPECT_THAT(entries().entries, ElementsAre(MapleEntry{0, 0, kA}));
}

TEST_F(MapleTreeTest, LeafWithGapsAndReservedEntries) {
    tree.set_root(
        tree.node(FakeMapleTree::kLeaf,
                  {{0xfff, 0}, {0x1fff, kA}, {0x2fff, kMapleReserved}, {0x4fff, kB}, {kMapleMaximum, 0}, {0, kC}}));
    const auto found = entries();
    EXPECT_THAT(found.entries, ElementsAre(MapleEntry{0x1000, 0x1fff, kA}, MapleEntry{0x3000, 0x4fff, kB}));
    EXPECT_TRUE(found.complete);
}

TEST_F(MapleTreeTest, ZeroPivotMeansTheNodesEnd) {
    tree.set_root(tree.node(FakeMapleTree::kLeaf, {{0xfff, kA}, {0, kB}, {0, kC}}));
    const auto found = entries();
    EXPECT_THAT(found.entries, ElementsAre(MapleEntry{0, 0xfff, kA}, MapleEntry{0x1000, kMapleMaximum, kB}));
    EXPECT_TRUE(found.complete);
}

TEST_F(MapleTreeTest, FullLeafHasSixteenEntries) {
    std::vector<FakeMapleSlot> slots;
    for (std::uint64_t i = 0; i < 16; ++i) {
        slots.push_back({i * 0x1000 + 0xfff, kA + i * 0x100});
    }
    tree.set_root(tree.node(FakeMapleTree::kLeaf, slots));
    const auto found = entries();
    ASSERT_THAT(found.entries, SizeIs(16));
    EXPECT_EQ(found.entries.back(), (MapleEntry{0xf000, kMapleMaximum, kA + 0xf00}));
    EXPECT_TRUE(found.complete);
}

TEST_F(MapleTreeTest, ThreeLevelsInOrderAndOneReadPerNode) {
    const auto low = tree.node(FakeMapleTree::kLeaf, {{0xfff, 0}, {0x1fff, kA}});
    const auto middle = tree.node(FakeMapleTree::kLeaf, {{0x2fff, kB}, {0x3fff, 0}});
    const auto high = tree.node(FakeMapleTree::kLeaf, {{0x4fff, 0}, {0x5fff, kC}, {kMapleMaximum, 0}});
    const auto left = tree.node(FakeMapleTree::kRange, {{0x1fff, low}, {0x3fff, middle}});
    const auto right = tree.node(FakeMapleTree::kAllocationRange, {{kMapleMaximum, high}});
    tree.set_root(tree.node(FakeMapleTree::kAllocationRange, {{0x3fff, left}, {kMapleMaximum, right}}));
    memory.reads = 0;
    const auto found = entries();
    EXPECT_THAT(found.entries, ElementsAre(MapleEntry{0x1000, 0x1fff, kA}, MapleEntry{0x2000, 0x2fff, kB},
                                           MapleEntry{0x5000, 0x5fff, kC}));
    EXPECT_TRUE(found.complete);
    EXPECT_EQ(memory.reads, 7U) << "the root pointer and six nodes";
}

struct Damage {
    std::string_view name;
    /// To a tree of three leaves below one node; the middle one is affected.
    std::function<void(FakeMemory&, std::uint64_t root, std::uint64_t middle)> apply;
};

void PrintTo(const Damage& damage, std::ostream* out) {
    *out << damage.name;
}

VirtAddr middle_slot(std::uint64_t root) {
    return VirtAddr{maple_node(root).value + 80 + 8};
}

class DamagedMapleTreeTest : public MapleTreeTest, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedMapleTreeTest, LosesOnlyWhatIsBelowIt) {
    const auto low = tree.node(FakeMapleTree::kLeaf, {{0xfff, kA}});
    const auto middle = tree.node(FakeMapleTree::kLeaf, {{0x1fff, kB}});
    const auto high = tree.node(FakeMapleTree::kLeaf, {{kMapleMaximum, kC}});
    const auto root =
        tree.node(FakeMapleTree::kAllocationRange, {{0xfff, low}, {0x1fff, middle}, {kMapleMaximum, high}});
    tree.set_root(root);
    ASSERT_TRUE(entries().complete);
    GetParam().apply(memory, root, middle);
    const auto found = entries();
    EXPECT_FALSE(found.complete);
    EXPECT_THAT(found.entries, ElementsAre(MapleEntry{0, 0xfff, kA}, MapleEntry{0x2000, kMapleMaximum, kC}));
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedMapleTreeTest,
    testing::Values(
        Damage{"unmapped",
               [](FakeMemory& memory, std::uint64_t, std::uint64_t middle) { memory.unmap(maple_node(middle), 256); }},
        Damage{"torn page", [](FakeMemory& memory, std::uint64_t,
                               std::uint64_t middle) { memory.unmap(VirtAddr{maple_node(middle).value + 255}, 1); }},
        Damage{"dead", [](FakeMemory& memory, std::uint64_t,
                          std::uint64_t middle) { memory.put(maple_node(middle), maple_node(middle).value); }},
        Damage{"points upward",
               [](FakeMemory& memory, std::uint64_t root, std::uint64_t) { memory.put(middle_slot(root), root); }},
        Damage{"null child",
               [](FakeMemory& memory, std::uint64_t root, std::uint64_t) { memory.put(middle_slot(root), 0); }},
        Damage{"small child", [](FakeMemory& memory, std::uint64_t root,
                                 std::uint64_t) { memory.put(middle_slot(root), kMapleReserved); }},
        Damage{"dense node", [](FakeMemory& memory, std::uint64_t root,
                                std::uint64_t middle) { memory.put(middle_slot(root), maple_node(middle).value); }},
        Damage{"unknown node type",
               [](FakeMemory& memory, std::uint64_t root, std::uint64_t middle) {
                   memory.put(middle_slot(root), maple_node(middle).value | 4 << 3);
               }},
        Damage{"pivot above the node's range",
               [](FakeMemory& memory, std::uint64_t, std::uint64_t middle) {
                   memory.put(VirtAddr{maple_node(middle).value + 8}, 0x2fff);
               }},
        Damage{"pivot below the node's range", [](FakeMemory& memory, std::uint64_t, std::uint64_t middle) {
                   memory.put(VirtAddr{maple_node(middle).value + 8}, 0x10);
               }}));

TEST_F(MapleTreeTest, UnreadableTreeIsIncomplete) {
    memory.unmap(kTree, 16);
    EXPECT_FALSE(entries().complete);
}

TEST_F(MapleTreeTest, ChainOfNodesEnds) {
    auto pointer = tree.node(FakeMapleTree::kLeaf, {{kMapleMaximum, kA}});
    for (int i = 0; i < 40; ++i) {
        pointer = tree.node(FakeMapleTree::kRange, {{kMapleMaximum, pointer}});
    }
    tree.set_root(pointer);
    const auto found = entries();
    EXPECT_THAT(found.entries, IsEmpty());
    EXPECT_FALSE(found.complete);
}

// Twelve levels whose ten slots all lead to one node of the next level are 10^12 paths.
TEST_F(MapleTreeTest, SharedNodesEnd) {
    FlatMemory flat(kTree, Bytes(0x20000));
    const auto node_at = [](std::uint64_t level) { return kNodes.value + level * 256; };
    for (std::uint64_t level = 0; level < 12; ++level) {
        for (std::uint64_t i = 0; i < 10; ++i) {
            if (i < 9) {
                flat.put(VirtAddr{node_at(level) + 8 + 8 * i}, i + 1);
            }
            flat.put(VirtAddr{node_at(level) + 80 + 8 * i}, node_at(level + 1) | FakeMapleTree::kAllocationRange << 3);
        }
    }
    flat.put(VirtAddr{kTree.value + 8}, node_at(0) | FakeMapleTree::kAllocationRange << 3 | 2);
    const auto found = maple_entries(KernelMemory(flat, layout), kTree);
    EXPECT_FALSE(found.complete);
    EXPECT_LE(flat.reads, 128U * 1024 + 1);
}

TEST_F(MapleTreeTest, LyingLayoutReadsNothingBeyondTheNode) {
    tree.set_root(tree.node(FakeMapleTree::kLeaf, {{kMapleMaximum, kA}}));
    struct Case {
        std::string_view name;
        Member slot;
    };
    for (const auto& [name, slot] : {Case{"too long", {.offset = 128, .size = 136, .element_size = 8}},
                                     Case{"too far", {.offset = ~std::uint64_t{0}, .size = 128, .element_size = 8}},
                                     Case{"other elements", {.offset = 128, .size = 128, .element_size = 4}},
                                     Case{"no elements", {.offset = 128, .size = 0, .element_size = 8}}}) {
        layout.set(Field::maple_range_slot, slot);
        const auto found = entries();
        EXPECT_THAT(found.entries, IsEmpty()) << name;
        EXPECT_FALSE(found.complete) << name;
    }
}

}  // namespace
}  // namespace hvgdb::osi
