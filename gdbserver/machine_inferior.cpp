// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/machine_inferior.hpp"

#include <fmt/format.h>

namespace hvgdb::gdbserver {

Expected<VcpuId> MachineInferior::find(std::uint32_t tid) const {
    if (tid == 0 || tid > machine_.vcpu_count()) {
        return fail(Errc::not_found, "no such thread");
    }
    return vcpu_of(tid);
}

std::vector<ThreadInfo> MachineInferior::threads() const {
    std::vector<ThreadInfo> result;
    result.reserve(machine_.vcpu_count());
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        result.push_back({.tid = i + 1, .core = i, .name = fmt::format("vCPU {}", i), .state = {}});
    }
    return result;
}

Expected<Bytes> MachineInferior::read_registers(std::uint32_t tid) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.read_registers(*vcpu);
}

Expected<void> MachineInferior::write_registers(std::uint32_t tid, std::span<const std::byte> block) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.write_registers(*vcpu, block);
}

Expected<Bytes> MachineInferior::read_register(std::uint32_t tid, unsigned number) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.read_register(*vcpu, number);
}

Expected<void> MachineInferior::write_register(std::uint32_t tid, unsigned number, std::span<const std::byte> value) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.write_register(*vcpu, number, value);
}

Expected<std::size_t> MachineInferior::read_memory(std::uint32_t tid, VirtAddr address, std::span<std::byte> out) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.read_memory(*vcpu, address, out);
}

Expected<void> MachineInferior::write_memory(std::uint32_t tid, VirtAddr address, std::span<const std::byte> data) {
    const auto vcpu = find(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return machine_.write_memory(*vcpu, address, data);
}

}  // namespace hvgdb::gdbserver
