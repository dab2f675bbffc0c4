// SPDX-License-Identifier: GPL-2.0-or-later
// Names of memory areas that are not those of files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// What a memory area (struct vm_area_struct) says of its name.
struct AreaHints {
    VirtAddr ops;
    VirtAddr private_data;
    VirtAddr anon_name;
};

/// For one picture of the moment. The kernel's memory must outlive it.
class AreaNames {
  public:
    AreaNames(const KernelMemory& kernel, std::optional<VirtAddr> special_mapping_ops);

    /// Whose areas come now.
    void begin(VirtAddr mm);
    /// Of an area without a file, in the order in which get_vma_name() of fs/proc/task_mmu.c looks: "[vdso]" and its
    /// like, "[heap]", "[stack]", "[anon:name]"; or nothing.
    [[nodiscard]] std::string of(VirtAddr start, VirtAddr end, const AreaHints& hints);
    /// Of an area with a file (shared memory) to which the process gave a name: "[anon_shmem:name]".
    [[nodiscard]] std::optional<std::string> of_shared(const AreaHints& hints) const;

  private:
    bool is_special(VirtAddr ops);
    [[nodiscard]] std::optional<std::string> given_name(VirtAddr anon_name) const;

    const KernelMemory& kernel_;
    std::optional<VirtAddr> special_mapping_ops_;
    bool heap_touches_;          ///< an area that only touches the heap counts as the heap too
    bool files_may_have_names_;  ///< anon_name has its own place
    MemberBlock mm_;
    bool in_mm_ = false;
    std::optional<VirtAddr> vdso_;
    std::unordered_map<std::uint64_t, bool> special_;               ///< by struct vm_operations_struct
    std::unordered_map<std::uint64_t, std::string> special_names_;  ///< by struct vm_special_mapping
};

}  // namespace hvgdb::osi
