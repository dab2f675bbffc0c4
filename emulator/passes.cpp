// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/passes.hpp"

#include <algorithm>
#include <array>
#include <boost/container_hash/hash.hpp>
#include <span>

#include "emulator/arch.hpp"
#include "emulator/instrumentation.hpp"

namespace hvgdb::emulator {
namespace {

constexpr unsigned kRcx = 1;
constexpr unsigned kRsi = 6;
constexpr unsigned kRdi = 7;

/// What an instruction that faults, or is interrupted half done, leaves as it was. It tells its restart from the next
/// time round a loop, before which an interrupt may come too.
std::uint64_t hash_registers(VcpuContext& vcpu) {
    std::array<std::uint8_t, 4> start{};  // prefixes and opcode
    const bool repeated =
        vcpu.read_memory(vcpu.pc(), std::as_writable_bytes(std::span(start))) && x86_is_repeated(start);
    std::size_t hash = 0;
    for (unsigned number = 0; !x86_general_register(number).empty(); ++number) {
        const bool moves = repeated && (number == kRcx || number == kRsi || number == kRdi);
        if (!moves) {
            boost::hash_combine(hash, vcpu.read_register(x86_general_register(number)).value_or(0));
        }
    }
    return hash;
}

}  // namespace

void Passes::add(const Standpoint& standpoint) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(passes_, [&](const Pass& pass) { return pass.standpoint == standpoint; });
    if (passes_.size() == kMax) {
        passes_.erase(passes_.begin());
    }
    passes_.push_back({.standpoint = standpoint});
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
    const std::uint64_t registers = hash_registers(vcpu);
    const bool same_execution = pass->restarted && pass->registers == registers;
    if (pass->used && !same_execution) {
        erase(pass);
        return false;
    }
    pass->used = true;
    pass->restarted = false;
    pass->registers = registers;
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
            pass.restarted = true;
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
