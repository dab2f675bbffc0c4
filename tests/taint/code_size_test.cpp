// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/code_size.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "tests/taint/code.hpp"

namespace hvgdb::emulator::taint {
namespace {

constexpr VirtAddr kLow{0x40'1000};

struct Row {
    const char* name;
    std::vector<CodeBytes> code;
    std::optional<CodeSize> size;
    VirtAddr address = kLow;
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class Lengths : public testing::TestWithParam<Row> {};

TEST_P(Lengths, TellTheKindOfCode) {
    EXPECT_EQ(code_size(GetParam().address, GetParam().code), GetParam().size);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Lengths,
    testing::Values(
        Row{"above 4 GiB", {instruction({0x48})}, CodeSize::bits64, VirtAddr{0x1'0000'0000}},
        Row{"kernel", {}, CodeSize::bits64, VirtAddr{0xffff'ffff'8100'0000}},
        Row{"REX belongs to the instruction", {instruction({0x48, 0x89, 0xe5})}, CodeSize::bits64},
        Row{"dec eax, then mov", {instruction({0x48}), instruction({0xb8, 1, 0, 0, 0})}, CodeSize::bits32},
        Row{"mov ax, 1", {instruction({0xb8, 1, 0})}, CodeSize::bits16},
        Row{"one oddity does not decide",
            {instruction({0x0f}), instruction({0x48, 0x89, 0xe5}), instruction({0x48, 0x83, 0xc4, 8})},
            CodeSize::bits64},
        Row{"ret is the same everywhere", {instruction({0xc3})}, std::nullopt},
        Row{"mov eax, 1 is no 16-bit code, and no more is known", {instruction({0xb8, 1, 0, 0, 0})}, std::nullopt},
        Row{"no code", {}, std::nullopt}));

TEST(CodeSizeOfText, IsTheStacksWidth) {
    struct Text {
        const char* text;
        std::optional<CodeSize> size;
    };
    for (const auto& [text, size] : {
             Text{"retq", CodeSize::bits64},
             Text{"retl", CodeSize::bits32},
             Text{"retw", CodeSize::bits16},
             Text{"movl %eax, (%rdi)", CodeSize::bits64},
             Text{"pushl %ebp", CodeSize::bits32},
             Text{"pushw %ax", CodeSize::bits16},
             Text{"calll *%eax", CodeSize::bits32},
             Text{"leave", std::nullopt},
             Text{"movl %eax, %ebx", std::nullopt},
             Text{"popcntl %eax, %ecx", std::nullopt},
             Text{"", std::nullopt},
         }) {
        EXPECT_EQ(code_size_of_text(text), size) << text;
    }
}

}  // namespace
}  // namespace hvgdb::emulator::taint
