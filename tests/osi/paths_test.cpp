// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/paths.hpp"

#include <gmock/gmock.h>
#include <string>

#include "tests/osi/fake_files.hpp"

namespace hvgdb::osi {
namespace {

using testing::Eq;
using testing::Optional;

class PathsTest : public testing::Test {
  protected:
    std::optional<std::string> path(const MountPath& place, std::optional<MountPath> root = std::nullopt) {
        const auto kernel = files.kernel();
        Paths paths(kernel, root);
        const auto found = paths.of(place);
        return found ? std::optional<std::string>(*found) : std::nullopt;
    }

    FakeFiles files;
    VirtAddr home = files.dentry(files.root_dentry, "home");
    VirtAddr file = files.dentry(home, "a file");
};

TEST_F(PathsTest, FileInAFolder) {
    EXPECT_THAT(path(files.at_root(file)), Optional(Eq("/home/a file")));
}

TEST_F(PathsTest, RootOfAllMounts) {
    EXPECT_THAT(path(files.at_root(files.root_dentry)), Optional(Eq("/")));
}

TEST_F(PathsTest, ThroughMounts) {
    const auto data_root = files.dentry({}, "/");
    const auto data = files.mount(data_root, files.root_mount, home);
    const auto inner_root = files.dentry({}, "/");
    const auto inner = files.mount(inner_root, data, files.dentry(data_root, "deep"));
    EXPECT_THAT(path({inner, files.dentry(inner_root, "x")}), Optional(Eq("/home/deep/x")));
    EXPECT_THAT(path({inner, inner_root}), Optional(Eq("/home/deep")));
}

TEST_F(PathsTest, MountOnTheRoot) {
    const auto over_root = files.dentry({}, "/");
    const auto over = files.mount(over_root, files.root_mount, files.root_dentry);
    EXPECT_THAT(path({over, files.dentry(over_root, "init")}), Optional(Eq("/init")));
}

TEST_F(PathsTest, BindMountOfAFolder) {
    const auto bound = files.mount(home, files.root_mount, files.dentry(files.root_dentry, "bound"));
    EXPECT_THAT(path({bound, file}), Optional(Eq("/bound/a file")));
}

TEST_F(PathsTest, AsSeenFromAnotherRoot) {
    EXPECT_THAT(path(files.at_root(file), files.at_root(home)), Optional(Eq("/a file")));
    EXPECT_THAT(path(files.at_root(home), files.at_root(home)), Optional(Eq("/")));
}

TEST_F(PathsTest, OutsideOfThatRootItIsThePathInItsOwnTree) {
    const auto other_root = files.dentry({}, "/");
    const auto other = files.mount(other_root);
    EXPECT_THAT(path({other, files.dentry(other_root, "y")}, files.at_root(home)), Optional(Eq("/y")));
}

TEST_F(PathsTest, Deleted) {
    files.set(file, Field::dentry_hash_pprev, 0);
    EXPECT_THAT(path(files.at_root(file)), Optional(Eq("/home/a file (deleted)")));
}

TEST_F(PathsTest, UnhashedRootIsNotDeleted) {
    files.set(files.root_dentry, Field::dentry_hash_pprev, 0);
    EXPECT_THAT(path(files.at_root(files.root_dentry)), Optional(Eq("/")));
}

TEST_F(PathsTest, EscapedFromItsMount) {
    const auto bound = files.mount(home, files.root_mount, files.dentry(files.root_dentry, "bound"));
    EXPECT_THAT(path({bound, files.dentry(files.root_dentry, "elsewhere")}), Optional(Eq("/")));
}

TEST_F(PathsTest, NameIsCutAtItsNul) {
    files.set(file, Field::dentry_name, files.text(std::string("ab\0cd", 5)));
    files.set(file, Field::dentry_name_length, 5);
    EXPECT_THAT(path(files.at_root(file)), Optional(Eq("/home/ab")));
}

TEST_F(PathsTest, NameWithinTheEntryNeedsNoRead) {
    const VirtAddr own = files.place(file, Field::dentry_inode);
    files.memory.put_text(own, "inline");
    files.set(file, Field::dentry_name, own);
    files.set(file, Field::dentry_name_length, 6);
    EXPECT_THAT(path(files.at_root(file)), Optional(Eq("/home/inline")));
}

TEST_F(PathsTest, KeepsWhatItFound) {
    const auto kernel = files.kernel();
    Paths paths(kernel);
    EXPECT_THAT(paths.of(files.at_root(file)), Optional(Eq("/home/a file")));
    files.memory.reads = 0;
    EXPECT_THAT(paths.of(files.at_root(file)), Optional(Eq("/home/a file")));
    EXPECT_EQ(files.memory.reads, 0U);
}

TEST_F(PathsTest, LongestPath) {
    VirtAddr folder = files.root_dentry;
    for (int i = 0; i < 20; ++i) {
        folder = files.dentry(folder, std::string(200, 'x'));
    }
    const auto last = files.dentry(folder, std::string(4095 - 20 * 201 - 1, 'y'));
    const auto found = path(files.at_root(last));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), 4095U);
    EXPECT_EQ(path(files.at_root(files.dentry(folder, std::string(4095 - 20 * 201, 'y')))), std::nullopt);
}

TEST_F(PathsTest, NonsenseGivesNothing) {
    const auto bad_length = files.dentry(home, "x");
    files.set(bad_length, Field::dentry_name_length, 0xffff'ffff);
    const auto bad_name = files.dentry(home, "x");
    files.set(bad_name, Field::dentry_name, 0x1234);
    const auto unmapped = files.dentry(home, "x");
    files.memory.unmap(unmapped, 0x100);
    const auto below_unmapped = files.dentry(unmapped, "x");
    for (const VirtAddr dentry : {bad_length, bad_name, unmapped, below_unmapped, VirtAddr{}, VirtAddr{0x10}}) {
        EXPECT_EQ(path(files.at_root(dentry)), std::nullopt);
    }
    EXPECT_EQ(path({VirtAddr{}, file}), std::nullopt);
    EXPECT_EQ(path({VirtAddr{~std::uint64_t{0}}, file}), std::nullopt);
}

TEST_F(PathsTest, LoopsEnd) {
    const auto first = files.dentry(files.root_dentry, "");
    const auto second = files.dentry(first, "");
    files.set(first, Field::dentry_parent, second);
    EXPECT_EQ(path(files.at_root(second)), std::nullopt) << "folders with empty names in each other";

    const auto one = files.mount(home, files.root_mount, home);
    const auto two = files.mount(home, one, home);
    const std::uint64_t embedded = files.fields.layout()[Field::mount_mnt].offset;
    files.set(VirtAddr{one.value - embedded}, Field::mount_parent, VirtAddr{two.value - embedded});
    EXPECT_EQ(path({two, file}), std::nullopt) << "mounts in each other";
}

struct PseudoCase {
    std::string_view type;
    std::string_view name;
    std::string_view expected;
};

void PrintTo(const PseudoCase& row, std::ostream* out) {
    *out << row.type;
}

class PseudoPathsTest : public PathsTest, public testing::WithParamInterface<PseudoCase> {};

TEST_P(PseudoPathsTest, NamedByItsFileSystem) {
    EXPECT_THAT(path(files.pseudo(GetParam().type, GetParam().name, 4242)), Optional(Eq(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(All, PseudoPathsTest,
                         testing::Values(PseudoCase{"pipefs", "", "pipe:[4242]"},
                                         PseudoCase{"sockfs", "TCP", "socket:[4242]"},
                                         PseudoCase{"anon_inodefs", "[eventfd]", "anon_inode:[eventfd]"},
                                         PseudoCase{"pidfs", "", "anon_inode:[pidfd]"},
                                         PseudoCase{"tmpfs", "memfd:my fd", "/memfd:my fd (deleted)"},
                                         PseudoCase{"hugetlbfs", "anon_hugepage", "/anon_hugepage (deleted)"},
                                         PseudoCase{"dmabuf", "dmabuf", "/dmabuf:"}));

TEST_F(PathsTest, Namespace) {
    const auto place = files.pseudo("nsfs", "", 4026531841);
    const auto kernel = files.kernel();
    const auto operations = files.object();
    files.set(operations, Field::namespace_ops_name, files.text("mnt"));
    const auto common = files.object();
    files.set(common, Field::namespace_ops, operations);
    files.set(*kernel.pointer(place.dentry, Field::dentry_inode), Field::inode_private, common);
    EXPECT_THAT(path(place), Optional(Eq("mnt:[4026531841]")));
}

TEST_F(PathsTest, MountedPseudoFileHasThePathOfItsMount) {
    const auto place = files.pseudo("nsfs", "", 7);
    const auto mount = files.mount(place.dentry, files.root_mount, home);
    EXPECT_THAT(path({mount, place.dentry}), Optional(Eq("/home")));
}

TEST(MangledTest, OnlySpecialBytes) {
    EXPECT_EQ(mangled("/a b\nc\\d", "\n"), "/a b\\012c\\d");
    EXPECT_EQ(mangled("/a b\nc\\d", " \t\n\\"), "/a\\040b\\012c\\134d");
    EXPECT_EQ(mangled("", "\n"), "");
}

}  // namespace
}  // namespace hvgdb::osi
