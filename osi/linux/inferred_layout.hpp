// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel's structures look like, told from their contents: for kernels that carry neither types nor the names of
// their variables.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "emulator/types.hpp"
#include "osi/linux/kernel_image.hpp"
#include "osi/linux/layout.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

struct InferenceInput {
    const MemoryReader& kernel;           ///< through page tables that map all of the kernel
    std::span<const ImageRange> image;    ///< the kernel proper; only what is writable is looked at
    std::span<const AddressSpace> roots;  ///< those that the vCPUs have now; they decide where nothing else does
    /// Of an address of the kernel. May be empty.
    std::function<std::optional<PhysAddr>(VirtAddr)> translate;
};

struct InferredKernel {
    VirtAddr init_task;
    /// What was found, which may be less than what is required; constants of the architecture, too (pt_regs, the nodes
    /// of maple trees). A member is absent unless there was one candidate exactly.
    Layout layout;
};

/// x86-64. Each step finds one member by what must hold of it in every process, and relies on what came before. Needs
/// a system that has been up long enough to have a dozen processes, and page tables that do not change meanwhile.
/// `not_found` when there is no list of processes; `fault` is never returned, unreadable memory is no candidate.
[[nodiscard]] Expected<InferredKernel> infer_kernel(const InferenceInput& input);

}  // namespace hvgdb::osi
