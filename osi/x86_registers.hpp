// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hvgdb::osi {

/// Where a register stands in X86Registers::general, as gdb numbers them.
enum class X86General : std::uint8_t { rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15 };

/// What user code sees of the general and segment registers (Intel SDM vol. 1, 3.4).
struct X86Registers {
    std::array<std::uint64_t, 16> general{};  ///< in the order of X86General
    std::uint64_t rip = 0;
    std::uint64_t eflags = 0;
    std::uint16_t cs = 0;
    std::uint16_t ss = 0;
    std::uint16_t ds = 0;
    std::uint16_t es = 0;
    std::uint16_t fs = 0;
    std::uint16_t gs = 0;
    std::uint64_t fs_base = 0;
    std::uint64_t gs_base = 0;

    [[nodiscard]] std::uint64_t operator[](X86General name) const { return general[static_cast<std::size_t>(name)]; }
};

}  // namespace hvgdb::osi
