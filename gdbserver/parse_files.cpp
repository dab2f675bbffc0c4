// SPDX-License-Identifier: GPL-2.0-or-later
// vFile packets (GDB manual, "Host I/O Packets"). Three more that lldb has: exists, size and mode.
#include <limits>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

std::unexpected<Error> bad_path() {
    return fail(Errc::bad_argument, "a path must be in hexadecimal, without a zero byte");
}

std::optional<std::string> parse_path(std::string_view text) {
    auto path = decode_hex_text(text);
    return path && !path->contains('\0') ? std::move(path) : std::nullopt;
}

/// For packets that have a path and nothing else.
template <typename C>
Expected<Command> with_path(std::string_view rest, C command) {
    auto path = parse_path(rest);
    if (!path) {
        return bad_path();
    }
    command.path = *std::move(path);
    return Command{std::move(command)};
}

template <typename C>
Expected<Command> with_descriptor(std::string_view rest) {
    const auto descriptor = parse_hex(rest);
    if (!descriptor) {
        return fail(Errc::bad_argument, "a descriptor must be a number in hexadecimal");
    }
    return Command{C{.descriptor = *descriptor}};
}

}  // namespace

Expected<Command> select_file_system(std::string_view rest) {
    const auto pid = parse_hex(rest);
    if (!pid || *pid > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::bad_argument, "setfs wants a process or 0");
    }
    return Command{cmd::SelectFileSystem{.pid = static_cast<std::uint32_t>(*pid)}};
}

// PATH,FLAGS,MODE
Expected<Command> open_file(std::string_view rest) {
    auto path = parse_path(take_until(rest, ','));
    if (!path) {
        return bad_path();
    }
    const auto flags = parse_hex(take_until(rest, ','));
    if (!flags || !parse_hex(rest)) {
        return fail(Errc::bad_argument, "open wants a path, flags and a mode");
    }
    return Command{cmd::OpenFile{.path = *std::move(path), .flags = *flags}};
}

Expected<Command> close_file(std::string_view rest) {
    return with_descriptor<cmd::CloseFile>(rest);
}

// DESCRIPTOR,COUNT,OFFSET
Expected<Command> read_file(std::string_view rest) {
    const auto descriptor = parse_hex(take_until(rest, ','));
    const auto count = parse_hex(take_until(rest, ','));
    const auto offset = parse_hex(rest);
    if (!descriptor || !count || !offset) {
        return fail(Errc::bad_argument, "pread wants a descriptor, a count and an offset");
    }
    return Command{cmd::ReadFile{.descriptor = *descriptor, .count = *count, .offset = *offset}};
}

Expected<Command> open_file_status(std::string_view rest) {
    return with_descriptor<cmd::OpenFileStatus>(rest);
}

Expected<Command> file_status(std::string_view rest) {
    return with_path(rest, cmd::FileStatus{.path = {}, .follow_link = true});
}

Expected<Command> link_status(std::string_view rest) {
    return with_path(rest, cmd::FileStatus{.path = {}, .follow_link = false});
}

Expected<Command> read_link(std::string_view rest) {
    return with_path(rest, cmd::ReadLink{});
}

Expected<Command> file_exists(std::string_view rest) {
    return with_path(rest, cmd::FileFact{.path = {}, .which = cmd::FileFact::Which::exists});
}

Expected<Command> file_size(std::string_view rest) {
    return with_path(rest, cmd::FileFact{.path = {}, .which = cmd::FileFact::Which::size});
}

Expected<Command> file_mode(std::string_view rest) {
    return with_path(rest, cmd::FileFact{.path = {}, .which = cmd::FileFact::Which::mode});
}

}  // namespace hvgdb::gdbserver::parsers
