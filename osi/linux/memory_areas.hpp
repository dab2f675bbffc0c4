// SPDX-License-Identifier: GPL-2.0-or-later
// The memory areas of a process, as the kernel keeps them.
#pragma once

#include <cstdint>
#include <vector>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/member_block.hpp"

namespace hvgdb::osi {

/// Bits of vm_area_struct's vm_flags (include/linux/mm.h).
namespace area_flags {
inline constexpr std::uint64_t kRead = 1;
inline constexpr std::uint64_t kWrite = 2;
inline constexpr std::uint64_t kExecute = 4;
inline constexpr std::uint64_t kShared = 8;
inline constexpr std::uint64_t kMayRead = 0x10;
inline constexpr std::uint64_t kMayShare = 0x80;
inline constexpr std::uint64_t kUserFaults = 0x200;  ///< userfaultfd fills what is missing
inline constexpr std::uint64_t kBareFrames = 0x400;  ///< VM_PFNMAP
inline constexpr std::uint64_t kDevice = 0x4000;     ///< VM_IO
inline constexpr std::uint64_t kHugePages = 0x40'0000;
}  // namespace area_flags

/// A struct vm_area_struct. What the layout lacks is 0.
struct MemoryArea {
    VirtAddr start;
    VirtAddr end;  ///< behind its last byte
    std::uint64_t flags = 0;
    std::uint64_t page_offset = 0;  ///< vm_pgoff: of its start in the file, in pages
    VirtAddr file;
    VirtAddr ops;
    VirtAddr private_data;
    VirtAddr anon_name;
};

struct AreaList {
    std::vector<MemoryArea> areas;  ///< in the order of their addresses, without overlap
    /// False: something could not be read, was just being changed, made no sense or was too much.
    bool complete = true;
};

/// The kernel's memory must outlive it.
class AreaReader {
  public:
    explicit AreaReader(const KernelMemory& kernel);

    /// `mm` is a struct mm_struct. At most 131,072.
    [[nodiscard]] AreaList of(VirtAddr mm);

  private:
    void from_tree(VirtAddr tree, VirtAddr mm, AreaList& list);
    void from_chain(VirtAddr first, VirtAddr mm, AreaList& list);
    [[nodiscard]] bool read(VirtAddr area, VirtAddr mm);
    [[nodiscard]] MemoryArea describe() const;

    const KernelMemory& kernel_;
    MemberBlock area_;
};

/// The one that an address is in; null when there is none.
[[nodiscard]] const MemoryArea* area_at(const AreaList& list, VirtAddr address);

}  // namespace hvgdb::osi
