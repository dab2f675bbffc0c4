// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/modules.hpp"

#include <algorithm>

#include "osi/linux/kernel_list.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMostModules = 4096;
constexpr std::uint64_t kMostRanges = 16;  // include/linux/module.h MOD_MEM_NUM_TYPES is 7

// include/linux/module.h enum module_state
constexpr std::uint64_t kComing = 1;
constexpr std::uint64_t kGoing = 2;
constexpr std::uint64_t kUnformed = 3;

std::vector<LoadedModule::Range> ranges_of(const KernelMemory& kernel, VirtAddr module) {
    std::vector<LoadedModule::Range> ranges;
    const auto add = [&](VirtAddr object, Field base, Field size) {
        const auto start = kernel.pointer(object, base);
        const auto length = kernel.number(object, size);
        ranges.push_back({start.value_or(VirtAddr{}), length.value_or(0)});
    };
    const auto stride = kernel.layout().size_of(Structure::module_memory);
    if (const auto first = kernel.place(module, Field::module_mem); first && stride != 0) {
        const auto count = std::min(kernel.layout()[Field::module_mem].size / stride, kMostRanges);
        for (std::uint64_t i = 0; i < count; ++i) {
            add(VirtAddr{first->value + i * stride}, Field::module_memory_base, Field::module_memory_size);
        }
    } else {
        add(module, Field::module_core_base, Field::module_core_size);
        add(module, Field::module_init_base, Field::module_init_size);
    }
    return ranges;
}

std::string state_name(std::uint64_t state) {
    return state == kGoing ? "Unloading" : state == kComing ? "Loading" : "Live";
}

LoadedModule describe(const KernelMemory& kernel, VirtAddr object, std::uint64_t state) {
    LoadedModule module;
    module.object = object;
    module.ranges = ranges_of(kernel, object);
    module.facts.name = kernel.text(object, Field::module_name).value_or("");
    module.facts.state = state_name(state);
    for (const auto& range : module.ranges) {
        module.facts.size += range.size;
    }
    if (!module.ranges.empty()) {
        module.facts.base = module.ranges.front().start;
    }
    // The kernel itself counts as one user (kernel/module/main.c MODULE_REF_BASE).
    if (const auto users = kernel.signed_number(object, Field::module_refcnt)) {
        module.facts.users = *users - 1;
    }
    return module;
}

}  // namespace

Expected<std::vector<LoadedModule>> loaded_modules(const KernelMemory& kernel, VirtAddr modules) {
    if (!kernel.has(Field::module_list) || !kernel.memory().pointer(modules)) {
        return fail(Errc::fault, "the kernel's list of modules cannot be read");
    }
    std::vector<LoadedModule> loaded;
    const auto list = walk_list(kernel.memory(), modules, kernel.layout()[Field::module_list].offset, kMostModules);
    for (const VirtAddr object : list.objects) {
        const auto state = kernel.number(object, Field::module_state);
        if (state && *state != kUnformed) {
            loaded.push_back(describe(kernel, object, *state));
        }
    }
    return loaded;
}

}  // namespace hvgdb::osi
