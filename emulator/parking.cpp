// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/parking.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::emulator {

bool Parking::let_pass(Vcpu& state, VirtAddr pc, AddressSpace space) {
    if (!state.pass || state.pass->space != space) {
        return false;
    }
    if (state.pass->pc != pc) {
        if (state.pass->used && !state.pass->restarted) {
            state.pass.reset();
        }
        return false;
    }
    if (!state.pass->used || state.pass->restarted) {
        state.pass->used = true;
        state.pass->restarted = false;
        return true;
    }
    state.pass.reset();
    return false;
}

bool Parking::still_parked(Vcpu& state, VirtAddr pc, AddressSpace space) {
    if (!state.parked || state.parked->pc != pc || state.parked->space != space) {
        return false;
    }
    if (state.parked_by->enabled()) {
        return true;
    }
    state.parked.reset();
    return false;
}

Slot* Parking::run_callbacks(VcpuContext& vcpu, std::span<Slot* const> slots) {
    Slot* stopped_by = nullptr;
    for (Slot* slot : slots) {
        if (slot->matches(vcpu.pc(), vcpu.address_space()) && slot->run(vcpu) == Verdict::stop && stopped_by == nullptr) {
            stopped_by = slot;
        }
    }
    return stopped_by;
}

Parking::Action Parking::arrive(VcpuContext& vcpu, std::span<Slot* const> slots) {
    const VirtAddr pc = vcpu.pc();
    const AddressSpace space = vcpu.address_space();
    if (std::ranges::none_of(slots, [&](const Slot* slot) { return slot->matches(pc, space); })) {
        return Action::go_on;
    }
    Vcpu& state = vcpus_.at(vcpu.vcpu().index);
    const std::scoped_lock lock(state.mutex);
    if (let_pass(state, pc, space)) {
        return Action::go_on;
    }
    if (!still_parked(state, pc, space)) {
        Slot* stopped_by = run_callbacks(vcpu, slots);
        if (stopped_by == nullptr) {
            return Action::go_on;
        }
        state.parked = Parked{pc, space, stopped_by->where()};
        state.parked_by = stopped_by;
        state.announced = false;
    }
    return std::exchange(state.announced, true) ? Action::park : Action::park_first;
}

void Parking::restarted(VcpuId vcpu, VirtAddr pc) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    if (state.pass && state.pass->used && state.pass->pc == pc) {
        state.pass->restarted = true;
    }
}

std::optional<Parking::Parked> Parking::parked(VcpuId vcpu) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    if (state.parked && !state.parked_by->enabled()) {
        state.parked.reset();
    }
    return state.parked;
}

void Parking::forget_parked(VcpuId vcpu) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    state.parked.reset();
}

void Parking::pass_once(VcpuId vcpu, VirtAddr pc, AddressSpace space) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    state.pass = Pass{pc, space};
    state.parked.reset();
}

void Parking::prepare_resume(const std::function<bool(VcpuId, VirtAddr)>& stands_at) {
    for (unsigned index = 0; index < vcpus_.size(); ++index) {
        Vcpu& state = vcpus_[index];
        const std::scoped_lock lock(state.mutex);
        state.announced = false;
        if (state.parked && !state.parked_by->enabled()) {
            state.parked.reset();
        }
        const bool old = state.pass && !std::exchange(state.pass->fresh, false);
        if (old && !state.pass->used && !stands_at(VcpuId{index}, state.pass->pc)) {
            state.pass.reset();
        }
    }
}

}  // namespace hvgdb::emulator
