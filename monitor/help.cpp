// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/help.hpp"

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
    std::vector<std::vector<std::string>> rows;
    for (const auto& command : kCommands) {
        std::string summary(command.summary);
        if (!command.available()) {
            summary += " (not yet)";
        }
        rows.push_back({"  " + synopsis(command), std::move(summary)});
    }
    return "Commands:\n" + table(rows) +
           paragraph(
               "TARGET is *ADDRESS (example: *0x55555555) or a register name. Numbers are hexadecimal with 0x, "
               "else decimal. \"help COMMAND\" tells more.");
}

std::string help_topic(const CommandSpec& command) {
    std::string text = paragraph(synopsis(command)) + paragraph(command.details, 4) +
                       paragraph("Example: monitor " + std::string(command.example), 4);
    if (!command.available()) {
        text += paragraph("Not available in this version: " + std::string(command.unavailable) + ".", 4);
    }
    return text;
}

std::string unavailable_text(const CommandSpec& command) {
    return paragraph(std::string(command.name) +
                     ": not available in this version: " + std::string(command.unavailable));
}

}  // namespace hvgdb::monitor
