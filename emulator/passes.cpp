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

std::vector<Passes::Pass>::iterator Passes::find(VcpuContext& vcpu) {
    return std::ranges::find_if(passes_, [&](const Pass& pass) {
        return pass.standpoint.pc == vcpu.pc() && pass.standpoint.space == vcpu.address_space() &&
               pass.standpoint.stack_pointer == vcpu.stack_pointer();
    });
}

bool Passes::take(VcpuContext& vcpu) {
    if (count_ == 0) {
        return false;
    }
    const std::scoped_lock lock(mutex_);
    const auto pass = find(vcpu);
    if (pass == passes_.end()) {
        return false;
    }
    passes_.erase(pass);
    count_ = passes_.size();
    return true;
}

bool Passes::use(VcpuContext& vcpu) {
    if (count_ == 0) {
        return false;
    }
    const std::scoped_lock lock(mutex_);
    const auto pass = find(vcpu);
    if (pass == passes_.end()) {
        return false;
    }
    if (pass->used) {
        passes_.erase(pass);
        count_ = passes_.size();
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
