// SPDX-License-Identifier: GPL-2.0-or-later
// Files of an overlayfs (fs/overlayfs): their content is in the pages of a file in another file system, below.
#pragma once

#include <optional>

#include "osi/linux/inode.hpp"
#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

[[nodiscard]] bool is_overlay_file(const KernelMemory& kernel, const Inode& inode);

/// The struct inode of the file below a regular file. Nothing when the kernel's types do not tell: where overlayfs is a
/// module.
[[nodiscard]] std::optional<VirtAddr> file_below(const KernelMemory& kernel, const Inode& overlay);

}  // namespace hvgdb::osi
