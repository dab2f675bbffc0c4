// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/thread_stepper.hpp"

#include <array>
#include <utility>

#include "gdbserver/system_call_return.hpp"

namespace hvgdb::gdbserver {

using emulator::ResumePlan;
using emulator::RunMode;
using emulator::Verdict;

namespace {

/// Sites kept disabled for the next time round a loop.
constexpr std::size_t kMaxSites = 64;

}  // namespace

Expected<void> ThreadStepper::start(const Order& order, Inferior& inferior) {
    cancel();
    inferior_ = &inferior;
    order_ = order;
    auto begun = next_leg();
    if (!begun) {
        cancel();
    }
    return begun;
}

ResumePlan ThreadStepper::plan() const {
    const auto* on = std::get_if<OnVcpu>(&leg_);
    if (!active() || on == nullptr) {
        return {};  // what the kernel does for the thread may need every vCPU
    }
    return {.others = order_->alone ? RunMode::stay : RunMode::go, .vcpus = {{on->vcpu, RunMode::step}}};
}

Expected<void> ThreadStepper::next_leg() {
    const auto registers = os_.user_registers(order_->thread.tid);
    if (!registers) {
        return std::unexpected(registers.error());
    }
    pc_ = VirtAddr{registers->rip};
    const bool in_user_code = registers->vcpu && registers->source == osi::UserRegisters::Source::vcpu;
    if (!in_user_code) {
        return await(pc_, (*registers)[osi::X86General::rsp], false);
    }
    instrumentation_.pass_once(*registers->vcpu, pc_);
    const auto known = await_system_call(*registers);
    if (!known) {
        return std::unexpected(known.error());
    }
    if (!*known) {
        leg_ = OnVcpu{*registers->vcpu};
        check_.before(machine_, *registers->vcpu);
    }
    return {};
}

/// The return of most system calls is known beforehand, which saves the stop at the kernel's entry.
Expected<bool> ThreadStepper::await_system_call(const osi::UserRegisters& registers) {
    const auto back = system_call_return(*inferior_, order_->thread.tid, registers);
    if (!back) {
        return false;
    }
    const auto awaited = await(back->pc, back->stack_pointer, true);
    return awaited ? Expected<bool>(true) : std::unexpected(awaited.error());
}

Expected<void> ThreadStepper::await(VirtAddr pc, std::uint64_t stack_pointer, bool completes) {
    const auto space = inferior_->space();
    if (!space) {
        return std::unexpected(space.error());
    }
    leg_ = Awaited{pc, completes};
    if (sites_.size() >= kMaxSites) {
        const auto order = std::exchange(order_, std::nullopt);
        forget();
        order_ = order;
    }
    Site& site = sites_[{pc, space->value_or(AddressSpace{})}];
    if (site.handle.exists()) {
        *site.stack_pointer = stack_pointer;
        site.handle.enable();
        return {};
    }
    site.stack_pointer = std::make_shared<std::atomic<std::uint64_t>>(stack_pointer);
    site.handle = instrumentation_.add_site(
        {.address = pc, .space = *space}, inferior_->code_place(pc),
        [wanted = site.stack_pointer](emulator::VcpuContext& vcpu) {
            return vcpu.stack_pointer() == wanted->load(std::memory_order_relaxed) ? Verdict::stop : Verdict::go_on;
        });
    return {};
}

bool ThreadStepper::awaits(VirtAddr pc) const {
    const auto* awaited = std::get_if<Awaited>(&leg_);
    return active() && awaited != nullptr && awaited->pc == pc;
}

Expected<ThreadStepper::Progress> ThreadStepper::arrived() {
    const auto* awaited = std::get_if<Awaited>(&leg_);
    const bool completes = awaited != nullptr && awaited->completes;
    for (const auto& [key, site] : sites_) {
        site.handle.disable();
    }
    if (completes) {
        return after_instruction();
    }
    const auto next = next_leg();
    return next ? Expected<Progress>(Progress::goes_on) : std::unexpected(next.error());
}

Expected<ThreadStepper::Progress> ThreadStepper::stepped() {
    const auto* on = std::get_if<OnVcpu>(&leg_);
    if (on == nullptr || check_.stalled(machine_, on->vcpu)) {
        return Progress::goes_on;
    }
    const auto registers = os_.user_registers(order_->thread.tid);
    if (!registers) {
        return std::unexpected(registers.error());
    }
    if (registers->vcpu && registers->source == osi::UserRegisters::Source::vcpu) {
        return after_instruction();
    }
    // In the kernel: by a fault or an interrupt before the instruction, which has still to be executed, or by the
    // instruction itself.
    const VirtAddr back{registers->rip};
    const auto awaited = await(back, (*registers)[osi::X86General::rsp], back != pc_);
    return awaited ? Expected<Progress>(Progress::goes_on) : std::unexpected(awaited.error());
}

Expected<ThreadStepper::Progress> ThreadStepper::after_instruction() {
    const auto registers = os_.user_registers(order_->thread.tid);
    if (!registers) {
        return std::unexpected(registers.error());
    }
    pc_ = VirtAddr{registers->rip};
    if (!goes_on_from(pc_)) {
        return Progress::done;
    }
    const auto next = next_leg();
    return next ? Expected<Progress>(Progress::goes_on) : std::unexpected(next.error());
}

bool ThreadStepper::goes_on_from(VirtAddr pc) const {
    return order_->begin <= pc && pc < order_->end && !(order_->ends_at && order_->ends_at(pc));
}

void ThreadStepper::cancel() {
    order_.reset();
    inferior_ = nullptr;
    for (const auto& [key, site] : sites_) {
        site.handle.disable();
    }
}

void ThreadStepper::forget() {
    order_.reset();
    for (const auto& [key, site] : sites_) {
        site.handle.remove();
    }
    sites_.clear();
}

}  // namespace hvgdb::gdbserver
