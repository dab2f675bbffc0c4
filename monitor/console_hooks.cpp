// SPDX-License-Identifier: GPL-2.0-or-later
// The commands about hooks.
#include "monitor/console.hpp"

namespace hvgdb::monitor {

Expected<std::string> Console::run_hook(const cmd::Hook& command, const Selection& selected) {
    if (context_.hooks == nullptr || !context_.print) {
        return fail(Errc::unsupported, "not available here");
    }
    if (!command.place) {
        return hooks_.report();
    }
    if (context_.machine.running()) {
        return fail(Errc::running, "the guest runs; attach something first, which takes the lines, too");
    }
    const auto& place = *command.place;
    const auto process = place.process || place.kernel ? place.process : selected.process;
    if (!process && !place.kernel && !place.library.empty()) {
        return fail(Errc::bad_argument, "a library of which process?");
    }
    const auto added = hooks_.add({.process = process, .library = place.library, .where = place.where});
    return added ? Expected<std::string>(hooks_.added_report()) : std::unexpected(added.error());
}

Expected<std::string> Console::run_unhook(const cmd::Unhook& command) {
    if (context_.hooks == nullptr || !context_.print) {
        return fail(Errc::unsupported, "not available here");
    }
    if (!command.number) {
        hooks_.clear();
    } else if (const auto removed = hooks_.remove(*command.number); !removed) {
        return std::unexpected(removed.error());
    }
    return hooks_.report();
}

}  // namespace hvgdb::monitor
