// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/mappings.hpp"

#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "tests/osi/mappings_fixture.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(MappingsTest, PermissionsAndPrivacy) {
    struct Case {
        std::uint64_t flags;
        std::string_view expected;
    };
    for (const auto& [flags, expected] : {Case{0, "---p"}, Case{1, "r--p"}, Case{2, "-w-p"}, Case{4, "--xp"},
                                          Case{0x80, "---s"}, Case{0x8, "---p"}, Case{0x87, "rwxs"}}) {
        areas.clear();
        area(0x1000, 0x2000, flags);
        const auto found = only();
        const std::string text{found.read ? 'r' : '-', found.write ? 'w' : '-', found.execute ? 'x' : '-',
                               found.shared ? 's' : 'p'};
        EXPECT_EQ(text, expected);
    }
}

TEST_F(MappingsTest, FileBehindAnArea) {
    const auto inode = files.inode(1234, files.super_block("ext4", 0x00800003));
    const auto dentry = files.dentry(files.root_dentry, "lib\nrary.so", inode);
    files.set(area(0x1000, 0x3000), Field::vma_file, files.file(files.at_root(dentry), inode));
    files.set(VirtAddr{areas.back().value}, Field::vma_pgoff, 5);
    const auto found = only();
    EXPECT_EQ(found.name, "/lib\nrary.so") << "raw bytes";
    EXPECT_EQ(found.offset, 0x5000U);
    EXPECT_EQ(found.inode, 1234U);
    EXPECT_EQ(found.device_major, 8U);
    EXPECT_EQ(found.device_minor, 3U);
}

TEST_F(MappingsTest, StackedFileShowsWhatWasOpened) {
    constexpr std::uint64_t kBackingNotCounted = 1U << 29 | 1U << 25;
    const auto below = files.inode(1, files.super_block("ext4", 0x00800001));
    const auto above = files.inode(2, files.super_block("overlay", 0x1b));
    const auto file = files.file(files.at_root(files.dentry(files.root_dentry, "below", below)), below);
    files.set(file, Field::backing_file_mnt, files.root_mount);
    files.set(file, Field::backing_file_dentry, files.dentry(files.root_dentry, "above", above));
    files.set(area(0x1000, 0x3000), Field::vma_file, file);
    EXPECT_EQ(only().name, "/below") << "without the mode's bits";
    files.set(file, Field::file_mode, kBackingNotCounted);
    const auto found = only();
    EXPECT_EQ(found.name, "/above");
    EXPECT_EQ(found.inode, 2U);
    EXPECT_EQ(found.device_minor, 0x1bU);
}

TEST_F(MappingsTest, OffsetIsOfFilesOnly) {
    files.set(area(0x1000, 0x3000), Field::vma_pgoff, 1);
    EXPECT_EQ(only().offset, 0U);
}

TEST_F(MappingsTest, UnreadableFileLeavesTheRest) {
    files.set(area(0x1000, 0x3000), Field::vma_file, VirtAddr{0xffff'8888'0000'0000});
    const auto found = only();
    EXPECT_EQ(found.name, "");
    EXPECT_EQ(found.inode, 0U);
}

TEST_F(MappingsTest, HeapAndStack) {
    area(0xf000, 0x10000);
    area(0x10000, 0x11000);
    area(0x11000, 0x12000);
    area(0x12000, 0x13000);
    area(0x7ff0'0000'0000, 0x7ff0'0000'1000);
    area(0x7ff0'0000'1000, 0x7ff0'0000'2000);
    const auto names = [this] {
        std::vector<std::string> found;
        for (const auto& mapping : list().mappings) {
            found.push_back(mapping.name);
        }
        return found;
    };
    EXPECT_THAT(names(), ElementsAre("", "[heap]", "[heap]", "", "[stack]", ""));
    fields.add(Field::inode_change_time);
    EXPECT_THAT(names(), ElementsAre("[heap]", "[heap]", "[heap]", "[heap]", "[stack]", "")) << "before 6.6";
}

TEST_F(MappingsTest, SpecialMappings) {
    const auto special = files.object();
    files.set(special, Field::special_mapping_name, files.text("[vvar]"));
    const auto vvar = area(0x5000, 0x6000);
    files.set(vvar, Field::vma_ops, kSpecialOps);
    files.set(vvar, Field::vma_private_data, special);
    EXPECT_EQ(only().name, "[vvar]");

    const auto other_ops = files.object();
    files.set(vvar, Field::vma_ops, other_ops);
    EXPECT_EQ(only().name, "") << "other operations";
    symbols.set(KernelSymbol::special_mapping_operations, std::nullopt);
    EXPECT_EQ(only().name, "") << "operations without a name";
    files.set(other_ops, Field::vm_operations_name, VirtAddr{0xffff'ffff'8100'0000});
    EXPECT_EQ(only().name, "[vvar]") << "operations with a name";
}

TEST_F(MappingsTest, VdsoByItsAddress) {
    area(0x5000, 0x6000);
    files.set(mm, Field::mm_vdso, 0x5000);
    EXPECT_EQ(only().name, "[vdso]");
}

TEST_F(MappingsTest, GivenNames) {
    files.set(area(0x5000, 0x6000), Field::vma_anon_name, named("my heap"));
    EXPECT_EQ(only().name, "[anon:my heap]");
    const auto dentry = files.pseudo("tmpfs", "dev/zero", 7);
    files.set(VirtAddr{areas.back().value}, Field::vma_file, files.file(dentry));
    EXPECT_EQ(only().name, "[anon_shmem:my heap]");
}

TEST_F(MappingsTest, SharedPlaceOfTheGivenNameIsNoNameOfAFile) {
    Layout layout = fields.layout();
    layout.set(Field::vma_shared, layout[Field::vma_anon_name]);
    add_maple_fields(layout);
    const auto shared = area(0x5000, 0x6000);
    files.set(shared, Field::vma_anon_name, named("a tree's node"));
    files.set(shared, Field::vma_file, files.file(files.pseudo("tmpfs", "dev/zero", 7)));
    link_areas();
    const KernelMemory kernel(files.memory, layout);
    Paths paths(kernel);
    const auto found = Mappings(kernel, symbols, paths).of(mm);
    ASSERT_THAT(found.mappings, SizeIs(1));
    EXPECT_EQ(found.mappings.front().name, "/dev/zero (deleted)");
}

TEST_F(MappingsTest, AreaThatContradictsTheTreeIsLeftOut) {
    area(0x1000, 0x2000);
    const auto middle = area(0x3000, 0x4000);
    area(0x5000, 0x6000);
    const auto expect_two = [this](std::string_view why) {
        const auto found = list();
        EXPECT_FALSE(found.complete) << why;
        EXPECT_THAT(found.mappings, SizeIs(2)) << why;
    };
    files.set(middle, Field::vma_end, 0x4800);
    expect_two("another end");
    files.set(middle, Field::vma_end, 0x4000);
    files.set(middle, Field::vma_mm, files.object());
    expect_two("another process's");
    areas[1].value = 0x1234'5678;
    expect_two("no kernel pointer");
    areas[1].value = 0xffff'8888'0000'0000;
    expect_two("unmapped");
}

TEST_F(MappingsTest, GateArea) {
    constexpr std::uint64_t kHasVsyscall = 2;
    struct Case {
        std::uint64_t mode;
        std::uint64_t context;
        std::string_view expected;
    };
    symbols.set(KernelSymbol::vsyscall_mode, kVsyscallMode);
    for (const auto& [mode, context, expected] :
         {Case{0, kHasVsyscall, "r-x"}, Case{1, kHasVsyscall | 1, "--x"}, Case{2, kHasVsyscall, ""}, Case{0, 1, ""}}) {
        files.memory.put(kVsyscallMode, mode, 4);
        files.set(mm, Field::mm_context_flags, context);
        std::string permissions;
        for (const auto& mapping : list().mappings) {
            EXPECT_EQ(mapping.name, "[vsyscall]");
            EXPECT_EQ(mapping.start.value, 0xffff'ffff'ff60'0000U);
            EXPECT_EQ(mapping.end.value - mapping.start.value, 0x1000U);
            permissions = std::string{mapping.read ? 'r' : '-', mapping.write ? 'w' : '-', mapping.execute ? 'x' : '-'};
        }
        EXPECT_EQ(permissions, expected) << mode << ' ' << context;
    }
}

TEST_F(MappingsTest, NothingToRead) {
    mm = VirtAddr{0xffff'8899'0000'0000};
    const KernelMemory kernel = files.kernel();
    Paths paths(kernel);
    const auto found = Mappings(kernel, symbols, paths).of(mm);
    EXPECT_FALSE(found.complete);
    EXPECT_THAT(found.mappings, IsEmpty());
}

TEST_F(ChainedMappingsTest, InTheirOrder) {
    area(0x1000, 0x2000);
    area(0x2000, 0x4000);
    area(0x10000, 0x11000);
    const auto found = list();
    EXPECT_TRUE(found.complete);
    ASSERT_THAT(found.mappings, SizeIs(3));
    EXPECT_EQ(found.mappings[1].end.value, 0x4000U);
    EXPECT_EQ(found.mappings[2].name, "[heap]");
}

TEST_F(ChainedMappingsTest, LoopEnds) {
    area(0x1000, 0x2000);
    area(0x2000, 0x3000);
    areas.push_back(areas.front());
    const auto found = list();
    EXPECT_FALSE(found.complete);
    EXPECT_THAT(found.mappings, SizeIs(2));
}

TEST_F(ChainedMappingsTest, TornChainEnds) {
    area(0x1000, 0x2000);
    areas.push_back({.first = 0, .last = 0, .value = 0xffff'8888'0000'0000});
    files.memory.put_zeros(VirtAddr{0xffff'8888'0000'0000}, 8);
    const auto found = list();
    EXPECT_FALSE(found.complete);
    EXPECT_THAT(found.mappings, SizeIs(1));
}

}  // namespace
}  // namespace hvgdb::osi
