// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/machine_inferior.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "gdbserver/process_registers.hpp"

namespace hvgdb::gdbserver {

namespace {

Expected<RegisterBytes> known(Expected<Bytes> bytes) {
    return bytes ? Expected<RegisterBytes>({.bytes = *std::move(bytes), .unknown = {}})
                 : std::unexpected(bytes.error());
}

/// All address spaces have the kernel there (x86-64, the only kernel whose threads are known).
bool in_kernel_half(VirtAddr address) {
    return address.value >> 63 != 0;
}

ThreadInfo describe_vcpu(VcpuId vcpu) {
    return {.tid = MachineInferior::tid_of(vcpu),
            .core = vcpu.index,
            .vcpu = vcpu,
            .name = fmt::format("vCPU {}", vcpu.index),
            .state = {}};
}

}  // namespace

std::vector<ThreadInfo> MachineInferior::speakers() const {
    std::vector<ThreadInfo> result;
    result.reserve(machine_.vcpu_count());
    for (unsigned i = 0; i < machine_.vcpu_count(); ++i) {
        result.push_back(describe_vcpu(VcpuId{i}));
    }
    return result;
}

std::vector<ThreadInfo> MachineInferior::threads() const {
    auto result = speakers();
    if (!machine_.running()) {
        std::ranges::move(kernel_threads_.list(), std::back_inserter(result));
    }
    return result;
}

std::optional<ThreadInfo> MachineInferior::thread(std::uint32_t tid) const {
    if (is_vcpu(tid)) {
        return describe_vcpu(vcpu_of(tid));
    }
    return machine_.running() ? std::nullopt : kernel_threads_.find(tid);
}

Expected<std::optional<VcpuId>> MachineInferior::vcpu_of_thread(std::uint32_t tid) const {
    const auto found = thread(tid);
    return found ? Expected<std::optional<VcpuId>>(found->vcpu) : fail(Errc::not_found, "no such thread");
}

Expected<VcpuId> MachineInferior::writable_vcpu(std::uint32_t tid) const {
    const auto found = thread(tid);
    if (!found) {
        return fail(Errc::not_found, "no such thread");
    }
    return found->vcpu
               ? Expected<VcpuId>(*found->vcpu)
               : fail(Errc::unsupported,
                      fmt::format("kernel thread {} is not on a vCPU; its registers cannot be written", found->name));
}

Expected<RegisterBytes> MachineInferior::read_registers(std::uint32_t tid) {
    const auto vcpu = vcpu_of_thread(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    return *vcpu ? known(machine_.read_registers(**vcpu)) : kernel_threads_.registers(tid, description());
}

Expected<void> MachineInferior::write_registers(std::uint32_t tid, std::span<const std::byte> block) {
    const auto vcpu = writable_vcpu(tid);
    return vcpu ? machine_.write_registers(*vcpu, block) : std::unexpected(vcpu.error());
}

Expected<RegisterBytes> MachineInferior::read_register(std::uint32_t tid, unsigned number) {
    const auto vcpu = vcpu_of_thread(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    if (*vcpu) {
        return known(machine_.read_register(**vcpu, number));
    }
    const auto* info = description().find(number);
    const auto block = kernel_threads_.registers(tid, description());
    if (info == nullptr || !block) {
        return info == nullptr ? fail(Errc::not_found, "no such register") : std::unexpected(block.error());
    }
    return description().in_block(*info)
               ? register_of(*block, *info)
               : RegisterBytes{.bytes = Bytes(info->size), .unknown = std::vector<bool>(info->size, true)};
}

Expected<void> MachineInferior::write_register(std::uint32_t tid, unsigned number, std::span<const std::byte> value) {
    const auto vcpu = writable_vcpu(tid);
    return vcpu ? machine_.write_register(*vcpu, number, value) : std::unexpected(vcpu.error());
}

// With page-table isolation a vCPU in user mode does not see the kernel; another one may.
Expected<std::vector<VcpuId>> MachineInferior::viewers(std::uint32_t tid, VirtAddr address) const {
    const auto vcpu = vcpu_of_thread(tid);
    if (!vcpu) {
        return std::unexpected(vcpu.error());
    }
    std::vector<VcpuId> result{vcpu->value_or(VcpuId{})};
    for (unsigned i = 1; !*vcpu && in_kernel_half(address) && i < machine_.vcpu_count(); ++i) {
        result.push_back(VcpuId{i});
    }
    return result;
}

Expected<std::size_t> MachineInferior::read_memory(std::uint32_t tid, VirtAddr address, std::span<std::byte> out) {
    const auto vcpus = viewers(tid, address);
    Expected<std::size_t> size = vcpus ? fail(Errc::fault, "") : std::unexpected(vcpus.error());
    for (const auto vcpu : vcpus ? *vcpus : std::vector<VcpuId>{}) {
        size = machine_.read_memory(vcpu, address, out);
        if (size || size.error().code != Errc::fault) {
            break;
        }
    }
    return size;
}

Expected<void> MachineInferior::write_memory(std::uint32_t tid, VirtAddr address, std::span<const std::byte> data) {
    const auto vcpus = viewers(tid, address);
    Expected<void> written = vcpus ? fail(Errc::fault, "") : std::unexpected(vcpus.error());
    for (const auto vcpu : vcpus ? *vcpus : std::vector<VcpuId>{}) {
        written = machine_.write_memory(vcpu, address, data);
        if (written || written.error().code != Errc::fault) {
            break;
        }
    }
    return written;
}

}  // namespace hvgdb::gdbserver
