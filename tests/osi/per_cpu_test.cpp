// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/per_cpu.hpp"

#include <gtest/gtest.h>

#include "tests/osi/fake_cpus.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kTask = 0xffff'8880'0000'4000;

TEST(PerCpu, ReadsEachCpusCopy) {
    FakeCpus cpus;
    cpus.set(1, KernelSymbol::current_task, kTask);
    cpus.set(1, KernelSymbol::top_of_stack, kTask + 0x4000);
    cpus.set(1, KernelSymbol::fpu_owner, kTask + 0x100);
    const PerCpu per_cpu(cpus.kernel(), cpus.symbols);
    EXPECT_EQ(per_cpu.count(), 2u);
    EXPECT_EQ(per_cpu.current_task(1), VirtAddr{kTask});
    EXPECT_EQ(per_cpu.top_of_stack(1), VirtAddr{kTask + 0x4000});
    EXPECT_EQ(per_cpu.fpu_owner(1), VirtAddr{kTask + 0x100});
    EXPECT_EQ(per_cpu.entry_stack_end(1), VirtAddr{kEntryStackEnd + 0x1'0000});
    EXPECT_EQ(per_cpu.place(1, KernelSymbol::run_queues), VirtAddr{kCpuBases[1] + 0x3000});
    EXPECT_EQ(per_cpu.current_task(0), std::nullopt);
    EXPECT_EQ(per_cpu.current_task(2), std::nullopt);
    EXPECT_EQ(per_cpu.place(0, KernelSymbol::pcpu_hot), std::nullopt);
}

TEST(PerCpu, AddsLinkAddressesAsWell) {
    FakeCpus cpus;
    const std::uint64_t link = 0xffff'ffff'8304'c018;  // as since 6.15
    cpus.symbols.set(KernelSymbol::current_task, VirtAddr{link});
    cpus.tasks.memory.put(*cpus.symbols[KernelSymbol::per_cpu_offset], kCpuBases[0] + 0x1000 - link);
    cpus.tasks.memory.put(VirtAddr{kCpuBases[0] + 0x1000}, kTask);
    EXPECT_EQ(PerCpu(cpus.kernel(), cpus.symbols).current_task(0), VirtAddr{kTask});
}

TEST(PerCpu, PrefersTheHotStructure) {
    FakeLayout layout = fake_cpu_layout();
    layout.add(Field::pcpu_hot_current_task).add(Field::pcpu_hot_top_of_stack);
    FakeCpus cpus;
    const KernelMemory kernel(cpus.tasks.memory, layout.layout());
    cpus.symbols.set(KernelSymbol::pcpu_hot, VirtAddr{0x1800});
    cpus.tasks.memory.put(VirtAddr{kCpuBases[0] + 0x1800}, kTask);
    cpus.tasks.memory.put(VirtAddr{kCpuBases[0] + 0x1808}, kTask + 0x8000);
    cpus.set(0, KernelSymbol::current_task, kTask + 1);
    const PerCpu per_cpu(kernel, cpus.symbols);
    EXPECT_EQ(per_cpu.current_task(0), VirtAddr{kTask});
    EXPECT_EQ(per_cpu.top_of_stack(0), VirtAddr{kTask + 0x8000});
}

TEST(PerCpu, BoundsTheirNumber) {
    const std::pair<std::uint64_t, unsigned> rows[] = {{0, 1}, {1, 1}, {2, 2}, {0xffff'ffff, 2}};
    for (const auto& [said, count] : rows) {
        FakeCpus cpus;  // whose table ends after two
        cpus.tasks.memory.put(*cpus.symbols[KernelSymbol::nr_cpu_ids], said, 4);
        EXPECT_EQ(PerCpu(cpus.kernel(), cpus.symbols).count(), count) << said;
    }
}

TEST(PerCpu, KnowsTheVcpuByItsGsBase) {
    FakeCpus cpus;
    const PerCpu per_cpu(cpus.kernel(), cpus.symbols);
    const struct {
        const char* when;
        std::uint16_t cs;
        std::uint64_t gs_base;
        std::uint64_t k_gs_base;
        std::optional<unsigned> cpu;
    } rows[] = {
        {"user mode", 0x33, 0, kCpuBases[1], 1},
        {"kernel mode", 0x10, kCpuBases[1], 0, 1},
        {"at the entry", 0x10, 0x7000, kCpuBases[1], 1},
        {"with a program's trick", 0x33, kCpuBases[0], kCpuBases[1], 1},
        {"early", 0x10, 0, 0, std::nullopt},
        {"with a program's trick, early", 0x33, kCpuBases[0], 0, std::nullopt},
    };
    for (const auto& row : rows) {
        X86VcpuState vcpu;
        vcpu.cs = row.cs;
        vcpu.gs_base = row.gs_base;
        vcpu.k_gs_base = row.k_gs_base;
        EXPECT_EQ(per_cpu.cpu_of(vcpu), row.cpu) << row.when;
    }
}

TEST(PerCpu, WithoutSmpIsOne) {
    FakeCpus cpus;
    cpus.symbols.set(KernelSymbol::per_cpu_offset, std::nullopt);
    cpus.symbols.set(KernelSymbol::current_task, VirtAddr{kCpuBases[0] + 0x1000});
    cpus.tasks.memory.put(VirtAddr{kCpuBases[0] + 0x1000}, kTask);
    const PerCpu per_cpu(cpus.kernel(), cpus.symbols);
    EXPECT_EQ(per_cpu.count(), 1u);
    EXPECT_EQ(per_cpu.cpu_of({}), 0u);
    EXPECT_EQ(per_cpu.current_task(0), VirtAddr{kTask});
}

}  // namespace
}  // namespace hvgdb::osi
