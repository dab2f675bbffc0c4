// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/profile/profile_file.hpp"

namespace hvgdb::osi {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::string_view kTwoGroups =
    "# made up\n"
    "[guest:5.10:64]\n"
    "name = 5.10.0|#1 SMP|x86_64\n"
    "task.init_addr = 18446744071600898048\n"
    "task.per_cpu_offsets_addr = 0xffffffff82300000\n"
    "task.size = 9000\n"
    "task.tasks_offset = 1160\n"
    "task.pid_offset = 0x4f8\n"
    "task.comm_offset = 1648\n"
    "task.comm_size = 16\n"
    "mm.pgd_offset = 80\n"
    "path.d_name_offset = 32\n"
    "qstr.name_offset = 8\n"
    "path.mnt_parent_offset = 16\n"
    "path.mnt_mountpoint_offset = 24\n"
    "\n"
    "[guest:3.2:32]\n"
    "task.pid_offset = 248\n";

Expected<Profile> load_group(const std::string& group, std::string_view text = kTwoGroups) {
    const ProfileFile file(text, "kernelinfo.conf");
    return load_profile(file.path().string() + ":" + group);
}

TEST(Kernelinfo, GivesMembersAndSymbols) {
    const auto profile = load_group("guest:5.10:64");
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_THAT(profile->description, HasSubstr("kernelinfo.conf [guest:5.10:64]"));
    const auto& types = *profile->types;
    EXPECT_THAT(types.member("task_struct", "tasks"), Optional(Member{.offset = 1160, .size = 16, .element_size = 16}));
    EXPECT_THAT(types.member("task_struct", "pid"), Optional(Member{.offset = 0x4f8, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("task_struct", "comm"), Optional(Member{.offset = 1648, .size = 16, .element_size = 1}));
    EXPECT_THAT(types.member("dentry", "d_name.name"), Optional(Member{.offset = 40, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("mount", "mnt_parent"), Optional(Member{.offset = 16, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("mount", "mnt"), Optional(Member{.offset = 32, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.size_of("task_struct"), Optional(9000U));
    EXPECT_FALSE(types.member("task_struct", "mm"));
    EXPECT_FALSE(types.size_of("pt_regs"));
    EXPECT_THAT(profile->symbols->find("init_task"), Optional(VirtAddr{18446744071600898048ULL}));
    EXPECT_THAT(profile->symbols->find("__per_cpu_offset"), Optional(VirtAddr{0xffffffff82300000}));
    EXPECT_THAT(profile->symbols->find("_text"), Optional(VirtAddr{0xffffffff81000000}));
}

TEST(Kernelinfo, OneGroupNeedsNoName) {
    const auto profile = ProfileFile("[only]\ntask.pid_offset = 4\n").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_THAT(profile->types->member("task_struct", "pid"), Optional(testing::Field(&Member::offset, 4U)));
    EXPECT_EQ(profile->symbols, nullptr);
}

TEST(Kernelinfo, PlacesInMountMayBeToldFromItsMember) {
    const auto profile = ProfileFile("[only]\npath.mnt_parent_offset = -16\npath.mnt_mountpoint_offset = -8\n").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    const auto parent = profile->types->member("mount", "mnt_parent");
    const auto mountpoint = profile->types->member("mount", "mnt_mountpoint");
    const auto mnt = profile->types->member("mount", "mnt");
    ASSERT_TRUE(parent && mountpoint && mnt);
    EXPECT_EQ(mnt->offset - parent->offset, 16U);
    EXPECT_EQ(mnt->offset - mountpoint->offset, 8U);
}

TEST(Kernelinfo, AGroupHasToBeChosen) {
    EXPECT_THAT(problem_with(kTwoGroups),
                HasSubstr("choose one with FILE:GROUP (groups: guest:5.10:64, guest:3.2:32)"));
    const auto other = load_group("other");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::not_found);
    EXPECT_THAT(other.error().detail, HasSubstr("no group \"other\""));
    const auto narrow = load_group("guest:3.2:32");
    ASSERT_FALSE(narrow);
    EXPECT_EQ(narrow.error().code, Errc::unsupported);
}

struct Row {
    std::string name;
    std::string text;
    std::string problem;
};

class WrongKernelinfo : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongKernelinfo,
    ::testing::Values(Row{"NoNumber", "[a]\n\ntask.pid_offset = four\n", ":3: task.pid_offset: not a number"},
                      Row{"EmptyNumber", "[a]\ntask.pid_offset =\n", ":2: task.pid_offset: not a number"},
                      Row{"LargeOffset", "[a]\ntask.pid_offset = 99999999\n", "task.pid_offset: no offset"},
                      Row{"NegativeOffset", "[a]\ntask.pid_offset = -4\n", "task.pid_offset: no offset"},
                      Row{"NoGroup", "# a comment\nx = 1\n", ":2: neither [group] nor"},
                      Row{"NoValue", "[a]\nx\n", ":2: neither [group] nor"},
                      Row{"OpenGroup", "[a\n", ":1: ] is missing"},
                      Row{"NothingKnown", "[a]\nx = 1\n", "no offset that is known here"},
                      Row{"OnlyAComment", "# a comment\n", "no group"}),
    [](const auto& row) { return row.param.name; });

TEST_P(WrongKernelinfo, IsRefusedWithItsPlace) {
    EXPECT_THAT(problem_with(GetParam().text), HasSubstr(GetParam().problem));
}

}  // namespace
}  // namespace hvgdb::osi
