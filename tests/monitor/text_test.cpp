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

TEST(Text, TableCutsAtTheLastColumn) {
    EXPECT_EQ(table({{std::string(100, 'x')}}), std::string(80, 'x') + "\n");
}

}  // namespace
}  // namespace hvgdb::monitor
