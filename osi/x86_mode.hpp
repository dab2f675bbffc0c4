// SPDX-License-Identifier: GPL-2.0-or-later
// In which mode an x86 vCPU runs, and how it translates addresses, from its registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::osi {

/// The registers that decide (Intel SDM vol. 3A, 2.2 "Modes of operation" and 2.5 "Control registers").
struct X86ControlState {
    std::uint64_t cs = 0;  ///< the selector; its low two bits are the privilege level outside real mode
    std::uint64_t eflags = 0;
    std::uint64_t cr0 = 0;
    std::uint64_t cr4 = 0;
    std::uint64_t efer = 0;
};

/// From a whole register block in the description's layout. `unsupported` when the machine does not describe these
/// registers, as no machine but x86 does; `bad_argument` when the block is shorter than described.
[[nodiscard]] Expected<X86ControlState> x86_control_state(const emulator::TargetDescription& description,
                                                          std::span<const std::byte> block);

/// "user 64-bit", "kernel 64-bit", "user 32-bit", "kernel 32-bit", "virtual 8086" or "real". User means privilege
/// level 3. Within long mode the code segment's L bit tells 64 from 32 bits, but it is no register that QEMU serves;
/// the selector that Linux and Windows both give to 32-bit programs (0x23; Linux: __USER32_CS in
/// arch/x86/include/asm/segment.h) tells it instead.
[[nodiscard]] std::string_view x86_mode_name(const X86ControlState& state);

/// How virtual addresses become physical ones.
struct X86Paging {
    unsigned levels = 4;          ///< of page tables: 4, or 5 with CR4.LA57
    bool execute_disable = true;  ///< EFER.NXE: bit 63 of an entry forbids execution; otherwise it is reserved
    unsigned physical_bits = 52;  ///< MAXPHYADDR; address bits above are reserved. 52 is the architecture's limit
};

/// No value when paging is off: addresses are physical. `unsupported` with 32-bit and PAE paging.
[[nodiscard]] Expected<std::optional<X86Paging>> x86_paging(const X86ControlState& state);

}  // namespace hvgdb::osi
