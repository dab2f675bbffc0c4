// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/process_words.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::array<std::pair<char, std::string_view>, 8> kStates{{
    {'R', "running"},
    {'S', "sleeping"},
    {'D', "sleeping, not to be disturbed"},
    {'T', "stopped"},
    {'t', "stopped by a tracer"},
    {'X', "dead"},
    {'Z', "zombie"},
    {'I', "idle"},
}};

}  // namespace

std::string short_name(std::string_view name) {
    constexpr std::size_t kLongest = 16;
    return shortened(name, kLongest);
}

std::string state_text(char state) {
    for (const auto& [letter, word] : kStates) {
        if (letter == state) {
            return fmt::format("{} {}", letter, word);
        }
    }
    return printable(std::string_view(&state, 1)) + " unknown";
}

std::string seconds_text(std::uint64_t nanoseconds) {
    constexpr std::uint64_t kPerSecond = 1'000'000'000;
    constexpr std::uint64_t kPerHundredth = kPerSecond / 100;
    return fmt::format("{}.{:02}", nanoseconds / kPerSecond, nanoseconds % kPerSecond / kPerHundredth);
}

std::string number_or_dash(std::optional<std::uint32_t> number) {
    return number ? std::to_string(*number) : "-";
}

Expected<std::vector<std::string>> arguments_of(osi::Os& os, const osi::Process& process, std::size_t limit) {
    return process.kernel_thread ? Expected<std::vector<std::string>>() : os.arguments(process.pid, limit);
}

std::string command_line(const osi::Process& process, const Expected<std::vector<std::string>>& arguments,
                         std::size_t limit) {
    if (!arguments) {
        return std::string(kUnreadable);
    }
    std::string line;
    for (const auto& argument : *arguments) {
        if (line.size() > limit) {
            break;
        }
        line.append(line.empty() ? "" : " ").append(std::string_view(argument).substr(0, limit + 1));
    }
    return line.empty() ? "[" + short_name(process.command) + "]" : shortened(line, limit);
}

}  // namespace hvgdb::monitor
