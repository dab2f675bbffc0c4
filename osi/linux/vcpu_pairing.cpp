// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/vcpu_pairing.hpp"

#include "osi/x86_vcpu_state.hpp"

namespace hvgdb::osi {

namespace {

bool is_certain(const X86VcpuState& state, const PerCpu& cpus, unsigned cpu) {
    if (state.user_mode() || cpus.count() == 1) {
        return true;
    }
    return cpus.is_base_of(cpu, state.gs_base) && !cpus.is_any_base(state.k_gs_base);
}

}  // namespace

std::optional<unsigned> VcpuPairing::cpu_of(emulator::Machine& machine, VcpuId vcpu, const PerCpu& cpus) {
    if (known_.size() < machine.vcpu_count()) {
        known_.resize(machine.vcpu_count());
    }
    if (vcpu.index >= known_.size()) {
        return std::nullopt;
    }
    if (known_[vcpu.index] || machine.running()) {
        return known_[vcpu.index];
    }
    const auto block = machine.read_registers(vcpu);
    const auto state = block ? x86_vcpu_state(machine.description(), *block) : std::unexpected(block.error());
    const auto cpu = state ? cpus.cpu_of(*state) : std::nullopt;
    if (cpu && is_certain(*state, cpus, *cpu)) {
        known_[vcpu.index] = cpu;
    }
    return cpu;
}

}  // namespace hvgdb::osi
