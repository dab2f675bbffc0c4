// SPDX-License-Identifier: GPL-2.0-or-later
// The inferior that is the whole machine: its threads are the vCPUs.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/machine.hpp"
#include "gdbserver/inferior.hpp"

namespace hvgdb::gdbserver {

/// Process 1; thread N + 1 is vCPU N.
class MachineInferior final : public Inferior {
  public:
    static constexpr std::uint32_t kPid = 1;
    [[nodiscard]] static std::uint32_t tid_of(VcpuId vcpu) { return vcpu.index + 1; }
    [[nodiscard]] static VcpuId vcpu_of(std::uint32_t tid) { return VcpuId{tid - 1}; }

    explicit MachineInferior(emulator::Machine& machine) : machine_(machine) {}

    [[nodiscard]] std::uint32_t pid() const override { return kPid; }
    [[nodiscard]] std::vector<ThreadInfo> threads() const override;
    [[nodiscard]] const emulator::TargetDescription& description() const override { return machine_.description(); }

    [[nodiscard]] Expected<Bytes> read_registers(std::uint32_t tid) override;
    [[nodiscard]] Expected<void> write_registers(std::uint32_t tid, std::span<const std::byte> block) override;
    [[nodiscard]] Expected<Bytes> read_register(std::uint32_t tid, unsigned number) override;
    [[nodiscard]] Expected<void> write_register(std::uint32_t tid, unsigned number,
                                                std::span<const std::byte> value) override;
    [[nodiscard]] Expected<std::size_t> read_memory(std::uint32_t tid, VirtAddr address,
                                                    std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_memory(std::uint32_t tid, VirtAddr address,
                                              std::span<const std::byte> data) override;

  private:
    [[nodiscard]] Expected<VcpuId> find(std::uint32_t tid) const;

    emulator::Machine& machine_;
};

}  // namespace hvgdb::gdbserver
