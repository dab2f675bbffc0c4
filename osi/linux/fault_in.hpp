// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel would put where a process has an area of memory but no page yet.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/memory_areas.hpp"
#include "osi/linux/page_cache.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

/// As a read that faults would find it (mm/memory.c do_pte_missing()), as far as that needs no disk, no device and no
/// other program.
struct FaultedIn {
    enum class Kind : std::uint8_t { nothing, zeros, page };
    Kind kind = Kind::nothing;
    PhysAddr page;  ///< of 4 KiB, with `page`
    friend bool operator==(const FaultedIn&, const FaultedIn&) = default;
};

/// The kernel's memory and symbols must outlive it.
class FaultIn {
  public:
    FaultIn(const KernelMemory& kernel, const KernelSymbols& symbols, KernelTranslation translate)
        : kernel_(kernel), cache_(kernel, symbols), translate_(std::move(translate)) {}

    /// For an address in `area`, an area of `mm`, whose page-table entry is empty.
    [[nodiscard]] FaultedIn at(VirtAddr mm, const MemoryArea& area, VirtAddr address) const;
    [[nodiscard]] const PageCache& cache() const { return cache_; }

  private:
    [[nodiscard]] FaultedIn of_file(VirtAddr file, std::uint64_t index) const;
    [[nodiscard]] FaultedIn of_vdso(VirtAddr mm, VirtAddr address) const;
    [[nodiscard]] bool is_memory_file(VirtAddr inode) const;

    const KernelMemory& kernel_;
    PageCache cache_;
    KernelTranslation translate_;
};

}  // namespace hvgdb::osi
