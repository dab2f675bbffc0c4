// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/fpu_area.hpp"

#include <algorithm>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kFxsaveSize = 512;
constexpr std::uint64_t kLargestArea = 16384;  // AMX's tiles make it 11008

}  // namespace

std::optional<VirtAddr> find_fpu(const KernelMemory& kernel, VirtAddr task) {
    if (const auto member = kernel.place(task, Field::task_fpu)) {
        return member;
    }
    const auto size = kernel.layout().size_of(Structure::task_struct);
    if (size == 0 || !kernel.has(Field::fpu_fpstate)) {
        return std::nullopt;
    }
    return VirtAddr{task.value + size};
}

std::optional<FpuArea> find_fpu_area(const KernelMemory& kernel, VirtAddr task, bool with_xsave) {
    if (const auto state = kernel.place(task, Field::task_fpu_state)) {
        const auto size = kernel.layout()[Field::task_fpu_state].size;
        return FpuArea{*state, with_xsave ? std::clamp(size, kFxsaveSize, kLargestArea) : kFxsaveSize};
    }
    const auto fpu = find_fpu(kernel, task);
    const auto saved = fpu ? kernel.pointer(*fpu, Field::fpu_fpstate) : std::nullopt;
    const auto regs = saved && is_kernel_pointer(*saved) ? kernel.place(*saved, Field::fpstate_regs) : std::nullopt;
    if (!regs) {
        return std::nullopt;
    }
    const auto size = with_xsave ? kernel.number(*saved, Field::fpstate_size).value_or(0) : kFxsaveSize;
    if (size < kFxsaveSize || size > kLargestArea) {
        return std::nullopt;
    }
    return FpuArea{*regs, size};
}

}  // namespace hvgdb::osi
