// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: what the vCPUs run.
#include <algorithm>
#include <array>

#include "emulator/arch.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/tasks.hpp"

namespace hvgdb::osi {

namespace {

/// Of some user processes, which are enough to know where every task's registers are saved.
std::vector<VirtAddr> sample_of(const KernelMemory& kernel, VirtAddr init_task) {
    constexpr std::size_t kEnough = 16;
    std::vector<VirtAddr> sample;
    const auto leaders = process_leaders(kernel, init_task);
    for (const VirtAddr task : leaders ? leaders->objects : std::vector<VirtAddr>{}) {
        if (sample.size() < kEnough && user_memory(kernel, task)) {
            sample.push_back(task);
        }
    }
    return sample;
}

}  // namespace

const std::vector<LinuxOs::OnVcpu>& LinuxOs::on_vcpus(Picture& now) {
    if (now.on_vcpus) {
        return *now.on_vcpus;
    }
    if (pairing_of_ != kernel_.changes()) {
        pairing_ = {};
        pairing_of_ = kernel_.changes();
    }
    auto& found = now.on_vcpus.emplace();
    for (unsigned index = 0; index < machine_.vcpu_count() && !machine_.running(); ++index) {
        const auto cpu = pairing_.cpu_of(machine_, VcpuId{index}, now.per_cpu);
        const auto task = cpu ? now.per_cpu.current_task(*cpu) : std::nullopt;
        if (task) {
            found.push_back({.vcpu = VcpuId{index}, .cpu = *cpu, .task = *task});
        }
    }
    return found;
}

const LinuxOs::OnVcpu* LinuxOs::on_vcpu(Picture& now, VirtAddr task) {
    const auto& all = on_vcpus(now);
    const auto found = std::ranges::find(all, task, &OnVcpu::task);
    return found == all.end() ? nullptr : &*found;
}

Expected<X86VcpuState> LinuxOs::vcpu_state(VcpuId vcpu) {
    const auto block = machine_.read_registers(vcpu);
    return block ? x86_vcpu_state(machine_.description(), *block) : std::unexpected(block.error());
}

Expected<CurrentThread> LinuxOs::current(VcpuId vcpu) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (machine_.running()) {
        return fail(Errc::running, "the guest runs");
    }
    const auto& all = on_vcpus(**now);
    const auto found = std::ranges::find(all, vcpu, &OnVcpu::vcpu);
    if (found == all.end()) {
        return fail(Errc::not_found, "what vCPU " + std::to_string(vcpu.index) + " runs is not known");
    }
    const auto tid = (*now)->kernel().number(found->task, Field::task_pid);
    const auto pid = (*now)->kernel().number(found->task, Field::task_tgid);
    if (!tid || !pid) {
        return fail(Errc::fault, "the task that vCPU " + std::to_string(vcpu.index) + " runs cannot be read");
    }
    const auto state = vcpu_state(vcpu);
    if (!state) {
        return std::unexpected(state.error());
    }
    return CurrentThread{
        .tid = static_cast<ThreadId>(*tid), .pid = static_cast<ProcessId>(*pid), .user_mode = state->user_mode()};
}

/// Looked for once a kernel: it is the same for all its tasks, for ever.
std::optional<KernelStack> LinuxOs::kernel_stack(Picture& now) {
    if (!stack_ || stack_of_ != kernel_.changes()) {
        std::vector<StackTop> tops;
        for (const OnVcpu& on : on_vcpus(now)) {
            if (const auto top = now.per_cpu.top_of_stack(on.cpu)) {
                tops.push_back({on.task, *top});
            }
        }
        stack_ = KernelStack::find(now.kernel(), tops, sample_of(now.kernel(), now.init_task()));
        stack_of_ = kernel_.changes();
    }
    return stack_;
}

}  // namespace hvgdb::osi
