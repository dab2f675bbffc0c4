// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/diagnostic.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace hvgdb::monitor {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

TEST(Diagnostic, PutsTheCaretUnderTheColumn) {
    EXPECT_EQ(render({"taint x", 6, "Wrong", ""}),
              "Error:\n"
              "    taint x\n"
              "          ^------ Wrong\n");
}

TEST(Diagnostic, HintHasItsOwnLine) {
    EXPECT_EQ(render({"hlep", 0, "Wrong", "(did you mean \"help\"?)"}),
              "Error:\n"
              "    hlep\n"
              "    ^------ Wrong\n"
              "            (did you mean \"help\"?)\n");
}

TEST(Diagnostic, BreaksBeforeColumn80WithAHangingIndent) {
    const std::string fits(68, 'x');
    EXPECT_EQ(render({"a", 0, fits, ""}), "Error:\n    a\n    ^------ " + fits + "\n");
    EXPECT_EQ(render({"a", 0, fits + " y", ""}), "Error:\n    a\n    ^------ " + fits + "\n            y\n");
    EXPECT_EQ(render({"a", 0, fits + "y", ""}), "Error:\n    a\n    ^------ " + fits + "\n            y\n");
}

TEST(Diagnostic, ControlBytesNeitherMoveTheCaretNorReachTheTerminal) {
    EXPECT_EQ(render({"\x1b[2J\x07\tx\xc3\xa9 y", 10, "Bad \x1b[0m", "\x9b"}),
              "Error:\n"
              "    .[2J. x.. y\n"
              "              ^------ Bad .[0m\n"
              "                      .\n");
}

TEST(Diagnostic, ColumnBeyondTheLineMeansItsEnd) {
    EXPECT_EQ(render({"ab", 99, "Wrong", ""}), "Error:\n    ab\n      ^------ Wrong\n");
}

TEST(Diagnostic, LongLinesAreShownAroundTheColumn) {
    const std::string tail(100, 'b');
    const auto cut_right = lines_of(render({"a" + tail, 0, "Wrong", ""}));
    EXPECT_EQ(cut_right[1], "    a" + std::string(72, 'b') + "...");
    EXPECT_EQ(cut_right[2], "    ^------ Wrong");

    const auto cut_both = lines_of(render({std::string(100, 'a') + "X" + tail, 100, "Wrong", ""}));
    EXPECT_EQ(cut_both[1], "    ..." + std::string(37, 'a') + "X" + std::string(32, 'b') + "...");
    EXPECT_EQ(cut_both[1].size(), 80u);
    EXPECT_EQ(cut_both[2].find('^'), cut_both[1].find('X'));

    const auto cut_left = lines_of(render({std::string(100, 'a'), 100, "Wrong", ""}));
    EXPECT_EQ(cut_left[1], "    ..." + std::string(37, 'a'));
    EXPECT_EQ(cut_left[2].find('^'), cut_left[1].size());
}

TEST(Diagnostic, NoLineIsWiderThan80AtAnyColumn) {
    const std::string message = "Expected " + std::string(100, 'w') + " or something else that is quite long to read";
    for (std::size_t length : {0u, 1u, 40u, 41u, 43u, 44u, 76u, 77u, 200u}) {
        for (std::size_t column = 0; column <= length; ++column) {
            const auto lines = lines_of(render({std::string(length, 'x'), column, message, message}));
            for (const auto& line : lines) {
                EXPECT_LE(line.size(), 80u) << "length " << length << ", column " << column;
            }
        }
    }
}

}  // namespace
}  // namespace hvgdb::monitor
