// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/text.hpp"

#include <gtest/gtest.h>

namespace hvgdb::monitor {
namespace {

using Lines = std::vector<std::string>;

TEST(Text, TrimTakesBlanksFromBothEnds) {
    EXPECT_EQ(trim("  \ta b\r\n"), "a b");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Text, PrintableKeepsEveryColumn) {
    EXPECT_EQ(printable("a\tb"), "a b");
    EXPECT_EQ(printable("\x1b[31mred\x7f"), ".[31mred.");
    EXPECT_EQ(printable("h\xc3\xbcgel"), "h..gel");
    EXPECT_EQ(printable(std::string_view("\0z", 2)), ".z");
}

TEST(Text, ShortenedSaysThatItIs) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcd", 3), "abc...");
    EXPECT_EQ(shortened("\x1b"
                        "bcd",
                        3),
              ".bc...");
}

TEST(Text, WrapBreaksAtSpacesAndCutsLongWords) {
    EXPECT_EQ(wrap("", 5), (Lines{""}));
    EXPECT_EQ(wrap("ab cd", 5), (Lines{"ab cd"}));
    EXPECT_EQ(wrap("ab cde", 5), (Lines{"ab", "cde"}));
    EXPECT_EQ(wrap("abcdefg hi", 5), (Lines{"abcde", "fg hi"}));
    EXPECT_EQ(wrap("a b", 0), (Lines{"a", "b"}));
}

TEST(Text, ParagraphIndentsEveryLine) {
    const std::string word(40, 'x');
    EXPECT_EQ(paragraph(word + " " + word, 2), "  " + word + "\n  " + word + "\n");
    EXPECT_EQ(paragraph(word + " " + word.substr(1)), word + " " + word.substr(1) + "\n");
}

TEST(Text, TableAlignsColumnsWithoutTrailingBlanks) {
    EXPECT_EQ(table({{"a", "b"}, {"long", "c"}, {"x"}}), "a     b\nlong  c\nx\n");
    EXPECT_EQ(table({}), "");
}

TEST(Text, TableCutsTheLastCellAtTheLastColumn) {
    const std::string letters = "abc" + std::string(100, 'x') + "yz";
    EXPECT_EQ(table({{letters}}), letters.substr(0, 77) + "...\n");
    EXPECT_EQ(table({{"a", letters}}, {.cut_front = true}), "a  ..." + letters.substr(letters.size() - 74) + "\n");
    EXPECT_EQ(table({{std::string(79, 'a'), "b"}}), std::string(79, 'a') + "\n");
    EXPECT_EQ(table({{std::string(100, 'a'), "b"}}), std::string(80, 'a') + "\n");
}

TEST(Text, TableAlignsToTheRight) {
    EXPECT_EQ(table({{"n", "m", "name"}, {"10", "1", "x"}}, {.align = "rl"}), " n  m  name\n10  1  x\n");
    EXPECT_EQ(table({{"name", "n"}, {"x", "10"}}, {.align = "lr"}), "name   n\nx     10\n");
}

TEST(Text, TableIsPrintableWhateverIsInIt) {
    EXPECT_EQ(table({{"\x1b[1m\n", "\xff"}}), ".[1m   .\n");
}

TEST(Text, TableCountsWhatItDoesNotShow) {
    const std::vector<std::vector<std::string>> rows(kMostRows + 4, {"x"});
    const auto text = table(rows);
    EXPECT_TRUE(text.ends_with("x\nand 3 more\n"));
    EXPECT_EQ(text.size(), 2 * (kMostRows + 1) + std::string_view("and 3 more\n").size());
}

TEST(Text, FactsBreakLongValues) {
    const std::string word(50, 'x');
    EXPECT_EQ(facts_table({{"a", "1"}, {"name", word + " " + word}, {"none", ""}}),
              "a     1\nname  " + word + "\n      " + word + "\nnone\n");
    EXPECT_EQ(facts_table({{std::string(30, 'n'), "\x1b"}}), std::string(24, 'n') + "  .\n");
}

TEST(Text, SizesHaveTheLargestUnit) {
    const struct {
        std::uint64_t bytes;
        std::string_view text;
    } rows[] = {
        {0, "0 bytes"},       {1023, "1023 bytes"}, {1024, "1 KiB"},         {1536, "1.5 KiB"},
        {135'168, "132 KiB"}, {2 << 20, "2 MiB"},   {10'276'044, "9.7 MiB"}, {UINT64_MAX, "15.9 EiB"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(size_text(row.bytes), row.text);
    }
}

}  // namespace
}  // namespace hvgdb::monitor
