// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/files.hpp"

#include <gmock/gmock.h>

#include "tests/osi/fake_files.hpp"

namespace hvgdb::osi {
namespace {

using testing::Eq;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class FilesTest : public testing::Test {
  protected:
    FilesTest() {
        files.fields.add(Field::files_fdt)
            .add(Field::fdtable_max_fds, 4)
            .add(Field::fdtable_fd)
            .add(Field::mm_exe_file)
            .add(Field::fs_root_mnt)
            .add(Field::fs_root_dentry)
            .add(Field::fs_pwd_mnt)
            .add(Field::fs_pwd_dentry);
        table = files.object();
        process_files = files.object();
        files.set(process_files, Field::files_fdt, table);
        files.set(table, Field::fdtable_fd, array);
    }
    /// With room for `count` descriptors, all closed.
    void make_room(std::uint64_t count) {
        files.set(table, Field::fdtable_max_fds, count);
        files.memory.put_zeros(array, 8 * count);
    }
    void open(std::uint64_t number, VirtAddr file) { files.memory.put(VirtAddr{array.value + 8 * number}, file.value); }
    OpenFiles list() {
        const auto kernel = files.kernel();
        Paths paths(kernel);
        return open_files(kernel, process_files, paths);
    }

    FakeFiles files;
    VirtAddr table;
    VirtAddr process_files;
    VirtAddr array{0xffff'8890'0000'0000};
    VirtAddr inode = files.inode(77, files.super_block("ext4", 1));
    VirtAddr dentry = files.dentry(files.root_dentry, "log", inode);
};

TEST_F(FilesTest, WhatIsOpen) {
    constexpr std::uint64_t kCloseOnExec = 02000000;
    make_room(1024);
    const auto file = files.file(files.at_root(dentry), inode);
    files.set(file, Field::file_pos, 0x1'0000'0005);
    files.set(file, Field::file_flags, 0100001 | kCloseOnExec);
    open(3, file);
    open(1000, files.file(files.pseudo("pipefs", "", 9)));
    const auto found = list();
    EXPECT_TRUE(found.complete);
    ASSERT_THAT(found.files, SizeIs(2));
    EXPECT_EQ(found.files[0].number, 3U);
    EXPECT_EQ(found.files[0].name, "/log");
    EXPECT_EQ(found.files[0].position, 0x1'0000'0005U);
    EXPECT_EQ(found.files[0].flags, 0100001U);
    EXPECT_EQ(found.files[0].inode, 77U);
    EXPECT_EQ(found.files[1].number, 1000U);
    EXPECT_EQ(found.files[1].name, "pipe:[9]");
}

TEST_F(FilesTest, UnreadableFileIsLeftOut) {
    make_room(64);
    open(0, VirtAddr{0x1234});
    open(1, VirtAddr{0xffff'8899'0000'0000});
    open(2, files.file(files.at_root(dentry), inode));
    const auto found = list();
    EXPECT_FALSE(found.complete);
    ASSERT_THAT(found.files, SizeIs(1));
    EXPECT_EQ(found.files[0].number, 2U);
}

TEST_F(FilesTest, LyingSizeEndsWhereMemoryEnds) {
    make_room(512);
    open(0, files.file(files.at_root(dentry), inode));
    files.set(table, Field::fdtable_max_fds, 0xffff'ffff);
    const auto found = list();
    EXPECT_FALSE(found.complete);
    EXPECT_THAT(found.files, SizeIs(1));
}

TEST_F(FilesTest, NoTable) {
    files.memory.unmap(table, 0x100);
    EXPECT_FALSE(list().complete);
    EXPECT_THAT(list().files, IsEmpty());
}

TEST_F(FilesTest, ExecutableAndFolders) {
    const auto mm = files.object();
    const auto fs = files.object();
    const auto kernel = files.kernel();
    Paths paths(kernel);
    EXPECT_EQ(executable(kernel, mm, paths), std::nullopt);
    files.set(mm, Field::mm_exe_file, files.file(files.at_root(dentry), inode));
    files.set(fs, Field::fs_pwd_mnt, files.root_mount);
    files.set(fs, Field::fs_pwd_dentry, dentry);
    files.set(fs, Field::fs_root_mnt, files.root_mount);
    files.set(fs, Field::fs_root_dentry, files.root_dentry);
    EXPECT_THAT(executable(kernel, mm, paths), Optional(Eq("/log")));
    EXPECT_THAT(working_directory(kernel, fs, paths), Optional(Eq("/log")));
    EXPECT_EQ(root_folder(kernel, fs), files.at_root(files.root_dentry));
}

}  // namespace
}  // namespace hvgdb::osi
