// SPDX-License-Identifier: GPL-2.0-or-later
// A vCPU as plugin callbacks see it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/arch.hpp"
#include "emulator/instrumentation.hpp"
#include "emulator/qemu_plugin_api.hpp"
#include "emulator/virtual_memory.hpp"

namespace hvgdb::emulator {

/// Register handles by name; the same for all vCPUs. Filled on a vCPU thread when that vCPU starts.
class PluginRegisters {
  public:
    /// Inside vcpu_init only. `arch` may be null.
    void load(const Arch* arch);
    [[nodiscard]] qemu_plugin_register* program_counter() const { return program_counter_; }
    [[nodiscard]] qemu_plugin_register* stack_pointer() const { return stack_pointer_; }
    [[nodiscard]] qemu_plugin_register* find(std::string_view name) const;

  private:
    std::map<std::string, qemu_plugin_register*, std::less<>> handles_;
    qemu_plugin_register* program_counter_ = nullptr;
    qemu_plugin_register* stack_pointer_ = nullptr;
};

/// Reads at most eight bytes, zero-extended, in the current callback, which must have asked for registers.
[[nodiscard]] std::optional<std::uint64_t> read_plugin_register(qemu_plugin_register* handle);

/// What the contexts of all vCPUs have in common.
struct PluginVcpuParts {
    const PluginRegisters& registers;
    const VirtualMemory* memory = nullptr;  ///< asked before QEMU is; null: not
};

class PluginVcpu final : public VcpuContext {
  public:
    PluginVcpu(VcpuId vcpu, VirtAddr pc, AddressSpace space, const PluginVcpuParts& parts)
        : vcpu_(vcpu), pc_(pc), space_(space), parts_(parts) {}

    [[nodiscard]] VcpuId vcpu() const override { return vcpu_; }
    [[nodiscard]] VirtAddr pc() const override { return pc_; }
    [[nodiscard]] AddressSpace address_space() const override { return space_; }
    [[nodiscard]] std::uint64_t stack_pointer() override;
    [[nodiscard]] Expected<std::uint64_t> read_register(std::string_view name) override;
    [[nodiscard]] Expected<void> read_memory(VirtAddr address, std::span<std::byte> out) override;

  private:
    VcpuId vcpu_;
    VirtAddr pc_;
    AddressSpace space_;
    PluginVcpuParts parts_;
};

}  // namespace hvgdb::emulator
