// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels that were found once are found again at once.
#pragma once

#include <filesystem>
#include <optional>

#include "osi/guest_memory.hpp"
#include "osi/linux/kernel_image.hpp"
#include "osi/linux/located_kernel.hpp"

namespace hvgdb::osi {

/// A folder with one file for each build of a kernel. Its name, "BUILD_ID-OFFSET.json" in hexadecimal digits, says
/// which 20 bytes stand how many bytes behind the image's start. A file is written under another name first, so that
/// several programs may share the folder.
class KernelCache {
  public:
    explicit KernelCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The kernel that this image is, or nothing: when none of at most 1024 files is for it, when that file is damaged
    /// or of another version of this program, or when the kernel's banner is not where it says.
    [[nodiscard]] std::optional<LocatedKernel> recall(GuestMemory& memory, const KernelImage& image) const;

    /// Makes the folder when it is not there. Without effect when it cannot be written to, or when the kernel has no
    /// build id or no symbol table of its own.
    void remember(const LocatedKernel& kernel) const;

  private:
    [[nodiscard]] std::optional<KernelBuild> matching_build(const MemoryReader& kernel, VirtAddr text) const;
    [[nodiscard]] std::filesystem::path file_of(const KernelBuild& build) const;

    std::filesystem::path folder_;
};

}  // namespace hvgdb::osi
