// SPDX-License-Identifier: GPL-2.0-or-later
// Programs by their names.
#include <cstddef>
#include <optional>
#include <string>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

// Linux's limit for a path (include/uapi/linux/limits.h).
constexpr std::size_t kLongestPath = 4096;

std::optional<std::string> parse_program(std::string_view text) {
    auto program = decode_hex_text(text);
    const bool fits = program && program->size() < kLongestPath && !program->contains('\0');
    return fits ? std::move(program) : std::nullopt;
}

Expected<Command> attach_named(std::string_view rest, cmd::AttachNamed::How how) {
    auto program = parse_program(rest);
    if (!program || program->empty()) {
        return fail(Errc::bad_argument, "the name of a program must be in hexadecimal");
    }
    return Command{cmd::AttachNamed{.program = std::move(*program), .how = how}};
}

}  // namespace

// PROGRAM[;ARGUMENT...]: the program gets the arguments that the guest starts it with.
Expected<Command> run(std::string_view rest) {
    auto program = parse_program(take_until(rest, ';'));
    if (!program) {
        return fail(Errc::bad_argument, "the name of a program must be in hexadecimal");
    }
    return Command{cmd::Run{.program = std::move(*program)}};
}

Expected<Command> attach_by_name(std::string_view rest) {
    return attach_named(rest, cmd::AttachNamed::How::now);
}
Expected<Command> attach_when_started(std::string_view rest) {
    return attach_named(rest, cmd::AttachNamed::How::when_started);
}
Expected<Command> attach_or_wait(std::string_view rest) {
    return attach_named(rest, cmd::AttachNamed::How::now_or_when_started);
}

Expected<Command> launch_switch(std::string_view rest) {
    if (rest != "0" && rest != "1") {
        return fail(Errc::bad_argument, "wants 0 or 1");
    }
    return Command{cmd::LaunchSetting{}};
}

Expected<Command> launch_text(std::string_view rest) {
    if (!decode_hex_text(rest)) {
        return fail(Errc::bad_argument, "wants text in hexadecimal");
    }
    return Command{cmd::LaunchSetting{}};
}

}  // namespace hvgdb::gdbserver::parsers
