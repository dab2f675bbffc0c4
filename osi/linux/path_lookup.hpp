// SPDX-License-Identifier: GPL-2.0-or-later
// From a path to the file, as the kernel does it for a process (fs/namei.c), but by what it has in memory only.
#pragma once

#include <string>
#include <string_view>

#include "osi/linux/dentry_cache.hpp"
#include "osi/linux/inode.hpp"
#include "osi/linux/mount_tree.hpp"
#include "osi/linux/paths.hpp"

namespace hvgdb::osi {

/// For one picture of the moment; what `memory` is made of must outlive it. Nobody's permissions count. Each search
/// ends after 262,144 names and mounts.
class PathLookup {
  public:
    struct Start {
        MountPath root;               ///< of the process
        MountPath working_directory;  ///< likewise
    };

    struct Found {
        MountPath place;
        VirtAddr inode;
    };

    PathLookup(const FileMemory& memory, const Start& start)
        : memory_(memory), start_(start), names_(memory.kernel), mounts_(memory.kernel) {}

    /// `not_found` when the kernel has no such name in memory, be it that there is none; `bad_argument` for a path that
    /// is too long or leads through more than 40 symbolic links; `fault` when the kernel's structures cannot be read.
    /// A symbolic link at the path's end is followed only when asked for, or when slashes come behind it.
    [[nodiscard]] Expected<Found> find(std::string_view path, bool follow_last);

  private:
    class Walk;

    FileMemory memory_;
    Start start_;
    DentryCache names_;
    MountTree mounts_;
};

}  // namespace hvgdb::osi
