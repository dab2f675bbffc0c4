// SPDX-License-Identifier: GPL-2.0-or-later
// Two CPUs of a made-up kernel, with its entry code where a recent kernel has it.
#pragma once

#include <array>
#include <cstdint>

#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/per_cpu.hpp"
#include "osi/x86_vcpu_state.hpp"
#include "tests/osi/fake_tasks.hpp"

namespace hvgdb::osi {

inline constexpr std::uint64_t kEntryText = 0xffff'ffff'8100'0000;
inline constexpr std::array<std::uint64_t, 2> kCpuBases{0xffff'8881'0000'0000, 0xffff'8881'0010'0000};
inline constexpr std::uint64_t kEntryStackEnd = 0xffff'fe00'0000'3000;

inline FakeLayout fake_cpu_layout() {
    FakeLayout layout = fake_task_layout();
    layout.add(Field::tss_sp0).add(Field::tss_sp1).add(Field::tss_sp2);
    return layout;
}

class FakeCpus {
  public:
    FakeCpus() : tasks(fake_cpu_layout()) {
        using enum KernelSymbol;
        const std::pair<KernelSymbol, std::uint64_t> places[] = {
            {nr_cpu_ids, 0xffff'ffff'8200'0000},
            {per_cpu_offset, 0xffff'ffff'8200'0100},
            {current_task, 0x1000},
            {top_of_stack, 0x1008},
            {fpu_owner, 0x1010},
            {run_queues, 0x3000},
            {cpu_tss, 0x2000},
            {entry_text_start, kEntryText},
            {entry_syscall, kEntryText + 0x80},
            {entry_syscall_frame, kEntryText + 0xb9},
            {entry_interrupts, kEntryText + 0x230},
            {entry_int80_exception, kEntryText + 0x12b0},
            {entry_int80, kEntryText + 0x2210},
            {exit_to_user, kEntryText + 0x1850},
            {exit_iret, kEntryText + 0x1941},
            {entry_exception, kEntryText + 0x1bb0},
            {entry_nmi, kEntryText + 0x1d40},
            {entry_sysenter, kEntryText + 0x1ff0},
            {entry_sysenter_frame, kEntryText + 0x201d},
            {entry_compat_syscall, kEntryText + 0x20b0},
            {entry_compat_syscall_frame, kEntryText + 0x20df},
            {entry_text_end, kEntryText + 0x2400},
        };
        for (const auto& [symbol, address] : places) {
            symbols.set(symbol, VirtAddr{address});
        }
        tasks.memory.put(*symbols[nr_cpu_ids], 2, 4);
        for (std::size_t cpu = 0; cpu < kCpuBases.size(); ++cpu) {
            tasks.memory.put(VirtAddr{symbols[per_cpu_offset]->value + 8 * cpu}, kCpuBases[cpu]);
            tasks.memory.put_zeros(VirtAddr{kCpuBases[cpu] + 0x1000}, 0x3000);
            tasks.put(VirtAddr{kCpuBases[cpu] + 0x2000}, Field::tss_sp0, kEntryStackEnd + 0x1'0000 * cpu);
            tasks.memory.put_zeros(VirtAddr{kEntryStackEnd + 0x1'0000 * cpu - 0x1000}, 0x1000);
        }
        // endbr64; swapgs; mov %rsp, ...
        for (const std::uint64_t entry : {kEntryText + 0x80, kEntryText + 0x20b0}) {
            tasks.memory.put(VirtAddr{entry}, 0x65f8'010f'fa1e'0ff3);
            tasks.memory.put(VirtAddr{entry + 8}, 0x9090'9090'9090'9090);
        }
    }
    [[nodiscard]] const KernelMemory& kernel() const { return tasks.kernel(); }
    void set(unsigned cpu, KernelSymbol symbol, std::uint64_t value) {
        tasks.memory.put(VirtAddr{kCpuBases.at(cpu) + symbols[symbol]->value}, value);
    }

    FakeTasks tasks;
    KernelSymbols symbols;
};

/// Each general register has its number in it.
inline X86VcpuState fake_vcpu(std::uint64_t rip, std::uint64_t rsp, std::uint16_t cs = 0x10) {
    X86VcpuState vcpu;
    for (std::size_t i = 0; i < vcpu.general.size(); ++i) {
        vcpu.general[i] = 0xcc00 + i;
    }
    vcpu.general[static_cast<std::size_t>(X86General::rsp)] = rsp;
    vcpu.rip = rip;
    vcpu.cs = cs;
    vcpu.gs_base = kCpuBases[0];
    vcpu.k_gs_base = 0x7f00'0000'1000;
    return vcpu;
}

}  // namespace hvgdb::osi
