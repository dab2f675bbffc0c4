// SPDX-License-Identifier: GPL-2.0-or-later
// Names of files that are in no folder: pipes, sockets, shared memory, namespaces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

/// The kernel's memory must outlive it.
class PseudoNames {
  public:
    explicit PseudoNames(const KernelMemory& kernel) : kernel_(kernel) {}

    /// What the file system's d_dname makes of an entry (struct dentry) called `name`.
    [[nodiscard]] std::optional<std::string> of(VirtAddr dentry, std::string_view name) const;

  private:
    [[nodiscard]] std::optional<std::string> file_system(VirtAddr inode) const;
    [[nodiscard]] std::optional<std::string> namespace_kind(VirtAddr inode) const;
    [[nodiscard]] std::optional<std::string> text_at(std::optional<VirtAddr> object, Field pointer) const;

    const KernelMemory& kernel_;
};

}  // namespace hvgdb::osi
