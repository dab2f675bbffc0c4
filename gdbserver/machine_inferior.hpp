// SPDX-License-Identifier: GPL-2.0-or-later
// The inferior that is the whole machine: its threads are the vCPUs, and those of the guest's kernel.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/machine.hpp"
#include "gdbserver/inferior.hpp"
#include "gdbserver/kernel_threads.hpp"

namespace hvgdb::gdbserver {

/// Process kPid; thread kPid + N + 1 is vCPU N. A thread of the kernel has its own number; on a vCPU it is the same as
/// that, else it has only the registers that the kernel keeps of it, and they cannot be written. While the machine runs
/// there are the vCPUs only.
class MachineInferior final : public Inferior {
  public:
    /// Above every process id Linux gives (2^22, include/linux/threads.h PID_MAX_LIMIT), and easy to type.
    static constexpr std::uint32_t kPid = 10'000'000;
    [[nodiscard]] static std::uint32_t tid_of(VcpuId vcpu) { return kPid + vcpu.index + 1; }
    [[nodiscard]] static VcpuId vcpu_of(std::uint32_t tid) { return VcpuId{tid - kPid - 1}; }

    /// `os`, which must outlive it, may be null.
    explicit MachineInferior(emulator::Machine& machine, osi::Os* os = nullptr)
        : machine_(machine), kernel_threads_(os) {}

    [[nodiscard]] std::uint32_t pid() const override { return kPid; }
    /// The vCPUs first.
    [[nodiscard]] std::vector<ThreadInfo> threads() const override;
    /// The vCPUs.
    [[nodiscard]] std::vector<ThreadInfo> speakers() const override;
    [[nodiscard]] std::optional<ThreadInfo> thread(std::uint32_t tid) const override;
    [[nodiscard]] const emulator::TargetDescription& description() const override { return machine_.description(); }

    [[nodiscard]] Expected<RegisterBytes> read_registers(std::uint32_t tid) override;
    [[nodiscard]] Expected<void> write_registers(std::uint32_t tid, std::span<const std::byte> block) override;
    [[nodiscard]] Expected<RegisterBytes> read_register(std::uint32_t tid, unsigned number) override;
    [[nodiscard]] Expected<void> write_register(std::uint32_t tid, unsigned number,
                                                std::span<const std::byte> value) override;
    [[nodiscard]] Expected<std::size_t> read_memory(std::uint32_t tid, VirtAddr address,
                                                    std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_memory(std::uint32_t tid, VirtAddr address,
                                              std::span<const std::byte> data) override;
    [[nodiscard]] Expected<std::optional<AddressSpace>> space() override { return std::nullopt; }
    [[nodiscard]] emulator::CodePlace code_place(VirtAddr /*address*/) override { return {}; }

  private:
    [[nodiscard]] bool is_vcpu(std::uint32_t tid) const { return tid > kPid && tid - kPid <= machine_.vcpu_count(); }
    /// Nothing for a thread of the kernel that is on none.
    [[nodiscard]] Expected<std::optional<VcpuId>> vcpu_of_thread(std::uint32_t tid) const;
    [[nodiscard]] Expected<VcpuId> writable_vcpu(std::uint32_t tid) const;
    /// Those through whose eyes the thread may see the address.
    [[nodiscard]] Expected<std::vector<VcpuId>> viewers(std::uint32_t tid, VirtAddr address) const;

    emulator::Machine& machine_;
    KernelThreads kernel_threads_;
};

}  // namespace hvgdb::gdbserver
