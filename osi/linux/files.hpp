// SPDX-License-Identifier: GPL-2.0-or-later
// The files that a process has open, runs and stands in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/paths.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct OpenFiles {
    std::vector<OpenFile> files;  ///< by number
    bool complete = true;         ///< false: something could not be read, or is above 65,535 or beyond 16 MiB of names
};

/// `files` is a task's struct files_struct.
[[nodiscard]] OpenFiles open_files(const KernelMemory& kernel, VirtAddr files, Paths& paths);
/// What /proc/PID/exe leads to; `mm` is a struct mm_struct.
[[nodiscard]] std::optional<std::string> executable(const KernelMemory& kernel, VirtAddr mm, Paths& paths);
/// What /proc/PID/cwd leads to; `fs` is a task's struct fs_struct.
[[nodiscard]] std::optional<std::string> working_directory(const KernelMemory& kernel, VirtAddr fs, Paths& paths);
/// The same as a place.
[[nodiscard]] std::optional<MountPath> working_folder(const KernelMemory& kernel, VirtAddr fs);
/// Its root folder, to see paths as it does.
[[nodiscard]] std::optional<MountPath> root_folder(const KernelMemory& kernel, VirtAddr fs);

}  // namespace hvgdb::osi
