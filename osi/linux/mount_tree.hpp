// SPDX-License-Identifier: GPL-2.0-or-later
// Mounted file systems, from the outside in and from the inside out (struct mount, fs/mount.h).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "osi/linux/dentry_cache.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/paths.hpp"

namespace hvgdb::osi {

/// For one picture of the moment: it keeps what it found. The kernel's memory must outlive it.
class MountTree {
  public:
    explicit MountTree(const KernelMemory& kernel) : kernel_(kernel) {}

    /// The root of what is mounted on a place, of the topmost when there are several; the place itself when nothing is.
    [[nodiscard]] Expected<MountPath> entered(MountPath place, StepLimit& limit);
    /// From the root of a mount, where it is mounted. Nothing for the root of the whole tree, and for anything that is
    /// no root of a mount.
    [[nodiscard]] std::optional<MountPath> left(const MountPath& place) const;

  private:
    using MountsByPlace = std::unordered_map<std::uint64_t, VirtAddr>;  ///< struct vfsmount by struct dentry

    const MountsByPlace* children(VirtAddr mount, StepLimit& limit);
    [[nodiscard]] VirtAddr object(VirtAddr mount) const;

    const KernelMemory& kernel_;
    std::unordered_map<std::uint64_t, MountsByPlace> known_;  ///< by struct vfsmount
};

}  // namespace hvgdb::osi
