// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/engine.hpp"

#include <algorithm>

namespace hvgdb::emulator::taint {

Engine::Engine(unsigned vcpus) {
    for (unsigned index = 0; index < vcpus; ++index) {
        vcpus_.push_back(std::make_unique<VcpuTaint>(labels_, memory_));
    }
}

void Engine::set_policy(const Policy& policy) {
    if (policy != policy_) {
        policy_ = policy;
        ++policy_generation_;
    }
}

bool Engine::active() const {
    return !memory_.clean() || std::ranges::any_of(vcpus_, [](const auto& vcpu) { return !vcpu->clean(); });
}

void Engine::clear() {
    for (const auto& vcpu : vcpus_) {
        vcpu->registers().clear_all();
        vcpu->forget();
    }
    memory_.clear_all();
    labels_.clear();
}

}  // namespace hvgdb::emulator::taint
