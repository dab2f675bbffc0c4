// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/running_registers.hpp"

#include "osi/linux/fpu_area.hpp"
#include "osi/linux/saved_registers.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

// arch/x86/include/asm/segment.h
constexpr std::uint16_t kUserCode64 = 0x33;
constexpr std::uint16_t kUserCode32 = 0x23;
constexpr std::uint16_t kUserData = 0x2b;

constexpr auto kRcx = static_cast<std::size_t>(X86General::rcx);
constexpr auto kRdi = static_cast<std::size_t>(X86General::rdi);
constexpr auto kRsp = static_cast<std::size_t>(X86General::rsp);
constexpr auto kR8 = static_cast<std::size_t>(X86General::r8);
constexpr auto kR11 = static_cast<std::size_t>(X86General::r11);

// The kernel leaves the selectors and fs_base as they are; of the two GS bases one is its own.
UserRegisters with_segments(const X86VcpuState& vcpu, bool gs_exchanged) {
    UserRegisters registers;
    registers.ds = vcpu.ds;
    registers.es = vcpu.es;
    registers.fs = vcpu.fs;
    registers.gs = vcpu.gs;
    registers.fs_base = vcpu.fs_base;
    registers.gs_base = gs_exchanged ? vcpu.k_gs_base : vcpu.gs_base;
    return registers;
}

UserRegisters from_vcpu(const X86VcpuState& vcpu) {
    UserRegisters registers;
    static_cast<X86Registers&>(registers) = vcpu;
    registers.source = UserRegisters::Source::vcpu;
    return registers;
}

void complete_syscall(const X86VcpuState& vcpu, std::uint16_t code, std::uint64_t rsp, UserRegisters& registers) {
    registers.general = vcpu.general;
    registers.general[kRsp] = rsp;
    registers.rip = vcpu.general[kRcx];
    registers.eflags = vcpu.general[kR11];
    registers.cs = code;
    registers.ss = kUserData;
    registers.orig_rax = system_call_number(vcpu[X86General::rax]);
}

bool complete_partial(const KernelMemory& kernel, const RunningThread& thread, const RegisterHome& home,
                      UserRegisters& registers) {
    if (!read_frame(kernel, home.frame, registers)) {
        return false;
    }
    const auto filled = [&](Field field) {
        return home.frame.value + kernel.layout()[field].offset >= home.filled_from.value;
    };
    for (std::size_t i = 0; i < registers.general.size(); ++i) {
        // The stack pointer's word is among those that the processor or the entry code fills first.
        if (i != kRsp && (!filled(frame_field(i)) || (i == kRdi && home.rdi_in_vcpu))) {
            registers.general[i] = thread.vcpu.general[i];
        }
    }
    if (!filled(Field::regs_orig_ax)) {
        registers.orig_rax = system_call_number(thread.vcpu[X86General::rax]);
    }
    return true;
}

// False when what is needed cannot be read.
bool fill_from(const RegisterHome& home, const KernelMemory& kernel, const PerCpu& cpus, const RunningThread& thread,
               UserRegisters& registers) {
    const auto& general = thread.vcpu.general;
    switch (home.kind) {
        case RegisterHome::Kind::syscall: {
            const auto scratch = cpus.syscall_scratch(thread.cpu);
            const auto rsp = home.stack_switched ? scratch.value_or(0) : general[kRsp];
            complete_syscall(thread.vcpu, kUserCode64, rsp, registers);
            return !home.stack_switched || scratch;
        }
        case RegisterHome::Kind::compat_syscall:
            complete_syscall(thread.vcpu, kUserCode32, general[home.stack_switched ? kR8 : kRsp], registers);
            return true;
        case RegisterHome::Kind::partial_frame:
            return complete_partial(kernel, thread, home, registers);
        case RegisterHome::Kind::saved_frame:
            return read_frame(kernel, home.frame, registers);
        case RegisterHome::Kind::vcpu:
        case RegisterHome::Kind::unknown:
            return false;
    }
    return false;
}

Expected<UserRegisters> in_kernel(const KernelMemory& kernel, const PerCpu& cpus, const RunningThread& thread,
                                  const RegisterHome& home) {
    if (home.kind == RegisterHome::Kind::unknown) {
        return fail(Errc::unsupported, "the thread is just entering the kernel: its registers are on their way");
    }
    UserRegisters registers = with_segments(thread.vcpu, cpus.is_base_of(thread.cpu, thread.vcpu.gs_base));
    if (!fill_from(home, kernel, cpus, thread, registers)) {
        return fail(Errc::fault, "the saved registers cannot be read");
    }
    if (!home.final) {
        registers.frame.reset();
    }
    if (home.interruption) {
        registers.orig_rax = ~std::uint64_t{0};
    }
    return registers;
}

}  // namespace

bool fpu_is_loaded(const KernelMemory& kernel, const PerCpu& cpus, const RunningThread& thread) {
    if (thread.vcpu.user_mode()) {
        return true;
    }
    const auto fpu = find_fpu(kernel, thread.task);
    const auto last_cpu = fpu ? kernel.number(*fpu, Field::fpu_last_cpu) : std::nullopt;
    return fpu && cpus.fpu_owner(thread.cpu) == fpu && (!last_cpu || *last_cpu == thread.cpu);
}

Expected<UserRegisters> running_user_registers(const KernelMemory& kernel, const PerCpu& cpus,
                                               const RegisterLocator& locator, const KernelStack& stack,
                                               const RunningThread& thread, bool with_xsave) {
    if (thread.vcpu.user_mode()) {
        return from_vcpu(thread.vcpu);
    }
    if (is_kernel_thread(kernel, thread.task)) {
        return fail(Errc::not_found, "a kernel thread has no user registers");
    }
    const auto frame = stack.frame(kernel, thread.task);
    if (!frame) {
        return fail(Errc::not_found, "the thread has ended: its registers are gone");
    }
    auto registers = in_kernel(kernel, cpus, thread, locator.find(thread.vcpu, thread.cpu, *frame));
    if (registers && !fpu_is_loaded(kernel, cpus, thread)) {
        read_fpu_area(kernel, thread.task, with_xsave, *registers);
    }
    return registers;
}

}  // namespace hvgdb::osi
