// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: what the vCPUs run, and the user registers of threads.
#include <algorithm>
#include <array>

#include "emulator/arch.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/register_home.hpp"
#include "osi/linux/saved_registers.hpp"
#include "osi/linux/tasks.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kCr4Osxsave = std::uint64_t{1} << 18;

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

/// Empty while the machine runs.
const std::vector<LinuxOs::OnVcpu>& LinuxOs::on_vcpus(Picture& now) {
    if (now.on_vcpus) {
        return *now.on_vcpus;
    }
    auto& found = now.on_vcpus.emplace();
    for (unsigned index = 0; index < machine_.vcpu_count() && !machine_.running(); ++index) {
        const auto block = machine_.read_registers(VcpuId{index});
        const auto state = block ? x86_vcpu_state(machine_.description(), *block) : std::unexpected(block.error());
        if (!state) {
            continue;
        }
        const auto cpu = now.per_cpu.cpu_of(*state);
        const auto task = cpu ? now.per_cpu.current_task(*cpu) : std::nullopt;
        if (task) {
            found.push_back({VcpuId{index}, {.task = *task, .cpu = *cpu, .vcpu = *state}});
        }
    }
    return found;
}

const LinuxOs::OnVcpu* LinuxOs::on_vcpu(Picture& now, VirtAddr task) {
    const auto& all = on_vcpus(now);
    const auto found = std::ranges::find_if(all, [&](const OnVcpu& on) { return on.thread.task == task; });
    return found == all.end() ? nullptr : &*found;
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
    const auto tid = (*now)->kernel().number(found->thread.task, Field::task_pid);
    const auto pid = (*now)->kernel().number(found->thread.task, Field::task_tgid);
    if (!tid || !pid) {
        return fail(Errc::fault, "the task that vCPU " + std::to_string(vcpu.index) + " runs cannot be read");
    }
    return CurrentThread{.tid = static_cast<ThreadId>(*tid),
                         .pid = static_cast<ProcessId>(*pid),
                         .user_mode = found->thread.vcpu.user_mode()};
}

/// Looked for once a kernel: it is the same for all its tasks, for ever.
std::optional<KernelStack> LinuxOs::kernel_stack(Picture& now) {
    if (!stack_ || stack_of_ != kernel_.changes()) {
        std::vector<StackTop> tops;
        for (const OnVcpu& on : on_vcpus(now)) {
            if (const auto top = now.per_cpu.top_of_stack(on.thread.cpu)) {
                tops.push_back({on.thread.task, *top});
            }
        }
        stack_ = KernelStack::find(now.kernel(), tops, sample_of(now.kernel(), now.init_task()));
        stack_of_ = kernel_.changes();
    }
    return stack_;
}

bool LinuxOs::has_xsave() {
    const auto cr4 = emulator::read_number(machine_, VcpuId{0}, machine_.description().find("cr4"));
    return (cr4.value_or(0) & kCr4Osxsave) != 0;
}

Expected<UserRegisters> LinuxOs::user_registers(ThreadId tid) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (machine_.running()) {
        return fail(Errc::running, "the guest runs");
    }
    const KernelMemory& kernel = (*now)->kernel();
    const auto task = tid == 0 ? fail(Errc::not_found, "a swapper has no user registers")
                               : find_task(kernel, (*now)->init_task(), tid);
    if (!task) {
        return std::unexpected(task.error());
    }
    const auto stack = kernel_stack(**now);
    if (!stack) {
        return fail(Errc::unsupported, "where this kernel saves registers could not be found out");
    }
    const auto* on = on_vcpu(**now, *task);
    if (on == nullptr) {
        return saved_user_registers(kernel, *task, *stack, has_xsave());
    }
    const RegisterLocator locator(kernel, (*now)->view.symbols(), (*now)->per_cpu);
    return running_user_registers(kernel, (*now)->per_cpu, locator, *stack, on->thread, has_xsave());
}

}  // namespace hvgdb::osi
