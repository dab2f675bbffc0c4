// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: the user registers of threads.
#include <algorithm>

#include "emulator/arch.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/register_home.hpp"
#include "osi/linux/register_place.hpp"
#include "osi/linux/saved_registers.hpp"
#include "osi/linux/switched_out.hpp"
#include "osi/linux/tasks.hpp"
#include "osi/x86_page_entry.hpp"
#include "osi/x86_xsave_write.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kCr4Osxsave = std::uint64_t{1} << 18;

}  // namespace

bool LinuxOs::has_xsave() {
    const auto cr4 = emulator::read_number(machine_, VcpuId{0}, machine_.description().find("cr4"));
    return (cr4.value_or(0) & kCr4Osxsave) != 0;
}

Expected<void> LinuxOs::add_vcpu(const Picture& now, const OnVcpu& on, WrittenThread& thread) {
    const auto state = vcpu_state(on.vcpu);
    if (!state) {
        return std::unexpected(state.error());
    }
    thread.running = RunningThread{.task = on.task, .cpu = on.cpu, .vcpu = *state};
    thread.gs_exchanged = !state->user_mode() && now.per_cpu.is_base_of(on.cpu, state->gs_base);
    thread.fpu_loaded = fpu_is_loaded(now.kernel(), now.per_cpu, *thread.running);
    return {};
}

Expected<WrittenThread> LinuxOs::registers_of(Picture& now, ThreadId tid) {
    if (machine_.running()) {
        return fail(Errc::running, "the guest runs");
    }
    const KernelMemory& kernel = now.kernel();
    const auto task =
        tid == 0 ? fail(Errc::not_found, "a swapper has no user registers") : find_task(kernel, now.init_task(), tid);
    if (!task) {
        return std::unexpected(task.error());
    }
    const auto stack = kernel_stack(now);
    if (!stack) {
        return fail(Errc::unsupported, "where this kernel saves registers could not be found out");
    }
    WrittenThread thread{.kernel = kernel, .task = *task};
    thread.address_bits = x86_entry::shift_of(x86_entry::levels(now.view.memory().paging()) + 1);
    thread.with_xsave = has_xsave();
    const auto* on = on_vcpu(now, *task);
    if (on != nullptr) {
        if (auto added = add_vcpu(now, *on, thread); !added) {
            return std::unexpected(added.error());
        }
    }
    const RegisterLocator locator(kernel, now.view.symbols(), now.per_cpu);
    auto found = on == nullptr
                     ? saved_user_registers(kernel, *task, *stack, thread.with_xsave)
                     : running_user_registers(kernel, now.per_cpu, locator, *stack, *thread.running, thread.with_xsave);
    if (!found) {
        return std::unexpected(found.error());
    }
    thread.registers = *std::move(found);
    thread.registers.vcpu = on != nullptr ? std::optional(on->vcpu) : std::nullopt;
    return thread;
}

Expected<UserRegisters> LinuxOs::user_registers(ThreadId tid) {
    const auto now = picture();
    if (now && (*now)->registers && (*now)->registers->first == tid && !machine_.running()) {
        return (*now)->registers->second;
    }
    auto thread = now ? registers_of(**now, tid) : std::unexpected(now.error());
    if (!thread) {
        return std::unexpected(thread.error());
    }
    auto& registers = thread->registers;
    if (thread->fpu_loaded && registers.vcpu) {
        const auto block = machine_.read_registers(*registers.vcpu);
        auto area = block ? fxsave_area(machine_.description(), *block) : Bytes{};
        if (!area.empty()) {
            registers.xsave = std::move(area);
        }
    }
    (*now)->registers.emplace(tid, registers);
    return std::move(registers);
}

Expected<SwitchedOutRegisters> LinuxOs::switched_out_registers(ThreadId tid) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (machine_.running()) {
        return fail(Errc::running, "the guest runs");
    }
    const auto task = tid == 0 ? fail(Errc::not_found, "which swapper is not told")
                               : find_task((*now)->kernel(), (*now)->init_task(), tid);
    if (!task) {
        return std::unexpected(task.error());
    }
    if (on_vcpu(**now, *task) != nullptr) {
        return fail(Errc::unsupported, "the thread is on a vCPU");
    }
    return read_switched_out((*now)->kernel(), *task);
}

Expected<void> LinuxOs::write_user_register(ThreadId tid, std::string_view name, std::span<const std::byte> value) {
    const auto now = picture();
    const auto thread = now ? registers_of(**now, tid) : std::unexpected(now.error());
    if (!thread) {
        return std::unexpected(thread.error());
    }
    const KernelTranslation translate = [&](VirtAddr address) { return (*now)->translate(address); };
    return RegisterWriter(machine_, translate, *thread).write(name, value);
}

std::optional<VcpuId> LinuxOs::vcpu_with_fpu_of(Picture& now, VirtAddr task) {
    const auto& all = on_vcpus(now);
    const auto found = std::ranges::find_if(all, [&](const OnVcpu& on) {
        return fpu_is_loaded(now.kernel(), now.per_cpu, {.task = task, .cpu = on.cpu, .vcpu = {}});
    });
    return found == all.end() ? std::nullopt : std::optional(found->vcpu);
}

Expected<RegisterPlace> LinuxOs::user_register_place(ThreadId tid, std::string_view name) {
    const auto now = picture();
    const auto thread = now ? registers_of(**now, tid) : std::unexpected(now.error());
    if (!thread) {
        return std::unexpected(thread.error());
    }
    const auto fpu_vcpu = thread->fpu_loaded ? thread->registers.vcpu : vcpu_with_fpu_of(**now, thread->task);
    return register_place([&](VirtAddr address) { return (*now)->translate(address); }, *thread, fpu_vcpu, name);
}

}  // namespace hvgdb::osi
