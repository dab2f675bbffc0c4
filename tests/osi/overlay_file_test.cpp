// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/overlay_file.hpp"

#include <gmock/gmock.h>

#include "tests/osi/fake_tree.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kUpperHasData = 8;

/// How a kernel tells of the lower file.
enum class Lower : std::uint8_t { stack, dentry, inode };

class OverlayFileTest : public testing::TestWithParam<Lower> {
  protected:
    OverlayFileTest() {
        tree.fields.add(Field::overlay_flags).add(Field::overlay_upper);
        switch (GetParam()) {
            case Lower::stack:
                tree.fields.add(Field::overlay_stack).add(Field::overlay_stack_size, 4);
                tree.fields.add(Field::overlay_stack_places, 0, 16)
                    .skip("ovl_path", 8)
                    .add(Field::overlay_place_dentry);
                tree.fields.set(Structure::ovl_path, 16);
                break;
            case Lower::dentry:
                tree.fields.add(Field::overlay_lower_dentry);
                break;
            case Lower::inode:
                tree.fields.add(Field::overlay_lower_inode);
        }
        tree.fields.add(Field::overlay_inode);
    }

    void set_lower() {
        const VirtAddr dentry = tree.dentry({}, "lower", lower);
        if (GetParam() == Lower::inode) {
            tree.set(object, Field::overlay_lower_inode, lower);
        } else if (GetParam() == Lower::dentry) {
            tree.set(object, Field::overlay_lower_dentry, dentry);
        } else {
            const VirtAddr stack = tree.object();
            tree.set(object, Field::overlay_stack, stack);
            tree.set(stack, Field::overlay_stack_size, 2);
            tree.memory.put(VirtAddr{tree.place(stack, Field::overlay_stack_places).value + 16 + 8}, dentry.value);
        }
    }
    void set_upper() { tree.set(object, Field::overlay_upper, tree.dentry({}, "upper", upper)); }
    [[nodiscard]] std::optional<VirtAddr> below() {
        Inode overlay;
        overlay.address = tree.place(object, Field::overlay_inode);
        return file_below(tree.kernel(), overlay);
    }

    FakeTree tree;
    VirtAddr object = tree.object();
    VirtAddr lower = tree.new_inode(FakeTree::kRegular);
    VirtAddr upper = tree.new_inode(FakeTree::kRegular);
};

INSTANTIATE_TEST_SUITE_P(All, OverlayFileTest, testing::Values(Lower::stack, Lower::dentry, Lower::inode));

TEST_P(OverlayFileTest, OnlyBelow) {
    EXPECT_EQ(below(), std::nullopt);
    set_lower();
    EXPECT_EQ(below(), lower);
}

TEST_P(OverlayFileTest, OnlyAbove) {
    set_upper();
    EXPECT_EQ(below(), upper);
}

TEST_P(OverlayFileTest, CopiedUp) {
    set_lower();
    set_upper();
    EXPECT_EQ(below(), lower) << "only its owner or its like was changed";
    tree.set(object, Field::overlay_flags, kUpperHasData);
    EXPECT_EQ(below(), upper);
}

TEST(OverlayFileWithoutTypesTest, NotKnown) {
    FakeTree tree;
    Inode overlay;
    overlay.address = tree.object();
    EXPECT_EQ(file_below(tree.kernel(), overlay), std::nullopt);
}

TEST(OverlayFileSystemTest, ByItsName) {
    FakeTree tree;
    for (const std::string_view name : {"overlay", "overlayfs", "ext4"}) {
        Inode inode;
        inode.super_block = tree.super_block(name, 1);
        EXPECT_EQ(is_overlay_file(tree.kernel(), inode), name == "overlay") << name;
    }
}

}  // namespace
}  // namespace hvgdb::osi
