// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of a vCPU that tell which thread it runs, and hold a thread's user-mode registers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::osi {

/// Where a register of struct X86VcpuState stands in `general`, as gdb numbers them.
enum class X86General : std::uint8_t { rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15 };

struct X86VcpuState {
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
    std::uint64_t k_gs_base = 0;  ///< MSR_KERNEL_GS_BASE: what SWAPGS exchanges with gs_base

    [[nodiscard]] std::uint64_t operator[](X86General name) const { return general[static_cast<std::size_t>(name)]; }
    /// Privilege level 3.
    [[nodiscard]] bool user_mode() const { return (cs & 3) == 3; }
};

/// From a whole register block in the description's layout. `unsupported` when the machine does not describe these
/// registers; `bad_argument` when the block is shorter than described.
[[nodiscard]] Expected<X86VcpuState> x86_vcpu_state(const emulator::TargetDescription& description,
                                                    std::span<const std::byte> block);

}  // namespace hvgdb::osi
