// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/call_file.hpp"

#include <gtest/gtest.h>

#include "tests/osi/event_reader_fixture.hpp"
#include "tests/osi/fake_files.hpp"

namespace hvgdb::osi {
namespace {

TEST(PathOf, ComparesWholeParts) {
    const struct {
        std::string_view path;
        std::string_view wanted;
        bool same;
    } rows[] = {
        {"/etc/passwd", "/etc/passwd", true}, {"/etc/passwd", "passwd", true},
        {"/etc/passwd", "etc/passwd", true},  {"/etc/passwd", "/passwd", false},
        {"/etc/passwd", "wd", false},         {"/etc/passwd", "tc/passwd", false},
        {"/etc/passwd", "etc", false},        {"/etc/passwd", "/root/etc/passwd", false},
        {"/etc/passwd", "", false},           {"/tmp/x (deleted)", "x", true},
        {"/tmp/x (deleted)", "/tmp/x", true}, {"/tmp/x (deleted)", "/tmp/x (deleted)", true},
        {"/tmp/x", "x (deleted)", false},     {"pipe:[7]", "pipe:[7]", true},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(is_path_of(row.path, row.wanted), row.same) << row.path << " " << row.wanted;
    }
}

class CallFileTest : public testing::Test {
  protected:
    CallFileTest() {
        for (const Field field : {Field::task_files, Field::files_fdt, Field::fdtable_fd}) {
            files_.fields.add(field);
        }
        files_.fields.add(Field::fdtable_max_fds, 4);
        const auto process_files = files_.object();
        table_ = files_.object();
        array_ = files_.object();
        files_.set(task_, Field::task_files, process_files);
        files_.set(process_files, Field::files_fdt, table_);
        files_.set(table_, Field::fdtable_fd, array_);
        files_.set(table_, Field::fdtable_max_fds, 8);
        const auto folder = files_.dentry(files_.root_dentry, "etc");
        file_ = files_.file(files_.at_root(files_.dentry(folder, "passwd")));
        files_.set(file_, Field::file_pos, 48);
        files_.memory.put(VirtAddr{array_.value + 3 * 8}, file_.value);
    }
    std::optional<event::CallFile> find(std::uint32_t descriptor, std::string_view wanted) {
        const auto layout = files_.fields.layout();
        const KernelMemory kernel(files_.memory, layout);
        TestMemory memory(kernel);
        EventKernel event_kernel({.paging = {}, .root = {}, .layout = layout, .symbols = {}, .stack = {}}, nothing_, 1);
        return read_call_file({.kernel = event_kernel, .memory = memory, .vcpu = vcpu_, .task = task_}, descriptor,
                              wanted);
    }

    FakeFiles files_;
    NoMemory nothing_;
    test::FakeVcpu vcpu_;
    VirtAddr task_ = files_.object();
    VirtAddr table_, array_, file_;
};

TEST_F(CallFileTest, IsFoundByItsPath) {
    for (const std::string_view wanted : {"/etc/passwd", "etc/passwd", "passwd"}) {
        const auto found = find(3, wanted);
        ASSERT_TRUE(found) << wanted;
        EXPECT_EQ(found->path, "/etc/passwd") << wanted;
        EXPECT_EQ(found->position, 48U) << wanted;
    }
    for (const std::string_view wanted : {"/passwd", "passw", "passwdx", "/etc/", "xetc/passwd", ""}) {
        EXPECT_FALSE(find(3, wanted)) << wanted;
    }
}

TEST_F(CallFileTest, IsNotThere) {
    EXPECT_FALSE(find(2, "passwd")) << "closed";
    EXPECT_FALSE(find(8, "passwd")) << "beyond the table";
    EXPECT_FALSE(find(~std::uint32_t{0}, "passwd"));
    files_.set(file_, Field::file_dentry, VirtAddr{0x1000});
    EXPECT_FALSE(find(3, "passwd")) << "nonsense";
    files_.set(table_, Field::fdtable_fd, VirtAddr{0x1000});
    EXPECT_FALSE(find(3, "passwd")) << "nonsense";
    files_.set(task_, Field::task_files, VirtAddr{});
    EXPECT_FALSE(find(3, "passwd")) << "a thread that has ended";
}

}  // namespace
}  // namespace hvgdb::osi
