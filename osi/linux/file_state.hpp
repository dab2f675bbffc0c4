// SPDX-License-Identifier: GPL-2.0-or-later
// Opened files (struct file, include/linux/fs.h).
#pragma once

#include <cstdint>
#include <optional>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/linux/paths.hpp"

namespace hvgdb::osi {

/// What a struct file tells.
struct FileState {
    MountPath path;
    VirtAddr inode;
    std::uint64_t position = 0;
    std::uint32_t flags = 0;
};

/// The kernel's memory must outlive it.
class FileReader {
  public:
    explicit FileReader(const KernelMemory& kernel);

    [[nodiscard]] std::optional<FileState> read(VirtAddr file);
    /// The same; but of a mapped file of a stacked file system (overlayfs), whose struct file is that of the file
    /// below, path and inode are those that the process opened (file_user_path() in include/linux/fs.h).
    [[nodiscard]] std::optional<FileState> read_mapped(VirtAddr file);

  private:
    [[nodiscard]] bool stands_for_another() const;

    const KernelMemory& kernel_;
    MemberBlock file_;
    MemberBlock user_path_;
};

}  // namespace hvgdb::osi
