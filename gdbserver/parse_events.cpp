// SPDX-License-Identifier: GPL-2.0-or-later
// What of the guest's events the client wants to hear.
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

// More than any kernel has.
constexpr std::size_t kMostNumbers = 4096;
constexpr std::uint64_t kHighestSignal = 255;

/// Numbers in hexadecimal, with semicolons between them.
std::optional<std::vector<std::uint64_t>> parse_numbers(std::string_view text, std::uint64_t highest) {
    std::vector<std::uint64_t> numbers;
    while (!text.empty()) {
        const auto number = parse_hex(take_until(text, ';'));
        if (!number || *number > highest || numbers.size() == kMostNumbers) {
            return std::nullopt;
        }
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

// 0, 1 or 1;NUMBER;NUMBER...
Expected<Command> catch_syscalls(std::string_view rest) {
    if (rest == "0") {
        return Command{cmd::CatchSyscalls{}};
    }
    const auto on = take_until(rest, ';');
    auto numbers = on == "1" ? parse_numbers(rest, std::numeric_limits<std::uint32_t>::max()) : std::nullopt;
    if (!numbers) {
        return fail(Errc::bad_argument, "QCatchSyscalls wants 0, or 1 and numbers of system calls");
    }
    return Command{cmd::CatchSyscalls{.numbers = std::move(numbers)}};
}

Expected<Command> pass_signals(std::string_view rest) {
    const auto numbers = parse_numbers(rest, kHighestSignal);
    if (!numbers) {
        return fail(Errc::bad_argument, "QPassSignals wants numbers of signals");
    }
    cmd::PassSignals command{.numbers = std::vector<bool>(kHighestSignal + 1)};
    for (const auto number : *numbers) {
        command.numbers[static_cast<std::size_t>(number)] = true;
    }
    return Command{std::move(command)};
}

Expected<Command> program_signals(std::string_view rest) {
    if (!parse_numbers(rest, kHighestSignal)) {
        return fail(Errc::bad_argument, "QProgramSignals wants numbers of signals");
    }
    return Command{cmd::ProgramSignals{}};
}

Expected<Command> thread_events(std::string_view rest) {
    if (rest != "0" && rest != "1") {
        return fail(Errc::bad_argument, "QThreadEvents wants 0 or 1");
    }
    return Command{cmd::ThreadEvents{.on = rest == "1"}};
}

}  // namespace hvgdb::gdbserver::parsers
