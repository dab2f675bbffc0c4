// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of a vCPU that tell which thread it runs, and hold a thread's user-mode registers.
#pragma once

#include <cstdint>
#include <span>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"
#include "osi/x86_registers.hpp"

namespace hvgdb::osi {

struct X86VcpuState : X86Registers {
    std::uint64_t k_gs_base = 0;  ///< MSR_KERNEL_GS_BASE: what SWAPGS exchanges with gs_base

    /// Privilege level 3.
    [[nodiscard]] bool user_mode() const { return (cs & 3) == 3; }
};

/// From a whole register block in the description's layout. `unsupported` when the machine does not describe these
/// registers; `bad_argument` when the block is shorter than described.
[[nodiscard]] Expected<X86VcpuState> x86_vcpu_state(const emulator::TargetDescription& description,
                                                    std::span<const std::byte> block);

}  // namespace hvgdb::osi
