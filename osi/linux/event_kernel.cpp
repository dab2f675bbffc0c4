// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_kernel.hpp"

#include <algorithm>

#include "osi/linux/files.hpp"
#include "osi/linux/kernel_image.hpp"
#include "osi/linux/per_cpu.hpp"
#include "osi/linux/task_facts.hpp"
#include "osi/linux/tasks.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kFirstProcess = 1;

/// Of the CPUs, by their own word.
std::vector<StackTop> stack_tops(const KernelMemory& kernel, const KernelSymbols& symbols) {
    constexpr unsigned kMostCpus = 64;
    const PerCpu per_cpu(kernel, symbols);
    std::vector<StackTop> tops;
    for (unsigned cpu = 0; cpu < std::min(per_cpu.count(), kMostCpus); ++cpu) {
        const auto task = per_cpu.current_task(cpu);
        const auto top = per_cpu.top_of_stack(cpu);
        if (task && top) {
            tops.push_back({.task = *task, .top = *top});
        }
    }
    return tops;
}

std::vector<VirtAddr> some_programs(const KernelMemory& kernel, VirtAddr init_task) {
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

/// As PerCpu::current_task() looks for it.
std::optional<std::uint64_t> place_of_current_task(const Layout& layout, const KernelSymbols& symbols) {
    const auto hot = symbols[KernelSymbol::pcpu_hot];
    if (hot && layout.has(Field::pcpu_hot_current_task)) {
        return hot->value + layout[Field::pcpu_hot_current_task].offset;
    }
    const auto current = symbols[KernelSymbol::current_task];
    return current ? std::optional(current->value) : std::nullopt;
}

}  // namespace

std::optional<EventKernelFacts> read_event_kernel_facts(KernelView& view) {
    const KernelMemory& kernel = view.structures();
    const AddressSpace root = view.kernel().image.root;
    const VirtAddr init_task = view.symbols()[KernelSymbol::init_task].value_or(VirtAddr{});
    const auto tables = view.symbols()[KernelSymbol::page_tables];
    const auto own = tables ? view.memory().translate(root, *tables) : std::nullopt;
    const auto programs = some_programs(kernel, init_task);
    auto stack = KernelStack::find(kernel, stack_tops(kernel, view.symbols()), programs);
    if ((own && own->value != root.root) || (!stack && programs.empty())) {
        return std::nullopt;
    }
    return EventKernelFacts{.paging = view.memory().paging(),
                            .root = root,
                            .layout = view.kernel().layout,
                            .symbols = view.symbols(),
                            .stack = stack};
}

EventKernel::EventKernel(const EventKernelFacts& facts, const emulator::PhysicalMemory& memory, unsigned vcpus)
    : memory_(memory),
      facts_(facts),
      per_cpu_(facts_.symbols[KernelSymbol::per_cpu_offset].has_value()),
      current_task_(place_of_current_task(facts_.layout, facts_.symbols)),
      of_vcpus_(vcpus) {}

EventMemory* EventKernel::memory_of(VcpuId vcpu) {
    if (vcpu.index >= of_vcpus_.size()) {
        return nullptr;
    }
    auto& memory = of_vcpus_[vcpu.index];
    if (!memory) {
        memory = make_event_memory(
            {.memory = memory_, .paging = facts_.paging, .root = facts_.root, .layout = facts_.layout});
    }
    return memory.get();
}

std::optional<VirtAddr> EventKernel::current_task(emulator::VcpuContext& vcpu, EventMemory& memory) const {
    if (!current_task_) {
        return std::nullopt;
    }
    std::uint64_t base = 0;
    if (per_cpu_) {
        base = vcpu.read_register("gs_base").value_or(0);
        if (!is_kernel_pointer(VirtAddr{base})) {
            return std::nullopt;
        }
    }
    const auto task = memory.lasting().memory().pointer(VirtAddr{base + *current_task_});
    return task && is_kernel_pointer(*task) ? task : std::nullopt;
}

std::optional<MountPath> EventKernel::root_folder_of_first(const KernelMemory& kernel) const {
    const auto init_task = facts_.symbols[KernelSymbol::init_task];
    const auto node = init_task ? kernel.pointer(*init_task, Field::task_tasks) : std::nullopt;
    if (!node || !is_kernel_pointer(*node)) {
        return std::nullopt;
    }
    const VirtAddr first{node->value - kernel.layout()[Field::task_tasks].offset};
    if (kernel.number(first, Field::task_tgid) != kFirstProcess) {
        return std::nullopt;
    }
    const auto fs = kernel.pointer(first, Field::task_fs);
    return fs ? root_folder(kernel, *fs) : std::nullopt;
}

}  // namespace hvgdb::osi
