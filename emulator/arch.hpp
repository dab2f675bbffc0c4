// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between architectures: names of a few registers, and how the page-table root is kept and changed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

class Machine;
class TargetDescription;
struct RegisterInfo;

struct Arch {
    std::string_view program_counter;
    std::string_view stack_pointer;
    std::string_view frame_pointer;
    std::string_view root_register;  ///< holds the page-table root; empty where we do not follow it
    std::uint64_t root_mask = 0;     ///< its address bits
};

/// By gdb's architecture name as in target.xml ("i386:x86-64", "aarch64", "armv7", "riscv:rv64", ...), whose beginning
/// decides; null when unknown.
[[nodiscard]] const Arch* find_arch(std::string_view gdb_architecture);
/// The architecture whose registers QEMU serves; tells x86-64 from i386 by its registers where the name does not.
[[nodiscard]] const Arch* find_arch(const TargetDescription& description);
/// By QEMU's target name ("x86_64", "i386", "aarch64", ...).
[[nodiscard]] const Arch* find_arch_of_qemu(std::string_view target_name);

/// What a register of a paused vCPU holds: its low eight bytes. `not_found` when `info` is null.
[[nodiscard]] Expected<std::uint64_t> read_number(Machine& machine, VcpuId vcpu, const RegisterInfo* info);
/// The page-table root a paused vCPU uses. `unsupported` on architectures whose root we do not follow.
[[nodiscard]] Expected<AddressSpace> read_address_space(Machine& machine, VcpuId vcpu);

/// x86: the general register (0 rax ... 15 r15, in encoding order) that this instruction moves to CR3, if it does so
/// (MOV CR3, r: 0F 22 /3; Intel SDM vol. 2, "MOV—Move to/from Control Registers").
[[nodiscard]] std::optional<unsigned> x86_cr3_source(std::span<const std::uint8_t> instruction);
/// x86: an instruction after which virtual addresses may mean other physical ones: it writes a control register or an
/// MSR, drops translations, or changes the processor's mode (Intel SDM vol. 3, 4.10.4; AMD APM vol. 3, "VMRUN").
[[nodiscard]] bool x86_changes_translation(std::span<const std::uint8_t> instruction);
/// x86: a string instruction with a repeat prefix, which may be interrupted half done (Intel SDM vol. 2, "REP").
[[nodiscard]] bool x86_is_repeated(std::span<const std::uint8_t> instruction);
/// The names of those registers, in the same order.
[[nodiscard]] std::string_view x86_general_register(unsigned number);

}  // namespace hvgdb::emulator
