// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_description.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace hvgdb::gdbserver {
namespace {

struct Row {
    ProgramKind kind;
    const char* name;
    unsigned number;
    std::size_t size;
    const char* type;
};

constexpr ProgramKind k64{.compat = false, .avx = true};
constexpr ProgramKind k32{.compat = true, .avx = true};

class DescribedRegister : public testing::TestWithParam<Row> {};

TEST_P(DescribedRegister, HasGdbsNumberSizeAndType) {
    const auto& [kind, name, number, size, type] = GetParam();
    const auto* info = process_description(kind).find(name);
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(info->number, number);
    EXPECT_EQ(info->size, size);
    EXPECT_EQ(info->type, type);
}

INSTANTIATE_TEST_SUITE_P(All, DescribedRegister,
                         testing::Values(Row{k64, "rax", 0, 8, "int64"}, Row{k64, "rsp", 7, 8, "data_ptr"},
                                         Row{k64, "rip", 16, 8, "code_ptr"}, Row{k64, "eflags", 17, 4, "i386_eflags"},
                                         Row{k64, "gs", 23, 4, "int32"}, Row{k64, "st7", 31, 10, "i387_ext"},
                                         Row{k64, "fop", 39, 4, "int"}, Row{k64, "xmm15", 55, 16, "vec128"},
                                         Row{k64, "mxcsr", 56, 4, "i386_mxcsr"}, Row{k64, "orig_rax", 57, 8, "int64"},
                                         Row{k64, "gs_base", 59, 8, "int"}, Row{k64, "ymm15h", 75, 16, "uint128"},
                                         Row{k32, "eax", 0, 4, "int32"}, Row{k32, "esp", 4, 4, "data_ptr"},
                                         Row{k32, "eip", 8, 4, "code_ptr"}, Row{k32, "gs", 15, 4, "int32"},
                                         Row{k32, "st0", 16, 10, "i387_ext"}, Row{k32, "fctrl", 24, 4, "int"},
                                         Row{k32, "xmm7", 39, 16, "vec128"}, Row{k32, "mxcsr", 40, 4, "i386_mxcsr"},
                                         Row{k32, "orig_eax", 41, 4, "int"}, Row{k32, "ymm7h", 49, 16, "uint128"}));

TEST(ProcessDescription, HasWhatTheProgramHas) {
    EXPECT_EQ(process_description({}).find("ymm0h"), nullptr);
    EXPECT_EQ(process_description({.compat = true}).find("ymm0h"), nullptr);
    EXPECT_EQ(process_description(k32).find("fs_base"), nullptr);
    EXPECT_EQ(process_description(k32).find("xmm8"), nullptr);
    EXPECT_EQ(process_description(k64).registers().size(), 76U);
    EXPECT_EQ(process_description(k32).registers().size(), 50U);
}

TEST(ProcessDescription, IsOneDocumentOfALinuxProgram) {
    for (const auto& [kind, architecture] : {std::pair{k64, "i386:x86-64"}, std::pair{k32, "i386"}}) {
        const auto& description = process_description(kind);
        EXPECT_EQ(description.architecture(), architecture);
        ASSERT_EQ(description.documents().size(), 1U);
        const auto& text = description.documents().at("target.xml");
        EXPECT_NE(text.find("<osabi>GNU/Linux</osabi>"), std::string::npos);
        EXPECT_EQ(text.find("xi:include"), std::string::npos);
        EXPECT_EQ(&process_description(kind), &description);
    }
}

TEST(ProcessDescription, TellsWhatAStopReplyCarries) {
    const auto names = [](const emulator::TargetDescription& description) {
        std::vector<std::string> found;
        for (const unsigned number : description.expedited()) {
            found.push_back(description.find(number)->name);
        }
        return found;
    };
    EXPECT_EQ(names(process_description(k64)), (std::vector<std::string>{"rip", "rsp", "rbp"}));
    EXPECT_EQ(names(process_description(k32)), (std::vector<std::string>{"eip", "esp", "ebp"}));
    EXPECT_EQ(process_description(k32).program_counter()->name, "eip");
}

}  // namespace
}  // namespace hvgdb::gdbserver
