// SPDX-License-Identifier: GPL-2.0-or-later
// What `wait` and `stop-at` say, of the plugin and of the launcher.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/start_words.hpp"

namespace hvgdb::plugin {

inline constexpr std::array<std::string_view, 4> kStopWords{"never", osi::name_of(osi::StopAt::start),
                                                            osi::name_of(osi::StopAt::entry),
                                                            osi::name_of(osi::StopAt::main_function)};

struct StopOption {
    bool machine = false;                      ///< the machine stops before its first instruction
    osi::StopAt program = osi::StopAt::entry;  ///< where the program that is waited for stops
};

/// `word` is that of stop-at, empty when nothing is said. It is about `program`, which is waited for, or where that is
/// empty about the machine.
[[nodiscard]] inline Expected<StopOption> stop_option(std::string_view word, std::string_view program) {
    const auto named = osi::stop_at_named(word);
    const bool never = word == kStopWords.front();
    if (!word.empty() && !never && !named) {
        return fail(Errc::bad_argument, "stop-at is never, start, entry or main, not " + std::string(word));
    }
    if (program.empty()) {
        return named.value_or(osi::StopAt::start) == osi::StopAt::start
                   ? Expected<StopOption>({.machine = named.has_value(), .program = {}})
                   : fail(Errc::bad_argument, "stop-at " + std::string(word) + " is of a program: wait says of which");
    }
    if (!osi::can_be_program(program)) {
        return fail(Errc::bad_argument, "wait is NAME or PATH of a program, not " + std::string(program));
    }
    return never ? fail(Errc::bad_argument, "stop-at never contradicts wait")
                 : Expected<StopOption>({.machine = false, .program = named.value_or(osi::StopAt::entry)});
}

}  // namespace hvgdb::plugin
