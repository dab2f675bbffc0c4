// SPDX-License-Identifier: GPL-2.0-or-later
// The files that a process has mapped, which may have no name any more, or another than the process knows.
#pragma once

#include <vector>

#include "osi/linux/file_state.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/paths.hpp"

namespace hvgdb::osi {

struct MappedFile {
    MountPath path;  ///< as the process opened it
    VirtAddr inode;  ///< what has the pages: with a stacked file system (overlayfs) that of the file below
};

/// Each once. `mm` is a struct mm_struct.
[[nodiscard]] std::vector<MappedFile> mapped_files(const KernelMemory& kernel, VirtAddr mm);

}  // namespace hvgdb::osi
