// SPDX-License-Identifier: GPL-2.0-or-later
// Recognising a file, and those that are no text.
#include "osi/profile/profile.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "emulator/hex.hpp"
#include "tests/osi/btf_builder.hpp"
#include "tests/osi/profile/profile_file.hpp"

namespace hvgdb::osi {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::string content_of(const char* file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Profile, TakesTypesAndSymbolsOutOfAVmlinux) {
    const auto profile = load_profile(FAKE_VMLINUX);
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_THAT(profile->description, HasSubstr("(DWARF)"));
    const auto& types = *profile->types;
    EXPECT_THAT(types.member("task_struct", "tasks"), Optional(Member{.offset = 8, .size = 16, .element_size = 16}));
    EXPECT_THAT(types.member("task_struct", "pid"), Optional(Member{.offset = 24, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("task_struct", "tgid"), Optional(Member{.offset = 28, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("task_struct", "exit_state"),
                Optional(Member{.offset = 32, .size = 4, .element_size = 4, .bit_offset = 5, .bit_count = 3}));
    EXPECT_THAT(types.member("task_struct", "comm"), Optional(Member{.offset = 33, .size = 16, .element_size = 1}));
    EXPECT_THAT(types.member("task_struct", "mm"), Optional(Member{.offset = 56, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("task_struct", "thread.sp"), Optional(Member{.offset = 64, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("task_struct", "thread.fsbase"),
                Optional(Member{.offset = 72, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("cred", "uid"), Optional(Member{.offset = 8, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("mm_struct", "pgd"), Optional(Member{.offset = 8, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("mm_struct", "saved_auxv"),
                Optional(Member{.offset = 16, .size = 416, .element_size = 8}));
    EXPECT_THAT(types.size_of("task_struct"), Optional(80U));
    EXPECT_FALSE(types.member("task_struct", "stack"));
    EXPECT_FALSE(types.member("vm_area_struct", "vm_start"));

    const auto text = profile->symbols->find("_text");
    ASSERT_TRUE(text && profile->symbols->find("init_task"));
    const auto variants = profile->symbols->variants("_text", 2);
    ASSERT_EQ(variants.size(), 1U);
    EXPECT_EQ(variants.front().type, 'T');
}

TEST(Profile, ADamagedVmlinuxIsRefusedOrRead) {
    const auto whole = content_of(FAKE_VMLINUX);
    ASSERT_GT(whole.size(), 1000U);
    for (const std::size_t size : {std::size_t{5}, std::size_t{64}, std::size_t{100}, whole.size() / 2}) {
        EXPECT_NE(problem_with(whole.substr(0, size)), "") << size;
    }
    for (std::size_t place = 0x10; place < whole.size(); place += whole.size() / 97) {
        auto damaged = whole;
        damaged[place] = static_cast<char>(~damaged[place]);
        (void)problem_with(damaged);
    }
}

TEST(Profile, TakesRawBtf) {
    BtfBuilder btf;
    const auto number = btf.integer("int", 4);
    btf.structure("task_struct", 16, {{.name = "pid", .type = number, .bits = 64}});
    const auto profile = ProfileFile(as_text(btf.build()), "6.1.btf").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_EQ(profile->description, "6.1.btf (BTF)");
    EXPECT_EQ(profile->symbols, nullptr);
    EXPECT_THAT(profile->types->member("task_struct", "pid"),
                Optional(Member{.offset = 8, .size = 4, .element_size = 4}));
}

struct Row {
    std::string name;
    std::string content;
    std::string problem;
};

class UnknownFile : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(Rows, UnknownFile,
                         ::testing::Values(Row{"Empty", "", "neither symbols nor types"},
                                           Row{"Prose", "Hello\n", "neither symbols nor types"},
                                           Row{"Gzip", "\x1f\x8b\x08", "compressed by gzip: unpack it first"},
                                           Row{"Zstd", "\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first"},
                                           Row{"BigEndian", "\xeb\x9f\x01", "big-endian"},
                                           Row{"Boot", "MZ", "a vmlinux is needed"},
                                           Row{"Btf", "\x9f\xeb\x01 but cut off", "profile: "},
                                           Row{"Elf",
                                               "\x7f"
                                               "ELF and nothing",
                                               "damaged ELF file"}),
                         [](const auto& row) { return row.param.name; });

TEST_P(UnknownFile, IsRefusedWithAReason) {
    EXPECT_THAT(problem_with(GetParam().content), HasSubstr(GetParam().problem));
}

TEST(Profile, AMissingFileIsNamed) {
    const auto profile = load_profile("/nonexistent/System.map");
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().code, Errc::not_found);
    EXPECT_THAT(profile.error().detail, HasSubstr("/nonexistent/System.map: No such file"));
    EXPECT_THAT(load_profile("/proc").error().detail, HasSubstr("no regular file"));
}

}  // namespace
}  // namespace hvgdb::osi
