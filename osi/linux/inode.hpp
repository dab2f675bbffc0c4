// SPDX-License-Identifier: GPL-2.0-or-later
// Files as the kernel has them in memory (struct inode, include/linux/fs.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/physical_memory.hpp"
#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/page_cache.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// What a file's content is read from.
struct FileMemory {
    const KernelMemory& kernel;
    const PageCache& pages;
    const emulator::PhysicalMemory& physical;
};

struct Inode {
    VirtAddr address;
    VirtAddr mapping;  ///< its struct address_space
    VirtAddr super_block;
    std::uint32_t generation = 0;  ///< another one when its number is used again
    FileStatus status;

    [[nodiscard]] bool is_folder() const { return type() == 0040000; }
    [[nodiscard]] bool is_regular() const { return type() == 0100000; }
    [[nodiscard]] bool is_link() const { return type() == 0120000; }

  private:
    static constexpr std::uint32_t kTypeMask = 0170000;  // include/uapi/linux/stat.h
    [[nodiscard]] std::uint32_t type() const { return status.mode & kTypeMask; }
};

/// Nothing when it cannot be read, or the kernel has given it up.
[[nodiscard]] std::optional<Inode> read_inode(const KernelMemory& kernel, VirtAddr inode);

/// "ext4", "tmpfs", ...; empty when it cannot be read.
[[nodiscard]] std::string file_system_of(const KernelMemory& kernel, const Inode& inode);

/// What a symbolic link says; at most 4,095 bytes. `not_found` when that is not in memory, or is only made when
/// somebody asks (/proc/self).
[[nodiscard]] Expected<std::string> link_text(const FileMemory& memory, const Inode& link);

}  // namespace hvgdb::osi
