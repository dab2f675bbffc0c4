// SPDX-License-Identifier: GPL-2.0-or-later
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
    if (rest.contains(';')) {
        return fail(Errc::unsupported, "breakpoint conditions and commands are not supported");
    }
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

}  // namespace

Expected<Command> write_registers(std::string_view rest) {
    auto block = decode_hex(rest);
    if (!block) {
        return fail(Errc::bad_argument, "registers must be in hexadecimal");
    }
    return Command{cmd::WriteRegisters{.block = std::move(*block)}};
}

Expected<Command> read_register(std::string_view rest) {
    const auto number = parse_register_number(rest);
    if (!number) {
        return fail(Errc::bad_argument, "malformed register number");
    }
    return Command{cmd::ReadRegister{.number = *number}};
}

Expected<Command> write_register(std::string_view rest) {
    const auto parts = split_once(rest, '=');
    if (!parts) {
        return fail(Errc::bad_argument, "P wants a register number and a value");
    }
    const auto number = parse_register_number(parts->first);
    auto value = decode_hex(parts->second);
    if (!number || !value) {
        return fail(Errc::bad_argument, "malformed register number or value");
    }
    return Command{cmd::WriteRegister{.number = *number, .value = std::move(*value)}};
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
    const auto point = parse_point(rest);
    if (!point) {
        return std::unexpected(point.error());
    }
    if (!*point) {
        return Command{cmd::Unknown{}};
    }
    return Command{cmd::InsertPoint{.point = **point}};
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
