// SPDX-License-Identifier: GPL-2.0-or-later
// Any kernel memory: the walkers over tasks, modules and saved registers end and stay within their bounds. The input is
// the memory: every kernel address means the byte at its lower 16 bits, so that any word can be a pointer; addresses
// with bit 16 are not mapped. Variables of the kernel stand one behind the other at its start.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "emulator/hex.hpp"
#include "osi/linux/module_symbols.hpp"
#include "osi/linux/modules.hpp"
#include "osi/linux/running_registers.hpp"
#include "osi/linux/saved_registers.hpp"
#include "osi/linux/task_facts.hpp"
#include "osi/linux/tasks.hpp"
#include "osi/x86_xsave.hpp"
#include "tests/osi/fake_cpus.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::osi;

constexpr std::uint64_t kBase = 0xffff'8000'0000'0000;
constexpr std::size_t kMostLookedAt = 16;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

class FuzzedMemory final : public MemoryReader {
  public:
    explicit FuzzedMemory(std::span<const std::byte> bytes) : bytes_(bytes) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        for (std::size_t done = 0; done < out.size(); ++done) {
            const std::uint64_t at = address.value + done;
            if (at < kBase || (at & 0x1'0000) != 0 || (at & 0xffff) >= bytes_.size()) {
                return done;
            }
            out[done] = bytes_[at & 0xffff];
        }
        return out.size();
    }

  private:
    std::span<const std::byte> bytes_;
};

Layout all_members() {
    FakeLayout layout = fake_cpu_layout();
    layout.add(Field::module_list).add(Field::module_name, 56, 1).add(Field::module_state, 4);
    layout.add(Field::module_refcnt, 4).add(Field::module_kallsyms).add(Field::module_mem, 48, 16);
    layout.add(Field::module_memory_base).add(Field::module_memory_size, 4);
    layout.add(Field::module_symbols).add(Field::module_symbol_count, 4).add(Field::module_strings);
    layout.set(Structure::module_memory, 16);
    return layout.layout();
}

KernelSymbols all_symbols() {
    KernelSymbols symbols;
    for (std::size_t i = 0; i < KernelSymbols::kSymbols; ++i) {
        symbols.set(static_cast<KernelSymbol>(i), VirtAddr{kBase + 8 * i});
    }
    return symbols;
}

X86VcpuState vcpu_from(const KernelMemory& kernel) {
    const auto word = [&](std::uint64_t index) {
        return kernel.memory().number(VirtAddr{kBase + 8 * index}, 8).value_or(0);
    };
    X86VcpuState vcpu;
    for (std::size_t i = 0; i < vcpu.general.size(); ++i) {
        vcpu.general[i] = word(i);
    }
    vcpu.rip = word(16);
    vcpu.cs = static_cast<std::uint16_t>(word(17));
    vcpu.gs_base = word(18);
    vcpu.k_gs_base = word(19);
    return vcpu;
}

void check_registers(const KernelMemory& kernel, const KernelSymbols& symbols, std::span<const VirtAddr> tasks) {
    const PerCpu cpus(kernel, symbols);
    require(cpus.count() <= 8192);
    const auto vcpu = vcpu_from(kernel);
    const auto cpu = cpus.cpu_of(vcpu).value_or(0);
    std::vector<StackTop> tops;
    const auto current = cpus.current_task(cpu);
    const auto top = cpus.top_of_stack(cpu);
    if (current && top) {
        tops.push_back({*current, *top});
    }
    const auto stack = KernelStack::find(kernel, tops, tasks).value_or(KernelStack(0x4000));
    const RegisterLocator locator(kernel, symbols, cpus);
    for (const VirtAddr task : tasks) {
        const auto saved = saved_user_registers(kernel, task, stack, true);
        if (saved && saved->xsave) {
            require(saved->xsave->size() <= 16384);
            const X86Xsave area(*saved->xsave);
            require(area.xmm(15).has_value() && area.x87().has_value());
            static_cast<void>(area.ymm_high(15));
        }
        static_cast<void>(running_user_registers(kernel, cpus, locator, stack, {task, cpu, vcpu}, true));
    }
}

void check_modules(const KernelMemory& kernel, VirtAddr head) {
    const auto modules = loaded_modules(kernel, head);
    if (!modules) {
        return;
    }
    const auto some = std::span(*modules).first(std::min<std::size_t>(modules->size(), 2));
    const auto found = find_module_symbol(kernel, some, "a");
    require(!found || found->name == "a");
    static_cast<void>(find_module_symbol_at(kernel, some, VirtAddr{kBase + 0x100}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Layout layout = all_members();
    static const KernelSymbols symbols = all_symbols();
    const FuzzedMemory memory(std::as_bytes(std::span(data, size)));
    const KernelMemory kernel(memory, layout);
    const VirtAddr init_task = *symbols[KernelSymbol::init_task];
    const auto leaders = process_leaders(kernel, init_task);
    std::vector<VirtAddr> tasks{init_task};
    if (leaders) {
        require(leaders->objects.size() <= kMostTasks);
        tasks.insert(tasks.end(), leaders->objects.begin(), leaders->objects.end());
    }
    tasks.resize(std::min(tasks.size(), kMostLookedAt));
    for (const VirtAddr task : tasks) {
        const auto process = describe_process(kernel, task, [](VirtAddr address) { return PhysAddr{address.value}; });
        require(process.command.size() <= 16 && process.namespace_pids.size() <= 33);
        const auto threads = threads_of(kernel, task);
        require(!threads.objects.empty() && threads.objects.front() == task);
        require(threads.objects.size() <= kMostTasks + 1);
        static_cast<void>(describe_thread(kernel, threads.objects.back()));
    }
    const auto found = find_task(kernel, init_task, 7);
    require(!found || kernel.number(*found, Field::task_pid) == 7);
    check_registers(kernel, symbols, tasks);
    check_modules(kernel, *symbols[KernelSymbol::modules]);
    return 0;
}
