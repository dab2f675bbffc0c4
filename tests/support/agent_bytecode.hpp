// SPDX-License-Identifier: GPL-2.0-or-later
// Agent bytecode from the manual's names of its opcodes (GDB manual, "Bytecode Descriptions").
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "emulator/types.hpp"

namespace hvgdb::test {

struct AgentMnemonic {
    unsigned code = 0;
    unsigned operand_size = 0;
};

inline const std::map<std::string, AgentMnemonic>& agent_mnemonics() {
    static const std::map<std::string, AgentMnemonic> kMnemonics{
        {"float", {0x01}},         {"add", {0x02}},          {"sub", {0x03}},        {"mul", {0x04}},
        {"div_signed", {0x05}},    {"div_unsigned", {0x06}}, {"rem_signed", {0x07}}, {"rem_unsigned", {0x08}},
        {"lsh", {0x09}},           {"rsh_signed", {0x0a}},   {"trace", {0x0c}},      {"trace_quick", {0x0d, 1}},
        {"rsh_unsigned", {0x0b}},  {"log_not", {0x0e}},      {"bit_and", {0x0f}},    {"bit_or", {0x10}},
        {"bit_xor", {0x11}},       {"bit_not", {0x12}},      {"equal", {0x13}},      {"less_signed", {0x14}},
        {"less_unsigned", {0x15}}, {"ext", {0x16, 1}},       {"ref8", {0x17}},       {"ref16", {0x18}},
        {"ref32", {0x19}},         {"ref64", {0x1a}},        {"ref_double", {0x1c}}, {"if_goto", {0x20, 2}},
        {"goto", {0x21, 2}},       {"const8", {0x22, 1}},    {"const16", {0x23, 2}}, {"const32", {0x24, 4}},
        {"const64", {0x25, 8}},    {"reg", {0x26, 2}},       {"end", {0x27}},        {"dup", {0x28}},
        {"pop", {0x29}},           {"zero_ext", {0x2a, 1}},  {"swap", {0x2b}},       {"getv", {0x2c, 2}},
        {"setv", {0x2d, 2}},       {"tracev", {0x2e, 2}},    {"tracenz", {0x2f}},    {"trace16", {0x30, 2}},
        {"pick", {0x32, 1}},       {"rot", {0x33}},
    };
    return kMnemonics;
}

inline void append_big_endian(Bytes& bytes, std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) {
        bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
}

/// Opcodes and their operands, separated by spaces; jumps name the byte.
inline Bytes assemble_agent(const std::string& text) {
    Bytes bytes;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto& mnemonic = agent_mnemonics().at(word);
        bytes.push_back(static_cast<std::byte>(mnemonic.code));
        if (mnemonic.operand_size != 0) {
            std::string operand;
            words >> operand;
            append_big_endian(bytes, static_cast<std::uint64_t>(std::stoll(operand, nullptr, 0)),
                              mnemonic.operand_size);
        }
    }
    return bytes;
}

/// What gdb makes of dprintf: the arguments from the last to the first, function and channel, and the format as it
/// stands in C source.
inline Bytes assemble_print(std::string_view format, std::span<const std::uint64_t> arguments) {
    Bytes bytes;
    for (auto at = arguments.size(); at-- > 0;) {
        bytes.push_back(std::byte{0x25});
        append_big_endian(bytes, arguments[at], 8);
    }
    for (const unsigned code : {0x22U, 0x00U, 0x22U, 0x00U, 0x34U}) {
        bytes.push_back(static_cast<std::byte>(code));
    }
    bytes.push_back(static_cast<std::byte>(arguments.size()));
    append_big_endian(bytes, format.size() + 1, 2);
    const auto text = std::as_bytes(std::span(format));
    bytes.insert(bytes.end(), text.begin(), text.end());
    bytes.push_back(std::byte{0});
    bytes.push_back(std::byte{0x27});
    return bytes;
}

}  // namespace hvgdb::test
