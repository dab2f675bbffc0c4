// SPDX-License-Identifier: GPL-2.0-or-later
// The names of files that the kernel has in memory (struct dentry, include/linux/dcache.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/member_block.hpp"

namespace hvgdb::osi {

/// The name of the entry in `dentry`, cut at its first NUL; it must have read dentry_name and dentry_name_length.
/// Nothing when it cannot be read or is longer than 256 bytes.
[[nodiscard]] std::optional<std::string> dentry_name(const KernelMemory& kernel, const MemberBlock& dentry);

/// So that no guest can make one search last.
class StepLimit {
  public:
    explicit StepLimit(std::size_t steps) : left_(steps) {}
    /// False when there are not that many left.
    [[nodiscard]] bool take(std::size_t steps = 1) {
        left_ = steps <= left_ ? left_ - steps : 0;
        return left_ != 0;
    }

  private:
    std::size_t left_;
};

/// The kernel's memory must outlive it.
class DentryCache {
  public:
    explicit DentryCache(const KernelMemory& kernel);

    struct Entry {
        VirtAddr dentry;
        VirtAddr inode;  ///< a struct inode
    };

    /// What a folder has under that name. `not_found` when nothing has, or the kernel only remembers that nothing is
    /// there; `fault` when the folder's list cannot be read to its end.
    [[nodiscard]] Expected<Entry> child(VirtAddr folder, std::string_view name, StepLimit& limit);
    /// Of a root, itself.
    [[nodiscard]] std::optional<VirtAddr> parent(VirtAddr dentry) const;
    /// Nothing when there is none.
    [[nodiscard]] std::optional<VirtAddr> inode(VirtAddr dentry) const;

  private:
    [[nodiscard]] bool is_called(std::string_view name) const;

    const KernelMemory& kernel_;
    bool is_ring_;  ///< the list of children, which later kernels end with a null pointer
    Field first_;
    Field next_;
    MemberBlock dentry_;
};

}  // namespace hvgdb::osi
