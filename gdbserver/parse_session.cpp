// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/hex.hpp"
#include "gdbserver/parsers.hpp"
#include "gdbserver/split.hpp"

namespace hvgdb::gdbserver::parsers {

Expected<Command> supported(std::string_view rest) {
    if (rest.empty()) {
        return Command{cmd::Supported{}};
    }
    if (!rest.starts_with(':')) {
        return Command{cmd::Unknown{}};
    }
    rest.remove_prefix(1);
    cmd::Supported supported{.features = std::vector<std::string>{}};
    while (!rest.empty()) {
        supported.features->emplace_back(take_until(rest, ';'));
    }
    return Command{std::move(supported)};
}

Expected<Command> non_stop(std::string_view rest) {
    if (rest != "0" && rest != "1") {
        return fail(Errc::bad_argument, "QNonStop wants 0 or 1");
    }
    return Command{cmd::NonStop{.on = rest == "1"}};
}

Expected<Command> monitor(std::string_view rest) {
    auto line = decode_hex_text(rest);
    if (!line) {
        return fail(Errc::bad_argument, "a monitor command must be in hexadecimal");
    }
    return Command{cmd::Monitor{.line = std::move(*line)}};
}

// OBJECT:read:ANNEX:OFFSET,LENGTH
Expected<Command> transfer(std::string_view rest) {
    const auto object = take_until(rest, ':');
    const auto operation = take_until(rest, ':');
    if (operation != "read") {
        return Command{cmd::Unknown{}};
    }
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos) {
        return fail(Errc::bad_argument, "qXfer wants an annex, an offset and a length");
    }
    const auto range = split_once(rest.substr(colon + 1), ',');
    if (!range) {
        return fail(Errc::bad_argument, "qXfer wants an offset and a length");
    }
    const auto offset = parse_hex(range->first);
    const auto length = parse_hex(range->second);
    if (!offset || !length) {
        return fail(Errc::bad_argument, "qXfer wants an offset and a length in hexadecimal");
    }
    return Command{cmd::Transfer{.object = std::string(object),
                                 .annex = std::string(rest.substr(0, colon)),
                                 .offset = *offset,
                                 .length = *length}};
}

Expected<Command> set_step_flags(std::string_view rest) {
    if (rest.starts_with("0x")) {
        rest.remove_prefix(2);
    }
    const auto flags = parse_hex(rest);
    if (!flags || *flags > 7) {
        return fail(Errc::bad_argument, "single-step flags are 0 to 7");
    }
    return Command{cmd::SetStepFlags{.flags = static_cast<unsigned>(*flags)}};
}

Expected<Command> set_physical_mode(std::string_view rest) {
    if (rest != "0" && rest != "1") {
        return fail(Errc::bad_argument, "PhyMemMode wants 0 or 1");
    }
    return Command{cmd::SetPhysicalMode{.on = rest == "1"}};
}

}  // namespace hvgdb::gdbserver::parsers
