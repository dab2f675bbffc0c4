// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "osi/linux/file_state.hpp"
#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kMaxFiles = 65536;
constexpr std::size_t kMaxNameBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kPointer = 8;

std::optional<MountPath> path_at(const KernelMemory& kernel, VirtAddr object, Field mount, Field dentry) {
    const auto mount_at = kernel.pointer(object, mount);
    const auto dentry_at = kernel.pointer(object, dentry);
    if (!mount_at || !dentry_at) {
        return std::nullopt;
    }
    return MountPath{.mount = *mount_at, .dentry = *dentry_at};
}

std::optional<std::string> named(Paths& paths, const MountPath& place) {
    const auto name = paths.of(place);
    return name ? std::optional<std::string>(*name) : std::nullopt;
}

OpenFile describe(const KernelMemory& kernel, unsigned number, const FileState& state, Paths& paths) {
    constexpr std::uint32_t kCloseOnExec = 02000000;  // O_CLOEXEC of x86
    return {.number = number,
            .name = named(paths, state.path).value_or(""),
            .position = state.position,
            .flags = state.flags & ~kCloseOnExec,
            .inode = kernel.number(state.inode, Field::inode_number).value_or(0)};
}

/// Of one process, as they are found.
class Listing {
  public:
    Listing(const KernelMemory& kernel, Paths& paths) : kernel_(kernel), paths_(paths), reader_(kernel) {}

    /// A piece of the table, whose first file is number `first`.
    void add(std::uint64_t first, std::span<const std::byte> table) {
        for (std::size_t i = 0; i < table.size() / kPointer; ++i) {
            const VirtAddr file{number_at<std::uint64_t>(table, i * kPointer)};
            const auto state = file.value != 0 ? reader_.read(file) : std::nullopt;
            if (state) {
                add(describe(kernel_, static_cast<unsigned>(first + i), *state, paths_));
            } else if (file.value != 0) {
                found.complete = false;
            }
        }
    }

    OpenFiles found;

  private:
    void add(OpenFile file) {
        bytes_ += file.name.size();
        if (bytes_ > kMaxNameBytes) {
            file.name.clear();
            found.complete = false;
        }
        found.files.push_back(std::move(file));
    }

    const KernelMemory& kernel_;
    Paths& paths_;
    FileReader reader_;
    std::size_t bytes_ = 0;
};

}  // namespace

OpenFiles open_files(const KernelMemory& kernel, VirtAddr files, Paths& paths) {
    constexpr std::uint64_t kChunk = 512;
    const auto table = kernel.pointer(files, Field::files_fdt);
    const auto array = table ? kernel.pointer(*table, Field::fdtable_fd) : std::nullopt;
    const auto size = table ? kernel.number(*table, Field::fdtable_max_fds) : std::nullopt;
    if (!array || !size) {
        return {.files = {}, .complete = false};
    }
    Listing listing(kernel, paths);
    std::array<std::byte, kChunk * kPointer> bytes;
    const std::uint64_t count = std::min(*size, kMaxFiles);
    listing.found.complete = count == *size;
    for (std::uint64_t first = 0; first < count; first += kChunk) {
        const auto chunk = std::span(bytes).first(std::min(kChunk, count - first) * kPointer);
        if (!kernel.memory().fill(VirtAddr{array->value + first * kPointer}, chunk)) {
            listing.found.complete = false;
            break;
        }
        listing.add(first, chunk);
    }
    return std::move(listing.found);
}

std::optional<std::string> executable(const KernelMemory& kernel, VirtAddr mm, Paths& paths) {
    const auto file = kernel.pointer(mm, Field::mm_exe_file);
    const auto place =
        file && is_kernel_pointer(*file) ? path_at(kernel, *file, Field::file_mnt, Field::file_dentry) : std::nullopt;
    return place ? named(paths, *place) : std::nullopt;
}

std::optional<MountPath> working_folder(const KernelMemory& kernel, VirtAddr fs) {
    return path_at(kernel, fs, Field::fs_pwd_mnt, Field::fs_pwd_dentry);
}

std::optional<std::string> working_directory(const KernelMemory& kernel, VirtAddr fs, Paths& paths) {
    const auto place = working_folder(kernel, fs);
    return place ? named(paths, *place) : std::nullopt;
}

std::optional<MountPath> root_folder(const KernelMemory& kernel, VirtAddr fs) {
    return path_at(kernel, fs, Field::fs_root_mnt, Field::fs_root_dentry);
}

}  // namespace hvgdb::osi
