// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/help.hpp"

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

std::string synopsis(const CommandSpec& command) {
    std::string text(command.name);
    if (!command.arguments.empty()) {
        text.append(" ").append(command.arguments);
    }
    return text;
}

}  // namespace

std::string help_overview() {
    constexpr std::size_t kWidestShown = 34;
    std::vector<std::vector<std::string>> rows;
    rows.reserve(std::size(kCommands));
    for (const auto& command : kCommands) {
        const auto text = synopsis(command);
        rows.push_back({"  " + (text.size() > kWidestShown ? std::string(command.name) + " ..." : text),
                        std::string(command.summary)});
    }
    return "Commands:\n" + table(rows) +
           paragraph(
               "TARGET is *ADDRESS (example: *0x55555555), *SYMBOL or *SYMBOL+OFFSET of the kernel, or a register or a "
               "part of one (example: al). Numbers are hexadecimal with 0x, "
               "else decimal. \"help COMMAND\" tells more.");
}

std::string help_topic(const CommandSpec& command) {
    return paragraph(synopsis(command)) + paragraph(command.details, 4) +
           paragraph("Example: monitor " + std::string(command.example), 4);
}

}  // namespace hvgdb::monitor
