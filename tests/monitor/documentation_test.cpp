// SPDX-License-Identifier: GPL-2.0-or-later
// docs/monitor.md against the table of commands.
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "monitor/command_table.hpp"

namespace hvgdb::monitor {
namespace {

std::string manual() {
    std::ifstream file(HVGDB_MONITOR_MANUAL);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(Manual, HasEveryCommandWithItsArgumentsAndExample) {
    const auto text = manual();
    ASSERT_FALSE(text.empty()) << HVGDB_MONITOR_MANUAL;
    for (const auto& command : kCommands) {
        auto heading = "### `" + std::string(command.name);
        if (!command.arguments.empty()) {
            heading += " " + std::string(command.arguments);
        }
        EXPECT_NE(text.find(heading + "`\n"), std::string::npos) << heading;
        const auto example = "(gdb) monitor " + std::string(command.example) + "\n";
        EXPECT_NE(text.find(example), std::string::npos) << example;
    }
}

TEST(Manual, HasNoOtherCommands) {
    std::istringstream text(manual());
    std::size_t headings = 0;
    for (std::string line; std::getline(text, line);) {
        headings += line.starts_with("### `") ? 1 : 0;
    }
    EXPECT_EQ(headings, kCommands.size());
}

}  // namespace
}  // namespace hvgdb::monitor
