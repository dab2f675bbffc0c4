// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <string>
#include <vector>

#include "tests/osi/profile/profile_file.hpp"

namespace hvgdb::osi {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::string_view kDocument = R"({
  "metadata": {"format": "6.2.0"},
  "base_types": {
    "int": {"size": 4, "signed": true, "kind": "int", "endian": "little"},
    "char": {"size": 1, "signed": true, "kind": "char", "endian": "little"},
    "pointer": {"size": 8, "signed": false, "kind": "int", "endian": "little"}
  },
  "enums": {"state": {"size": 4, "base": "int", "constants": {"a": 0}}},
  "user_types": {
    "task_struct": {"size": 9792, "kind": "struct", "fields": {
      "pid": {"offset": 2464, "type": {"kind": "base", "name": "int"}},
      "comm": {"offset": 3008, "type": {"kind": "array", "count": 16, "subtype": {"kind": "base", "name": "char"}}},
      "mm": {"offset": 2336, "type": {"kind": "pointer", "subtype": {"kind": "struct", "name": "mm_struct"}}},
      "exit_state": {"offset": 100, "type": {"kind": "enum", "name": "state"}},
      "flags": {"offset": 44, "type": {"kind": "bitfield", "bit_position": 3, "bit_length": 5,
                                       "type": {"kind": "base", "name": "int"}}},
      "thread": {"offset": 5000, "type": {"kind": "struct", "name": "thread_struct"}},
      "tgid": {"offset": "many", "type": {"kind": "base", "name": "int"}},
      "unnamed_field_1": {"offset": 6000, "anonymous": true, "type": {"kind": "union", "name": "unnamed_1"}}
    }},
    "thread_struct": {"size": 64, "kind": "struct", "fields": {
      "sp": {"offset": 24, "type": {"kind": "pointer", "subtype": {"kind": "base", "name": "void"}}}
    }},
    "unnamed_1": {"size": 16, "kind": "union", "fields": {
      "unnamed_field_0": {"offset": 8, "anonymous": true, "type": {"kind": "struct", "name": "unnamed_2"}}
    }},
    "unnamed_2": {"size": 8, "kind": "struct", "fields": {
      "active_mm": {"offset": 4, "type": {"kind": "pointer", "subtype": {"kind": "struct", "name": "mm_struct"}}}
    }},
    "mm_struct": {"size": 8, "kind": "struct", "fields": {
      "loop": {"offset": 0, "anonymous": true, "type": {"kind": "struct", "name": "mm_struct"}}
    }}
  },
  "symbols": {
    "_text": {"address": 18446744071578845184, "type": {"kind": "function"}},
    "init_task": {"address": 18446744071600898048, "type": {"kind": "struct", "name": "task_struct"}}
  }
})";

void expect_document(const Profile& profile) {
    const auto& types = *profile.types;
    EXPECT_THAT(types.member("task_struct", "pid"), Optional(Member{.offset = 2464, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("task_struct", "comm"), Optional(Member{.offset = 3008, .size = 16, .element_size = 1}));
    EXPECT_THAT(types.member("task_struct", "mm"), Optional(Member{.offset = 2336, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("task_struct", "exit_state"),
                Optional(Member{.offset = 100, .size = 4, .element_size = 4}));
    EXPECT_THAT(types.member("task_struct", "flags"),
                Optional(Member{.offset = 44, .size = 4, .element_size = 4, .bit_offset = 3, .bit_count = 5}));
    EXPECT_THAT(types.member("task_struct", "thread.sp"),
                Optional(Member{.offset = 5024, .size = 8, .element_size = 8}));
    EXPECT_THAT(types.member("task_struct", "active_mm"),
                Optional(Member{.offset = 6012, .size = 8, .element_size = 8}));
    EXPECT_FALSE(types.member("task_struct", "tgid"));
    EXPECT_FALSE(types.member("mm_struct", "pgd"));
    EXPECT_THAT(types.size_of("task_struct"), Optional(9792U));
    EXPECT_THAT(profile.symbols->find("init_task"), Optional(VirtAddr{18446744071600898048ULL}));
    EXPECT_THAT(profile.symbols->at_or_below(VirtAddr{18446744071578845190ULL}),
                Optional(testing::Field(&Symbol::type, 'T')));
}

TEST(Isf, GivesMembersAndSymbols) {
    const auto profile = ProfileFile(kDocument, "linux.json").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    EXPECT_THAT(profile->description, HasSubstr("linux.json (ISF)"));
    expect_document(*profile);
}

std::string packed(std::string_view text) {
    std::vector<std::uint8_t> out(lzma_stream_buffer_bound(text.size()));
    std::size_t size = 0;
    EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                      text.size(), out.data(), &size, out.size()),
              LZMA_OK);
    return {reinterpret_cast<const char*>(out.data()), size};
}

TEST(Isf, MayBePacked) {
    const auto profile = ProfileFile(packed(kDocument), "linux.json.xz").load();
    ASSERT_TRUE(profile) << profile.error().detail;
    expect_document(*profile);
}

TEST(Isf, PackedAndCutOffIsRefused) {
    const auto text = packed(kDocument);
    EXPECT_THAT(problem_with(text.substr(0, text.size() / 2)), HasSubstr("damaged, or cut off (xz)"));
    EXPECT_THAT(problem_with(packed(std::string(3U << 20, ' '))), HasSubstr("neither symbols nor types"));
    EXPECT_THAT(problem_with(packed("\x7f"
                                    "ELF")),
                HasSubstr("unpack it first"));
}

struct Row {
    std::string name;
    std::string text;
    std::string problem;
};

class WrongIsf : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongIsf,
    ::testing::Values(Row{"CutOff", R"({"user_types": {)", "no JSON at byte 16: incomplete"},
                      Row{"Behind", R"({} {})", "no JSON at byte 3: extra data"},
                      Row{"Deep", R"({"a":)" + std::string(100, '['), "no JSON at byte"},
                      Row{"NoTypes", R"({"symbols": {}})", "\"user_types\" is missing"},
                      Row{"Nothing", R"({"user_types": {}, "symbols": {}})", "none of the kernel's structures"},
                      Row{"SymbolsNoObject", R"({"user_types": {}, "symbols": []})", "\"symbols\" is no object"},
                      Row{"NoAddress", R"({"user_types": {}, "symbols": {"a": {}}})", "symbols.a has no address"},
                      Row{"OddAddress", R"({"user_types": {}, "symbols": {"a": {"address": 1.5}}})",
                          "symbols.a cannot be used"}),
    [](const auto& row) { return row.param.name; });

TEST_P(WrongIsf, IsRefusedWithItsPlace) {
    EXPECT_THAT(problem_with(GetParam().text), HasSubstr(GetParam().problem));
}

}  // namespace
}  // namespace hvgdb::osi
