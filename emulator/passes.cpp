// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/passes.hpp"

#include <algorithm>

#include "emulator/instrumentation.hpp"

namespace hvgdb::emulator {

void Passes::add(const Standpoint& standpoint) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(passes_, [&](const Pass& pass) { return pass.standpoint == standpoint; });
    if (passes_.size() == kMax) {
        passes_.erase(passes_.begin());
    }
    passes_.push_back({standpoint, false, {}});
    count_ = passes_.size();
}

bool Passes::with_pass(VcpuContext& vcpu, bool (Passes::*action)(Position, VcpuContext&)) {
    if (count_ == 0) {
        return false;
    }
    const std::scoped_lock lock(mutex_);
    const auto pass = std::ranges::find_if(passes_, [&](const Pass& candidate) {
        return candidate.standpoint.pc == vcpu.pc() && candidate.standpoint.space == vcpu.address_space() &&
               candidate.standpoint.stack_pointer == vcpu.stack_pointer();
    });
    return pass != passes_.end() && (this->*action)(pass, vcpu);
}

void Passes::erase(Position pass) {
    passes_.erase(pass);
    count_ = passes_.size();
}

bool Passes::take(VcpuContext& vcpu) {
    return with_pass(vcpu, &Passes::take_locked);
}

bool Passes::take_locked(Position pass, VcpuContext& /*vcpu*/) {
    erase(pass);
    return true;
}

bool Passes::use(VcpuContext& vcpu) {
    return with_pass(vcpu, &Passes::use_locked);
}

bool Passes::use_locked(Position pass, VcpuContext& vcpu) {
    if (pass->used) {
        erase(pass);
        return false;
    }
    pass->used = true;
    pass->user = vcpu.vcpu();
    return true;
}

void Passes::restarted(VcpuId vcpu, VirtAddr pc) {
    if (count_ == 0) {
        return;
    }
    const std::scoped_lock lock(mutex_);
    for (Pass& pass : passes_) {
        if (pass.used && pass.user == vcpu && pass.standpoint.pc == pc) {
            pass.used = false;
        }
    }
}

void Passes::keep_only(const std::function<bool(const Standpoint&)>& wanted) {
    if (count_ == 0) {
        return;
    }
    const std::scoped_lock lock(mutex_);
    std::erase_if(passes_, [&](const Pass& pass) { return !wanted(pass.standpoint); });
    count_ = passes_.size();
}

}  // namespace hvgdb::emulator
