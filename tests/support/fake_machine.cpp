// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_machine.hpp"

#include <algorithm>
#include <stdexcept>

#include "emulator/hex.hpp"

namespace hvgdb::test {

using emulator::MachineStop;
using emulator::RegisterInfo;
using emulator::RunMode;

namespace {

std::span<std::byte> slice(Bytes& block, const RegisterInfo& info) {
    return std::span(block).subspan(info.offset, info.size);
}

MachineStop stopped_by(MachineStop::Reason reason, VcpuId vcpu) {
    MachineStop stop;
    stop.reason = reason;
    stop.vcpu = vcpu;
    return stop;
}

const emulator::TargetDescription& parsed_description() {
    static const auto parsed = emulator::TargetDescription::parse(fake_documents());
    if (!parsed) {
        throw std::runtime_error("the fake description does not parse: " + parsed.error().detail);
    }
    return *parsed;
}

const RegisterInfo& named(const emulator::TargetDescription& description, std::string_view name) {
    const auto* info = description.find(name);
    if (info == nullptr) {
        throw std::invalid_argument("no such register in the fake machine: " + std::string(name));
    }
    return *info;
}

}  // namespace

FakeMachine::FakeMachine(unsigned vcpus) : description_(parsed_description()) {
    blocks_.assign(vcpus, Bytes(description_.block_size()));
    for (unsigned i = 0; i < vcpus; ++i) {
        set_pc(VcpuId{i}, 0x1000);
    }
}

void FakeMachine::poke(std::uint64_t address, std::string_view bytes) {
    memory_.map(address, bytes.size());
    (void)memory_.write(address, as_bytes(bytes));
}

void FakeMachine::set_register(VcpuId vcpu, std::string_view name, std::uint64_t value) {
    const auto& info = named(description_, name);
    std::ranges::copy(store_little_endian(value, info.size), slice(blocks_.at(vcpu.index), info).begin());
}

std::uint64_t FakeMachine::get_register(VcpuId vcpu, std::string_view name) const {
    const auto& info = named(description_, name);
    return load_little_endian(std::span(blocks_.at(vcpu.index)).subspan(info.offset, info.size));
}

void FakeMachine::set_halted(VcpuId vcpu, bool halted) {
    if (halted) {
        halted_.insert(vcpu);
    } else {
        halted_.erase(vcpu);
    }
}

void FakeMachine::start() {
    changes();
    plan_ = {};
    running_ = !gone_;
}

bool FakeMachine::execute(VcpuId vcpu) {
    const auto at = pc(vcpu);
    if (arrival_hook_ && arrival_hook_(vcpu, VirtAddr{at})) {
        return false;
    }
    const auto jump = next_.find(at);
    set_pc(vcpu, jump == next_.end() ? at + 1 : jump->second);
    return true;
}

// One instruction of each vCPU that may run; the vCPU that completed a step, if one did.
std::optional<VcpuId> FakeMachine::run_round(std::set<VcpuId>& parked) {
    std::optional<VcpuId> stepped;
    for (unsigned i = 0; i < vcpu_count(); ++i) {
        const VcpuId vcpu{i};
        const auto mode = plan_.mode_of(vcpu);
        if (mode == RunMode::stay || parked.contains(vcpu)) {
            continue;
        }
        if (mode == RunMode::go && halted_.contains(vcpu)) {
            continue;
        }
        if (!execute(vcpu)) {
            parked.insert(vcpu);
        } else if (mode == RunMode::step && !stepped) {
            stepped = vcpu;
        }
    }
    return stepped;
}

bool FakeMachine::run_until_stop(unsigned limit) {
    std::set<VcpuId> parked;
    for (unsigned round = 0; running_ && round < limit; ++round) {
        if (const auto stepped = run_round(parked)) {
            deliver(stopped_by(MachineStop::Reason::stepped, *stepped));
            return true;
        }
        if (interrupt_asked_) {
            deliver({});
            return true;
        }
    }
    return false;
}

void FakeMachine::deliver(const MachineStop& stop) {
    running_ = false;
    interrupt_asked_ = false;
    if (stop.reason == MachineStop::Reason::gone) {
        gone_ = true;
    }
    if (stop_handler_) {
        stop_handler_(stop);
    }
}

void FakeMachine::fail_call(unsigned nth, Error error) {
    fail_in_ = nth;
    failure_ = std::move(error);
}

std::optional<Error> FakeMachine::refuse(bool needs_pause) {
    if (gone_) {
        return Error{Errc::gone, "the emulator ended"};
    }
    if (fail_in_ > 0 && --fail_in_ == 0) {
        return failure_;
    }
    if (needs_pause && running_) {
        return Error{Errc::running, "the machine is running"};
    }
    return std::nullopt;
}

std::optional<Error> FakeMachine::refuse_vcpu(VcpuId vcpu) {
    if (auto refusal = refuse()) {
        return refusal;
    }
    if (vcpu.index >= vcpu_count()) {
        return Error{Errc::not_found, "no such vCPU"};
    }
    return std::nullopt;
}

Expected<void> FakeMachine::resume(const emulator::ResumePlan& plan) {
    if (auto refusal = refuse()) {
        return std::unexpected(*refusal);
    }
    changes();
    plan_ = plan;
    resumes_.push_back(plan);
    running_ = true;
    return {};
}

Expected<void> FakeMachine::interrupt() {
    if (auto refusal = refuse(false)) {
        return std::unexpected(*refusal);
    }
    ++interrupts_;
    interrupt_asked_ = running_;
    return {};
}

Expected<void> FakeMachine::set_step_flags(unsigned flags) {
    if (auto refusal = refuse(false)) {
        return std::unexpected(*refusal);
    }
    step_flags_ = flags;
    return {};
}

}  // namespace hvgdb::test
