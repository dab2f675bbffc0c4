// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/guest_file.hpp"

#include <gmock/gmock.h>
#include <string>

#include "tests/osi/fake_tree.hpp"

namespace hvgdb::osi {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kPage = 4096;

class GuestFileTest : public testing::Test {
  protected:
    /// Of three pages, of which the last is not full.
    VirtAddr three_pages() {
        const auto found = tree.new_inode(FakeTree::kRegular, 2 * kPage + 5);
        tree.give_pages(found, {{0, "first"}, {1, "second"}, {2, "third"}});
        return found;
    }
    Expected<std::unique_ptr<CachedFile>> open(VirtAddr inode) {
        const auto source = [this]() -> Expected<FileMoment> {
            if (refusal) {
                return std::unexpected(*refusal);
            }
            return FileMoment{.memory = {.kernel = kernel, .pages = pages, .physical = tree.frames},
                              .generation = generation,
                              .running = running};
        };
        const auto found = read_inode(kernel, inode);
        return found ? CachedFile::open(source, *found, "/x") : fail(Errc::not_found, "no inode");
    }
    static std::string read(GuestFile& file, std::uint64_t offset, std::size_t size) {
        std::string text(size, '?');
        const auto count = file.read(offset, std::as_writable_bytes(std::span(text)));
        text.resize(count.value_or(0));
        return count ? text : count.error().detail;
    }

    FakeTree tree;
    KernelMemory kernel = tree.kernel();
    PageCache pages{kernel, tree.cache.symbols};
    std::uint64_t generation = 1;
    bool running = false;
    std::optional<Error> refusal;
};

TEST_F(GuestFileTest, Read) {
    const auto file = open(three_pages());
    ASSERT_TRUE(file) << file.error().detail;
    EXPECT_EQ(read(**file, 0, 5), "first");
    EXPECT_EQ(read(**file, kPage + 3, 3), "ond");
    EXPECT_EQ(read(**file, 2 * kPage, 100), "third") << "not behind the end";
    EXPECT_EQ(read(**file, 2 * kPage + 5, 1), "");
    EXPECT_EQ(read(**file, ~std::uint64_t{0}, 1), "");
    EXPECT_EQ(read(**file, 0, 0), "");
    const std::string all = read(**file, 1, 3 * kPage);
    ASSERT_EQ(all.size(), 2 * kPage + 4);
    EXPECT_EQ(all.substr(0, 4), "irst");
    EXPECT_EQ(all.substr(kPage - 1, 6), "second");
    EXPECT_EQ(all.substr(2 * kPage - 1), "third");
}

TEST_F(GuestFileTest, Status) {
    const auto inode = three_pages();
    tree.set(inode, Field::inode_uid, 1000);
    tree.set(inode, Field::inode_gid, 100);
    tree.set(inode, Field::inode_links, 2);
    tree.set(inode, Field::inode_modified, ~std::uint64_t{0});
    const auto file = open(inode);
    ASSERT_TRUE(file);
    const FileStatus& status = (*file)->status();
    EXPECT_EQ(status.size, 2 * kPage + 5);
    EXPECT_EQ(status.mode, FakeTree::kRegular);
    EXPECT_EQ(status.inode, *kernel.number(inode, Field::inode_number));
    EXPECT_EQ(status.device_major, 1U);
    EXPECT_EQ(status.device_minor, 2U);
    EXPECT_EQ(status.links, 2U);
    EXPECT_EQ(status.uid, 1000U);
    EXPECT_EQ(status.gid, 100U);
    EXPECT_EQ(status.modified, -1) << "just before 1970";
}

enum class SecondPage : std::uint8_t { absent, in_swap, not_filled };

struct LackingCase {
    std::string_view file_system;
    SecondPage page;
    bool zeros;
};

void PrintTo(const LackingCase& row, std::ostream* out) {
    *out << row.file_system << static_cast<int>(row.page);
}

class LackingPageTest : public GuestFileTest, public testing::WithParamInterface<LackingCase> {};

TEST_P(LackingPageTest, IsZerosOrMissing) {
    tree.super = tree.super_block(GetParam().file_system, 1);
    const auto inode = tree.new_inode(FakeTree::kRegular, 2 * kPage);
    const auto first = tree.new_page(0, "first");
    const auto second = tree.new_page(1, "not yet");
    tree.cache.set(second, Field::page_flags, 0);
    const std::map<SecondPage, std::uint64_t> entries{
        {SecondPage::absent, 0}, {SecondPage::in_swap, 0x12345}, {SecondPage::not_filled, second.value}};
    tree.set(inode, Field::inode_mapping,
             tree.cache.address_space(tree.cache.node(0, {{0, first.value}, {1, entries.at(GetParam().page)}})));
    const auto file = open(inode);
    if (GetParam().zeros) {
        ASSERT_TRUE(file) << file.error().detail;
        EXPECT_EQ(read(**file, kPage - 1, 3), std::string(3, '\0'));
    } else {
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().code, Errc::fault);
        EXPECT_EQ(file.error().detail, "1 of 2 pages of /x are not in the guest's memory");
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, LackingPageTest,
    testing::Values(LackingCase{"ext4", SecondPage::absent, false}, LackingCase{"ext4", SecondPage::in_swap, false},
                    LackingCase{"ext4", SecondPage::not_filled, false}, LackingCase{"tmpfs", SecondPage::absent, true},
                    LackingCase{"tmpfs", SecondPage::in_swap, false},
                    LackingCase{"tmpfs", SecondPage::not_filled, false},
                    LackingCase{"rootfs", SecondPage::absent, true}, LackingCase{"ramfs", SecondPage::absent, true},
                    LackingCase{"devtmpfs", SecondPage::absent, true}));

TEST_F(GuestFileTest, FilledByItsFolio) {
    const auto inode = three_pages();
    const auto mapping = *kernel.pointer(inode, Field::inode_mapping);
    const auto first = tree.new_page(0, "one");
    const auto second = tree.new_page(1, "two");
    tree.cache.make_folio(first, 2);
    tree.set(inode, Field::inode_size, 2 * kPage);
    tree.cache.set(mapping, Field::address_space_pages,
                   tree.cache.node(0, {{0, first.value}, {1, FakePageCache::sibling(0)}}));
    ASSERT_EQ(*kernel.number(second, Field::page_flags), 0U) << "only the folio's first page tells";
    const auto file = open(inode);
    ASSERT_TRUE(file) << file.error().detail;
    EXPECT_EQ(read(**file, kPage, 3), "two");
}

TEST_F(GuestFileTest, Empty) {
    struct Row {
        std::string_view file_system;
        std::uint64_t disk;
        bool opens;
    };
    for (const Row& row : {Row{"proc", 0, false}, Row{"tmpfs", 0, true}, Row{"ext4", 0xffff'8880'0000'0000, true}}) {
        tree.super = tree.super_block(row.file_system, 1);
        tree.set(tree.super, Field::super_block_disk, row.disk);
        const auto file = open(tree.new_inode(FakeTree::kRegular));
        EXPECT_EQ(file.has_value(), row.opens) << row.file_system;
        EXPECT_TRUE(file || file.error().code == Errc::fault);
    }
}

TEST_F(GuestFileTest, Refused) {
    EXPECT_EQ(open(tree.new_inode(FakeTree::kFolder)).error().code, Errc::bad_argument);
    EXPECT_EQ(open(tree.new_inode(FakeTree::kLink)).error().code, Errc::bad_argument);
    EXPECT_EQ(open(tree.new_inode(FakeTree::kRegular, kLargestGuestFile + 1)).error().code, Errc::bad_argument);
    EXPECT_EQ(open(tree.new_inode(FakeTree::kRegular, ~std::uint64_t{0})).error().code, Errc::bad_argument);
    refusal = Error{Errc::running, "runs"};
    EXPECT_EQ(open(three_pages()).error().code, Errc::running);
}

TEST_F(GuestFileTest, LooksAtTheKernelOnceAStop) {
    const auto file = open(three_pages());
    ASSERT_TRUE(file);
    tree.memory.reads = 0;
    EXPECT_EQ(read(**file, 0, 5), "first");
    EXPECT_EQ(tree.memory.reads, 0U);
    ++generation;
    EXPECT_EQ(read(**file, 0, 5), "first");
    EXPECT_GT(tree.memory.reads, 0U);
    refusal = Error{Errc::unsupported, "no kernel yet"};
    EXPECT_EQ(read(**file, 0, 5), "no kernel yet");
}

TEST_F(GuestFileTest, NoticesThatItIsAnother) {
    constexpr std::string_view kGone = "the file is not the same any more";
    for (const Field field : {Field::inode_number, Field::inode_size, Field::inode_mode, Field::inode_mapping,
                              Field::inode_super_block, Field::inode_generation, Field::inode_references}) {
        const auto inode = three_pages();
        const auto file = open(inode);
        ASSERT_TRUE(file);
        tree.set(inode, field, field == Field::inode_references ? 0 : *kernel.number(inode, field) + 1);
        EXPECT_EQ(read(**file, 0, 5), "first") << "not looked at within a stop";
        ++generation;
        EXPECT_EQ(read(**file, 0, 5), kGone) << spec(field).path;
        EXPECT_EQ(read(**file, 0, 5), kGone) << spec(field).path << ", again";
    }
}

TEST_F(GuestFileTest, FollowsItsPages) {
    tree.super = tree.super_block("ext4", 1);
    const auto inode = three_pages();
    const auto file = open(inode);
    ASSERT_TRUE(file);
    const auto mapping = *kernel.pointer(inode, Field::inode_mapping);
    tree.cache.set(mapping, Field::address_space_pages, tree.cache.node(0, {{1, tree.new_page(1, "moved").value}}));
    ++generation;
    EXPECT_EQ(read(**file, kPage, 5), "moved");
    EXPECT_THAT(read(**file, 0, 5), HasSubstr("not in the guest's memory any more"));
}

TEST_F(GuestFileTest, ReadWhileTheGuestRuns) {
    running = true;
    const auto inode = three_pages();
    const auto file = open(inode);
    ASSERT_TRUE(file);
    EXPECT_EQ(read(**file, 0, 5), "first");
    tree.frames.on_read = [&] {
        const auto mapping = *kernel.pointer(inode, Field::inode_mapping);
        tree.cache.set(mapping, Field::address_space_pages, tree.cache.node(0, {{0, tree.new_page(0, "new").value}}));
        tree.frames.on_read = nullptr;
    };
    EXPECT_EQ(read(**file, 0, 5), "the file changed while it was read");
    EXPECT_EQ(read(**file, 0, 3), "new");
    running = false;
    tree.set(inode, Field::inode_references, 0);
    EXPECT_EQ(read(**file, 0, 3), "the file is not the same any more") << "what was known while it ran is void";
}

}  // namespace
}  // namespace hvgdb::osi
