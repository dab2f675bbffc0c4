// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/parking.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::emulator {

bool Parking::still_parked(Vcpu& state, VirtAddr pc, AddressSpace space) {
    if (!state.parked || state.parked->pc != pc || state.parked->space != space) {
        return false;
    }
    if (state.wanted()) {
        return true;
    }
    state.parked.reset();
    return false;
}

Parking::Action Parking::announce(Vcpu& state) {
    return std::exchange(state.announced, true) ? Action::park : Action::park_first;
}

Slot* Parking::first_match(VcpuContext& vcpu, std::span<Slot* const> slots) {
    const auto match =
        std::ranges::find_if(slots, [&](const Slot* slot) { return slot->matches(vcpu.pc(), vcpu.address_space()); });
    return match == slots.end() ? nullptr : *match;
}

Slot* Parking::run_callbacks(VcpuContext& vcpu, std::span<Slot* const> slots) {
    Slot* stopped_by = nullptr;
    for (Slot* slot : slots) {
        if (slot->matches(vcpu.pc(), vcpu.address_space()) && slot->run(vcpu) == Verdict::stop &&
            stopped_by == nullptr) {
            stopped_by = slot;
        }
    }
    return stopped_by;
}

Parking::Action Parking::arrive(VcpuContext& vcpu, std::span<Slot* const> slots) {
    const VirtAddr pc = vcpu.pc();
    const AddressSpace space = vcpu.address_space();
    if (first_match(vcpu, slots) == nullptr) {
        return Action::go_on;
    }
    if (passes_.use(vcpu)) {
        return Action::go_on;
    }
    Vcpu& state = vcpus_.at(vcpu.vcpu().index);
    const std::scoped_lock lock(state.mutex);
    if (!still_parked(state, pc, space)) {
        Slot* stopped_by = interrupted_.take(vcpu) ? first_match(vcpu, slots) : run_callbacks(vcpu, slots);
        if (stopped_by == nullptr) {
            return Action::go_on;
        }
        state.parked = Parked{pc, space, vcpu.stack_pointer(), stopped_by->where()};
        state.parked_by = stopped_by;
        state.announced = false;
    }
    return announce(state);
}

Parking::Action Parking::halt(VcpuContext& vcpu, const std::shared_ptr<const Halter>& halter, bool anew) {
    if (halt_passes_.use(vcpu) && !anew) {
        return Action::go_on;
    }
    Vcpu& state = vcpus_.at(vcpu.vcpu().index);
    const std::scoped_lock lock(state.mutex);
    if (!still_parked(state, vcpu.pc(), vcpu.address_space())) {
        state.parked = Parked{vcpu.pc(), vcpu.address_space(), vcpu.stack_pointer(), {vcpu.pc(), {}}, halter};
        state.announced = false;
    }
    return announce(state);
}

std::optional<Parking::Parked> Parking::parked(VcpuId vcpu) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    if (state.parked && !state.wanted()) {
        state.parked.reset();
    }
    return state.parked;
}

void Parking::left_parked(VcpuId vcpu) {
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    if (state.parked && !state.parked->halter) {
        interrupted_.add({state.parked->pc, state.parked->space, state.parked->stack_pointer});
    }
    state.parked.reset();
}

void Parking::pass_once(VcpuId vcpu, const Standpoint& standpoint) {
    passes_.add(standpoint);
    Vcpu& state = vcpus_.at(vcpu.index);
    const std::scoped_lock lock(state.mutex);
    if (state.parked && state.parked->halter && state.parked->pc == standpoint.pc) {
        halt_passes_.add(standpoint);
        if (std::ranges::find(halters_, state.parked->halter) == halters_.end()) {
            halters_.push_back(state.parked->halter);
        }
    }
    state.parked.reset();
}

void Parking::prepare_resume(const SiteRegistry& registry) {
    for (Vcpu& state : vcpus_) {
        const std::scoped_lock lock(state.mutex);
        state.announced = false;
        if (state.parked && !state.wanted()) {
            state.parked.reset();
        }
    }
    const auto has_site = [&](const Standpoint& at) { return registry.enabled_at(at.pc, at.space); };
    passes_.keep_only(has_site);
    interrupted_.keep_only(has_site);
    std::erase_if(halters_, [](const auto& halter) { return !halter->wanted(); });
    if (halters_.empty()) {
        halt_passes_.keep_only([](const Standpoint&) { return false; });
    }
}

}  // namespace hvgdb::emulator
