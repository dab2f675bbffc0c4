// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/path_lookup.hpp"

#include <gmock/gmock.h>
#include <string>

#include "tests/osi/fake_tree.hpp"

namespace hvgdb::osi {
namespace {

using testing::Eq;
using testing::Optional;

/// / has home (a file, links), a folder with two mounts over each other, and odd entries.
class PathLookupTest : public testing::TestWithParam<FolderLists> {
  protected:
    PathLookupTest() {
        tree.link(home, "up", "../home/a file");
        tree.link(home, "absolute", "/home/a file");
        tree.link(tree.root_dentry, "link", "home");
        tree.link(tree.root_dentry, "slashes", "home//");
        tree.link(tree.root_dentry, "dangling", "home/nothing");
        tree.link(tree.root_dentry, "endless", "endless");
        tree.entry(tree.root_dentry, "negative", {});
        tree.set(tree.file(tree.root_dentry, "deleted"), Field::dentry_hash_pprev, 0);
        tree.file(first_root, "hidden");
        tree.folder(second_root, "inner");
        tree.link(second_root, "out", "/home");
    }

    [[nodiscard]] Expected<PathLookup::Found> find(std::string_view path, bool follow = true,
                                                   std::optional<VirtAddr> root = std::nullopt) {
        const auto kernel = tree.kernel();
        const PageCache pages(kernel, tree.cache.symbols);
        const FileMemory memory{.kernel = kernel, .pages = pages, .physical = tree.frames};
        const PathLookup::Start start{.root = tree.at_root(root.value_or(tree.root_dentry)),
                                      .working_directory = tree.at_root(home)};
        return PathLookup(memory, start).find(path, follow);
    }
    /// What the place is called that was found.
    [[nodiscard]] std::optional<std::string> found_at(std::string_view path, bool follow = true) {
        const auto found = find(path, follow);
        const auto kernel = tree.kernel();
        Paths paths(kernel, tree.at_root(tree.root_dentry));
        const auto name = found ? paths.of(found->place) : std::nullopt;
        return name ? std::optional<std::string>(*name) : std::nullopt;
    }
    [[nodiscard]] std::optional<Errc> error_of(std::string_view path) {
        const auto found = find(path);
        return found ? std::nullopt : std::optional(found.error().code);
    }

    FakeTree tree{GetParam()};
    VirtAddr home = tree.folder(tree.root_dentry, "home");
    VirtAddr file = tree.file(home, "a file");
    VirtAddr data = tree.folder(tree.root_dentry, "data");
    VirtAddr first_root = tree.new_root();
    VirtAddr second_root = tree.new_root();
    VirtAddr first_mount = tree.mount_on(tree.root_mount, data, first_root);
    VirtAddr second_mount = tree.mount_on(first_mount, first_root, second_root);
};

INSTANTIATE_TEST_SUITE_P(Lists, PathLookupTest, testing::Values(FolderLists::ring, FolderLists::chain),
                         [](const auto& row) { return row.param == FolderLists::ring ? "Ring" : "Chain"; });

TEST_P(PathLookupTest, Found) {
    struct Row {
        std::string_view path;
        std::string_view expected;
    };
    for (const Row& row : {
             Row{"/", "/"},
             Row{"/home", "/home"},
             Row{"/home/a file", "/home/a file"},
             Row{"//home///a file", "/home/a file"},
             Row{"/home/", "/home"},
             Row{"/./home/.", "/home"},
             Row{"/home/..", "/"},
             Row{"/../../home", "/home"},
             Row{"a file", "/home/a file"},
             Row{".", "/home"},
             Row{"../home/./a file", "/home/a file"},
             Row{"/link", "/home"},
             Row{"/link/", "/home"},
             Row{"/link/a file", "/home/a file"},
             Row{"/slashes/a file", "/home/a file"},
             Row{"/link/up", "/home/a file"},
             Row{"absolute", "/home/a file"},
             Row{"/data", "/data"},
             Row{"/data/inner", "/data/inner"},
             Row{"/data/..", "/"},
             Row{"/data/inner/../..", "/"},
             Row{"/data/inner/../inner", "/data/inner"},
             Row{"/data/out/a file", "/home/a file"},
             Row{"/home/../data/inner", "/data/inner"},
         }) {
        EXPECT_THAT(found_at(row.path), Optional(Eq(row.expected))) << row.path;
    }
    EXPECT_EQ(find("/home/a file")->inode, tree.inode_of(file));
    EXPECT_EQ(find("/data")->place.dentry, second_root) << "the topmost mount";
}

TEST_P(PathLookupTest, NotFound) {
    const std::string long_name = "/" + std::string(256, 'x');
    const std::string long_path(4096, '/');
    struct Row {
        std::string_view path;
        Errc expected;
    };
    for (const Row& row : {
             Row{"", Errc::not_found},
             Row{"/nothing", Errc::not_found},
             Row{"nothing", Errc::not_found},
             Row{"/hom", Errc::not_found},
             Row{"/homes", Errc::not_found},
             Row{"/home/nothing/x", Errc::not_found},
             Row{"/home/a file/", Errc::not_found},
             Row{"/home/a file/.", Errc::not_found},
             Row{"/link/a file/x", Errc::not_found},
             Row{"/negative", Errc::not_found},
             Row{"/deleted", Errc::not_found},
             Row{"/dangling", Errc::not_found},
             Row{"/data/hidden", Errc::not_found},
             Row{"/endless", Errc::bad_argument},
             Row{long_name, Errc::bad_argument},
             Row{long_path, Errc::bad_argument},
         }) {
        EXPECT_THAT(error_of(row.path), Optional(Eq(row.expected))) << row.path;
    }
    EXPECT_THAT(found_at(long_path.substr(1)), Optional(Eq("/"))) << "as long as a path may be";
}

TEST_P(PathLookupTest, LinkItself) {
    const auto link = find("/link", false);
    ASSERT_TRUE(link);
    EXPECT_TRUE(read_inode(tree.kernel(), link->inode)->is_link());
    EXPECT_THAT(found_at("/link/up", false), Optional(Eq("/home/up"))) << "links on the way are followed";
    EXPECT_THAT(found_at("/link/", false), Optional(Eq("/home")));
    EXPECT_THAT(found_at("/dangling", false), Optional(Eq("/dangling")));
}

TEST_P(PathLookupTest, FortyLinksAndNotMore) {
    tree.file(home, "link0");
    for (int i = 1; i <= 41; ++i) {
        tree.link(home, "link" + std::to_string(i), "link" + std::to_string(i - 1));
    }
    EXPECT_THAT(found_at("link40"), Optional(Eq("/home/link0")));
    EXPECT_THAT(error_of("link41"), Optional(Errc::bad_argument));
}

TEST_P(PathLookupTest, WithinARootOfItsOwn) {
    tree.link(home, "out", "/a file");
    for (const std::string_view path : {"/a file", "/../../a file", "out", "/out", "../a file"}) {
        const auto found = find(path, true, home);
        ASSERT_TRUE(found) << path;
        EXPECT_EQ(found->inode, tree.inode_of(file)) << path;
    }
    EXPECT_EQ(find("/home", true, home).error().code, Errc::not_found);
}

TEST_P(PathLookupTest, LongLinksAreInAPage) {
    const std::string target = std::string(200, '/') + "home/a file";
    const auto of_inode = tree.new_inode(FakeTree::kLink, target.size());
    tree.entry(home, "long", of_inode);
    tree.give_pages(of_inode, {});
    EXPECT_THAT(error_of("long"), Optional(Errc::not_found)) << "not in memory";
    tree.give_pages(of_inode, {{0, target + "/and what was there before"}});
    EXPECT_THAT(found_at("long"), Optional(Eq("/home/a file")));
}

TEST_P(PathLookupTest, TornListsAreNotBelieved) {
    const auto other = tree.folder(tree.root_dentry, "other");
    const auto stray = tree.file(other, "stray");
    tree.set(stray, Field::dentry_parent, home);
    EXPECT_THAT(error_of("/other/stray"), Optional(Errc::fault)) << "of another folder";
    tree.memory.unmap(stray, 0x100);
    EXPECT_THAT(error_of("/other/stray"), Optional(Errc::fault)) << "unreadable";
    tree.set(tree.inode_of(file), Field::inode_references, 0);
    EXPECT_THAT(error_of("/home/a file"), Optional(Errc::fault)) << "given up";
}

TEST_P(PathLookupTest, CirclesEnd) {
    constexpr std::size_t kSteps = 100;
    const auto kernel = tree.kernel();
    const auto only = tree.file(tree.folder(tree.root_dentry, "circle"), "only");
    const Field next = GetParam() == FolderLists::ring ? Field::dentry_ring_next : Field::dentry_next_sibling;
    tree.set(only, next, tree.place(only, next));
    EXPECT_THAT(found_at("/circle/only"), Optional(Eq("/circle/only")));
    StepLimit names_limit(kSteps);
    EXPECT_EQ(DentryCache(kernel).child(find("/circle")->place.dentry, "nothing", names_limit).error().code,
              Errc::fault);

    // A mount whose root is where it is mounted, in itself.
    const auto knot = tree.folder(tree.root_dentry, "knot");
    const auto mount = tree.mount_on(tree.root_mount, knot, knot);
    const VirtAddr node = tree.place(tree.outer(mount), Field::mount_ring_next);
    tree.memory.put(tree.place(tree.outer(mount), Field::mount_children_ring), node.value);
    StepLimit mounts_limit(kSteps);
    const auto entered = MountTree(kernel).entered({.mount = mount, .dentry = knot}, mounts_limit);
    ASSERT_FALSE(entered);
    EXPECT_EQ(entered.error().code, Errc::fault);
}

TEST(PathLookupWithoutTypesTest, Fault) {
    FakeFiles files;
    const auto kernel = files.kernel();
    const KernelSymbols symbols;
    const PageCache pages(kernel, symbols);
    const FakeFrames frames;
    const MountPath root = files.at_root(files.root_dentry);
    PathLookup lookup({.kernel = kernel, .pages = pages, .physical = frames}, {root, root});
    EXPECT_EQ(lookup.find("/x", true).error().code, Errc::fault);
    EXPECT_EQ(lookup.find("/", true).error().code, Errc::fault);
}

}  // namespace
}  // namespace hvgdb::osi
