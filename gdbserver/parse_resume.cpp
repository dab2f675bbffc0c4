// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstddef>
#include <optional>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

// gdb sends at most one action a thread and a default.
constexpr std::size_t kMaxActions = 4096;

std::optional<unsigned> parse_signal(std::string_view text) {
    const auto number = text.size() == 2 ? parse_hex(text) : std::nullopt;
    return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

std::optional<cmd::Action> with_signal(cmd::Action action, std::string_view text) {
    const auto signal = parse_signal(text);
    action.signal = signal.value_or(0);
    return signal ? std::optional(action) : std::nullopt;
}

std::optional<cmd::Action> parse_motion(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto rest = text.substr(1);
    cmd::Action action;
    switch (text.front()) {
        case 'c':
            return rest.empty() ? std::optional(action) : std::nullopt;
        case 'C':
            return with_signal(action, rest);
        case 's':
            action.motion = cmd::Motion::step;
            return rest.empty() ? std::optional(action) : std::nullopt;
        case 'S':
            action.motion = cmd::Motion::step;
            return with_signal(action, rest);
        case 't':
            action.motion = cmd::Motion::halt;
            return rest.empty() ? std::optional(action) : std::nullopt;
        case 'r': {
            const auto range = split_once(rest, ',');
            const auto begin = range ? parse_hex(range->first) : std::nullopt;
            const auto end = range ? parse_hex(range->second) : std::nullopt;
            if (!begin || !end) {
                return std::nullopt;
            }
            action.motion = cmd::Motion::range;
            action.begin = VirtAddr{*begin};
            action.end = VirtAddr{*end};
            return action;
        }
        default:
            return std::nullopt;
    }
}

std::optional<cmd::Action> parse_action(std::string_view text) {
    const auto colon = text.find(':');
    auto action = parse_motion(text.substr(0, colon));
    if (!action || colon == std::string_view::npos) {
        return action;
    }
    const auto thread = parse_thread(text.substr(colon + 1));
    if (!thread) {
        return std::nullopt;
    }
    action->thread = *thread;
    return action;
}

Expected<Command> old_resume(std::string_view address, bool step, unsigned signal = 0) {
    if (address.empty()) {
        return Command{cmd::OldResume{.step = step, .signal = signal, .address = std::nullopt}};
    }
    const auto value = parse_hex(address);
    if (!value) {
        return fail(Errc::bad_argument, "malformed address");
    }
    return Command{cmd::OldResume{.step = step, .signal = signal, .address = VirtAddr{*value}}};
}

Expected<Command> old_resume_with_signal(std::string_view rest, bool step) {
    const auto signal = parse_signal(take_until(rest, ';'));
    if (!signal) {
        return fail(Errc::bad_argument, "malformed signal number");
    }
    return old_resume(rest, step, *signal);
}

}  // namespace

Expected<Command> resume(std::string_view rest) {
    cmd::Resume command;
    do {
        const auto action = parse_action(take_until(rest, ';'));
        if (!action) {
            return fail(Errc::bad_argument, "malformed vCont action");
        }
        if (command.actions.size() == kMaxActions) {
            return fail(Errc::bad_argument, "too many vCont actions");
        }
        command.actions.push_back(*action);
    } while (!rest.empty());
    return Command{std::move(command)};
}

Expected<Command> go(std::string_view rest) {
    return old_resume(rest, false);
}
Expected<Command> step(std::string_view rest) {
    return old_resume(rest, true);
}
Expected<Command> go_with_signal(std::string_view rest) {
    return old_resume_with_signal(rest, false);
}
Expected<Command> step_with_signal(std::string_view rest) {
    return old_resume_with_signal(rest, true);
}

}  // namespace hvgdb::gdbserver::parsers
