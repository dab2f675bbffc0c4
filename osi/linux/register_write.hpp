// SPDX-License-Identifier: GPL-2.0-or-later
// Changing the user registers of a thread where they are: in a vCPU, or in what the kernel has saved of them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/running_registers.hpp"
#include "osi/linux/task_facts.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct WrittenThread {
    const KernelMemory& kernel;
    VirtAddr task;
    UserRegisters registers{};               ///< where they are now
    std::optional<RunningThread> running{};  ///< when it is on a vCPU
    bool gs_exchanged = false;               ///< the vCPU's gs_base is the kernel's own
    bool fpu_loaded = false;                 ///< the vCPU's x87, SSE and AVX registers are the thread's
    unsigned address_bits = 48;
    bool with_xsave = false;
};

/// The member of struct pt_regs that holds rax ... r15, rip or eflags; nothing for other names.
[[nodiscard]] std::optional<Field> frame_field(std::string_view name);

/// Writes through a paused machine. What would harm the guest's kernel is refused in words: addresses that are not
/// canonical, which its return to user mode would fault on, other code and stack segments. Of eflags those bits change
/// that a program may change itself.
class RegisterWriter {
  public:
    /// All must outlive it. `translate`: the kernel's own page tables.
    RegisterWriter(emulator::Machine& machine, const KernelTranslation& translate, const WrittenThread& thread)
        : machine_(machine), translate_(translate), thread_(thread) {}

    /// See Os::write_user_register().
    [[nodiscard]] Expected<void> write(std::string_view name, std::span<const std::byte> value) const;

  private:
    [[nodiscard]] bool in_user_mode() const;
    [[nodiscard]] Expected<void> write_number(std::string_view name, std::uint64_t value) const;
    [[nodiscard]] Expected<void> write_base(std::string_view name, std::uint64_t value) const;
    [[nodiscard]] Expected<void> write_selector(std::string_view name, std::uint64_t value) const;
    [[nodiscard]] Expected<void> write_orig_rax(std::uint64_t value) const;
    [[nodiscard]] Expected<void> write_floating(std::string_view name, std::span<const std::byte> value) const;
    [[nodiscard]] Expected<void> write_area(std::string_view name, std::span<const std::byte> value) const;
    [[nodiscard]] Expected<void> to_vcpu(std::string_view name, std::span<const std::byte> value) const;
    [[nodiscard]] Expected<void> to_vcpu(std::string_view name, std::uint64_t value) const;
    [[nodiscard]] Expected<void> to_frame(Field field, std::uint64_t value) const;
    [[nodiscard]] Expected<void> to_task(Field field, std::uint64_t value) const;
    [[nodiscard]] Expected<void> to_memory(VirtAddr address, std::span<const std::byte> bytes) const;

    emulator::Machine& machine_;
    const KernelTranslation& translate_;
    const WrittenThread& thread_;
};

}  // namespace hvgdb::osi
