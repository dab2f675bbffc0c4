// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

namespace {

struct Range {
    VirtAddr address;
    std::uint64_t length = 0;
};

std::optional<Range> parse_range(std::string_view text) {
    const auto parts = split_once(text, ',');
    if (!parts) {
        return std::nullopt;
    }
    const auto address = parse_hex(parts->first);
    const auto length = parse_hex(parts->second);
    if (!address || !length) {
        return std::nullopt;
    }
    return Range{.address = VirtAddr{*address}, .length = *length};
}

std::optional<unsigned> parse_register_number(std::string_view text) {
    const auto number = parse_hex(text);
    if (!number || *number > std::numeric_limits<unsigned>::max()) {
        return std::nullopt;
    }
    return static_cast<unsigned>(*number);
}

std::unexpected<Error> bad_range() {
    return fail(Errc::bad_argument, "malformed address or length");
}

Expected<Command> read(std::string_view rest, bool binary) {
    const auto range = parse_range(rest);
    if (!range) {
        return bad_range();
    }
    return Command{cmd::ReadMemory{.address = range->address, .length = range->length, .binary = binary}};
}

Expected<Command> write(VirtAddr address, std::uint64_t length, Bytes data) {
    if (data.size() != length) {
        return fail(Errc::bad_argument, "the data are not as long as the length says");
    }
    return Command{cmd::WriteMemory{.address = address, .data = std::move(data)}};
}

std::optional<cmd::PointKind> parse_point_kind(std::string_view text) {
    constexpr std::string_view kKinds = "01234";
    const auto at = text.size() == 1 ? kKinds.find(text.front()) : std::string_view::npos;
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    return static_cast<cmd::PointKind>(at);
}

// KIND,ADDRESS,LENGTH
Expected<std::optional<cmd::Point>> parse_point(std::string_view rest) {
    const auto kind = parse_point_kind(take_until(rest, ','));
    if (!kind) {
        return std::nullopt;
    }
    const auto range = parse_range(rest);
    if (!range) {
        return bad_range();
    }
    return cmd::Point{.kind = *kind, .address = range->address, .length = range->length};
}

constexpr std::size_t kMaxExpressions = 16;
constexpr std::size_t kMaxExpressionSize = 4096;

// XLENGTH,BYTES at the beginning of `options`
bool take_expression(std::string_view& options, std::vector<Bytes>& expressions) {
    options.remove_prefix(1);
    const auto length = parse_hex(take_until(options, ','));
    if (!length || *length > kMaxExpressionSize || expressions.size() == kMaxExpressions) {
        return false;
    }
    const auto digits = std::min<std::size_t>(*length * 2, options.size());
    auto bytes = decode_hex(options.substr(0, digits));
    if (!bytes || bytes->size() != *length) {
        return false;
    }
    options.remove_prefix(digits);
    expressions.push_back(std::move(*bytes));
    return true;
}

// ;EXPRESSION...;cmds:PERSIST,EXPRESSION... with or without semicolons between expressions
bool take_code(std::string_view options, cmd::InsertPoint& insert) {
    constexpr std::string_view kCommands = "cmds:";
    auto* expressions = &insert.conditions;
    while (!options.empty()) {
        if (options.starts_with(';')) {
            options.remove_prefix(1);
        }
        if (options.starts_with(kCommands)) {
            options.remove_prefix(kCommands.size());
            const auto persist = take_until(options, ',');
            if (persist != "0" && persist != "1") {
                return false;
            }
            insert.persist = persist == "1";
            expressions = &insert.commands;
        } else if (!options.starts_with('X') || !take_expression(options, *expressions)) {
            return false;
        }
    }
    return true;
}

}  // namespace

Expected<Command> read_registers(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    return rest.empty() ? Command{cmd::ReadRegisters{.thread = *thread}} : Command{cmd::Unknown{}};
}

Expected<Command> write_registers(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    auto block = decode_hex(rest);
    if (!block) {
        return fail(Errc::bad_argument, "registers must be in hexadecimal");
    }
    return Command{cmd::WriteRegisters{.block = std::move(*block), .thread = *thread}};
}

Expected<Command> read_register(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    const auto number = parse_register_number(rest);
    if (!number) {
        return fail(Errc::bad_argument, "malformed register number");
    }
    return Command{cmd::ReadRegister{.number = *number, .thread = *thread}};
}

Expected<Command> write_register(std::string_view rest) {
    const auto thread = take_own_thread(rest);
    if (!thread) {
        return std::unexpected(thread.error());
    }
    const auto parts = split_once(rest, '=');
    if (!parts) {
        return fail(Errc::bad_argument, "P wants a register number and a value");
    }
    const auto number = parse_register_number(parts->first);
    auto value = decode_hex(parts->second);
    if (!number || !value) {
        return fail(Errc::bad_argument, "malformed register number or value");
    }
    return Command{cmd::WriteRegister{.number = *number, .value = std::move(*value), .thread = *thread}};
}

Expected<Command> read_memory(std::string_view rest) {
    return read(rest, false);
}
Expected<Command> read_memory_binary(std::string_view rest) {
    return read(rest, true);
}

Expected<Command> write_memory(std::string_view rest) {
    const auto parts = split_once(rest, ':');
    const auto range = parts ? parse_range(parts->first) : std::nullopt;
    if (!range) {
        return bad_range();
    }
    auto data = decode_hex(parts->second);
    if (!data) {
        return fail(Errc::bad_argument, "memory must be in hexadecimal");
    }
    return write(range->address, range->length, std::move(*data));
}

Expected<Command> write_memory_binary(std::string_view rest) {
    const auto parts = split_once(rest, ':');
    const auto range = parts ? parse_range(parts->first) : std::nullopt;
    if (!range) {
        return bad_range();
    }
    const auto data = as_bytes(parts->second);
    return write(range->address, range->length, Bytes(data.begin(), data.end()));
}

Expected<Command> insert_point(std::string_view rest) {
    const auto options_at = std::min(rest.find(';'), rest.size());
    const auto point = parse_point(rest.substr(0, options_at));
    if (!point) {
        return std::unexpected(point.error());
    }
    if (!*point) {
        return Command{cmd::Unknown{}};
    }
    cmd::InsertPoint insert{.point = **point, .conditions = {}, .commands = {}};
    if (!take_code(rest.substr(options_at), insert)) {
        return fail(Errc::bad_argument, "malformed condition or command");
    }
    const bool has_code = !insert.conditions.empty() || !insert.commands.empty();
    if (has_code && insert.point.kind != cmd::PointKind::software && insert.point.kind != cmd::PointKind::hardware) {
        return fail(Errc::unsupported, "watchpoints have no conditions or commands");
    }
    return Command{std::move(insert)};
}

Expected<Command> remove_point(std::string_view rest) {
    const auto point = parse_point(rest);
    if (!point) {
        return std::unexpected(point.error());
    }
    if (!*point) {
        return Command{cmd::Unknown{}};
    }
    return Command{cmd::RemovePoint{.point = **point}};
}

}  // namespace hvgdb::gdbserver::parsers
