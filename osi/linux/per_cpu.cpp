// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/per_cpu.hpp"

#include <algorithm>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kMostCpus = 8192;  // arch/x86/Kconfig NR_CPUS_RANGE_END
constexpr std::size_t kWord = 8;

// Before it knows better, the kernel's count is the largest it was built for; entries of CPUs that cannot be have
// their value from the build.
std::uint64_t cpu_count(const KernelMemory& kernel, const KernelSymbols& symbols) {
    const auto symbol = symbols[KernelSymbol::nr_cpu_ids];
    const auto count = symbol ? kernel.memory().number(*symbol, 4) : std::nullopt;
    return std::clamp<std::uint64_t>(count.value_or(1), 1, kMostCpus);
}

}  // namespace

PerCpu::PerCpu(const KernelMemory& kernel, const KernelSymbols& symbols) : kernel_(kernel), symbols_(symbols) {
    const auto table = symbols[KernelSymbol::per_cpu_offset];
    if (!table) {
        offsets_.push_back(0);
        return;
    }
    for (std::uint64_t cpu = 0; cpu < cpu_count(kernel, symbols); ++cpu) {
        const auto offset = kernel.memory().number(VirtAddr{table->value + cpu * kWord}, kWord);
        if (!offset) {
            return;
        }
        offsets_.push_back(*offset);
    }
}

std::optional<VirtAddr> PerCpu::place(unsigned cpu, KernelSymbol symbol) const {
    const auto address = symbols_[symbol];
    if (!address || cpu >= offsets_.size()) {
        return std::nullopt;
    }
    return VirtAddr{offsets_[cpu] + address->value};
}

std::optional<VirtAddr> PerCpu::pointer(unsigned cpu, KernelSymbol symbol, std::uint64_t offset) const {
    const auto object = place(cpu, symbol);
    const auto value = object ? kernel_.memory().pointer(VirtAddr{object->value + offset}) : std::nullopt;
    return value && is_kernel_pointer(*value) ? value : std::nullopt;
}

std::optional<VirtAddr> PerCpu::pointer(unsigned cpu, KernelSymbol symbol, Field field) const {
    return kernel_.has(field) ? pointer(cpu, symbol, kernel_.layout()[field].offset) : std::nullopt;
}

std::optional<VirtAddr> PerCpu::current_task(unsigned cpu) const {
    if (const auto task = pointer(cpu, KernelSymbol::pcpu_hot, Field::pcpu_hot_current_task)) {
        return task;
    }
    return pointer(cpu, KernelSymbol::current_task, 0);
}

std::optional<VirtAddr> PerCpu::top_of_stack(unsigned cpu) const {
    if (const auto top = pointer(cpu, KernelSymbol::pcpu_hot, Field::pcpu_hot_top_of_stack)) {
        return top;
    }
    if (const auto top = pointer(cpu, KernelSymbol::top_of_stack, 0)) {
        return top;
    }
    return pointer(cpu, KernelSymbol::cpu_tss, Field::tss_sp1);  // before 5.12
}

std::optional<VirtAddr> PerCpu::entry_stack_end(unsigned cpu) const {
    return pointer(cpu, KernelSymbol::cpu_tss, Field::tss_sp0);
}

std::optional<std::uint64_t> PerCpu::syscall_scratch(unsigned cpu) const {
    const auto tss = place(cpu, KernelSymbol::cpu_tss);
    return tss ? kernel_.number(*tss, Field::tss_sp2) : std::nullopt;
}

std::optional<VirtAddr> PerCpu::fpu_owner(unsigned cpu) const {
    return pointer(cpu, KernelSymbol::fpu_owner, 0);
}

std::optional<unsigned> PerCpu::with_offset(std::uint64_t base) const {
    const auto found = std::ranges::find(offsets_, base);
    return found != offsets_.end() ? std::optional(static_cast<unsigned>(found - offsets_.begin())) : std::nullopt;
}

std::optional<unsigned> PerCpu::cpu_of(const X86VcpuState& vcpu) const {
    if (offsets_.size() == 1 && !symbols_[KernelSymbol::per_cpu_offset]) {
        return 0;
    }
    // In user mode gs_base is the program's own, which may have loaded anything into it.
    if (vcpu.user_mode()) {
        return with_offset(vcpu.k_gs_base);
    }
    const auto cpu = with_offset(vcpu.gs_base);
    return cpu ? cpu : with_offset(vcpu.k_gs_base);
}

}  // namespace hvgdb::osi
