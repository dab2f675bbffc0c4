// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/parsers.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

std::unexpected<Error> bad_thread() {
    return fail(Errc::bad_argument, "malformed thread id");
}
std::unexpected<Error> bad_process() {
    return fail(Errc::bad_argument, "malformed process id");
}

}  // namespace

Expected<Command> attached(std::string_view rest) {
    if (rest.empty()) {
        return Command{cmd::Attached{}};
    }
    if (!rest.starts_with(':')) {
        return Command{cmd::Unknown{}};
    }
    const auto pid = parse_pid(rest.substr(1));
    if (!pid) {
        return bad_process();
    }
    return Command{cmd::Attached{.pid = pid}};
}

Expected<Command> attach(std::string_view rest) {
    const auto pid = parse_pid(rest);
    if (!pid) {
        return bad_process();
    }
    return Command{cmd::Attach{.pid = *pid}};
}

Expected<Command> detach(std::string_view rest) {
    if (rest.empty()) {
        return Command{cmd::Detach{}};
    }
    const auto pid = rest.starts_with(';') ? parse_pid(rest.substr(1)) : std::nullopt;
    if (!pid) {
        return bad_process();
    }
    return Command{cmd::Detach{.pid = pid}};
}

Expected<Command> kill_process(std::string_view rest) {
    const auto pid = parse_pid(rest);
    if (!pid) {
        return bad_process();
    }
    return Command{cmd::KillProcess{.pid = *pid}};
}

Expected<Command> select_thread(std::string_view rest) {
    if (rest.empty() || (rest.front() != 'g' && rest.front() != 'c')) {
        return fail(Errc::bad_argument, "H wants g or c");
    }
    const auto thread = parse_thread(rest.substr(1));
    if (!thread) {
        return bad_thread();
    }
    return Command{cmd::SelectThread{.purpose = rest.front(), .thread = *thread}};
}

Expected<Command> thread_alive(std::string_view rest) {
    const auto thread = parse_thread(rest);
    if (!thread) {
        return bad_thread();
    }
    return Command{cmd::ThreadAlive{.thread = *thread}};
}

Expected<Command> thread_extra_info(std::string_view rest) {
    const auto thread = parse_thread(rest);
    if (!thread) {
        return bad_thread();
    }
    return Command{cmd::ThreadExtraInfo{.thread = *thread}};
}

}  // namespace hvgdb::gdbserver::parsers
