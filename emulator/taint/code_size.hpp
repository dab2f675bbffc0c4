// SPDX-License-Identifier: GPL-2.0-or-later
// Which kind of code a block is, where only its bytes and the lengths of its instructions are known.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/taint/compiler.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// One instruction as the emulator has cut it out.
struct CodeBytes {
    static constexpr std::size_t kMost = 15;
    std::array<std::byte, kMost> bytes{};
    std::uint8_t size = 0;
    bool own_entry = false;  ///< see BlockCompiler::add
    [[nodiscard]] std::span<const std::byte> code() const { return std::span(bytes).first(size); }
};

/// Nothing where several are as likely. Code above 4 GiB is 64-bit code; else the one in which instructions have the
/// lengths they have.
[[nodiscard]] std::optional<CodeSize> code_size(VirtAddr address, std::span<const CodeBytes> code);
/// From one instruction in AT&T's notation; nothing when that does not show it.
[[nodiscard]] std::optional<CodeSize> code_size_of_text(std::string_view disassembled);

}  // namespace hvgdb::emulator::taint
