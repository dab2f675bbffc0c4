// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/code_size.hpp"

#include <algorithm>

namespace hvgdb::emulator::taint {

std::optional<CodeSize> code_size(VirtAddr address, std::span<const CodeBytes> code) {
    constexpr unsigned kLowBits = 32;
    if (address.value >> kLowBits != 0) {
        return CodeSize::bits64;
    }
    std::optional<CodeSize> best;
    std::ptrdiff_t most = -1;
    for (const auto size : {CodeSize::bits64, CodeSize::bits32, CodeSize::bits16}) {
        const auto fitting = std::ranges::count_if(
            code, [size](const CodeBytes& one) { return instruction_length(size, one.code()) == one.size; });
        if (fitting == most) {
            best.reset();
        } else if (fitting > most) {
            most = fitting;
            best = size;
        }
    }
    return best;
}

std::optional<CodeSize> code_size_of_text(std::string_view disassembled) {
    if (disassembled.find("%r") != std::string_view::npos) {
        return CodeSize::bits64;
    }
    // What always has the stack's width.
    for (const std::string_view stem : {"push", "pop", "call", "ret", "leave"}) {
        if (!disassembled.starts_with(stem) || disassembled.size() == stem.size()) {
            continue;
        }
        switch (disassembled[stem.size()]) {
            case 'q':
                return CodeSize::bits64;
            case 'l':
                return CodeSize::bits32;
            case 'w':
                return CodeSize::bits16;
            default:
                return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace hvgdb::emulator::taint
