// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/file_state.hpp"

namespace hvgdb::osi {

FileReader::FileReader(const KernelMemory& kernel)
    : kernel_(kernel),
      file_(kernel, {Field::file_mnt, Field::file_dentry, Field::file_inode, Field::file_pos, Field::file_flags,
                     Field::file_mode}),
      user_path_(kernel, {Field::backing_file_mnt, Field::backing_file_dentry}) {}

std::optional<FileState> FileReader::read(VirtAddr file) {
    if (!is_kernel_pointer(file) || !file_.read(file)) {
        return std::nullopt;
    }
    return FileState{.path = {.mount = file_.pointer(Field::file_mnt), .dentry = file_.pointer(Field::file_dentry)},
                     .inode = file_.pointer(Field::file_inode),
                     .position = file_.number(Field::file_pos),
                     .flags = static_cast<std::uint32_t>(file_.number(Field::file_flags))};
}

std::optional<FileState> FileReader::read_mapped(VirtAddr file) {
    auto state = read(file);
    if (state && stands_for_another() && user_path_.read(file)) {
        const MountPath user{.mount = user_path_.pointer(Field::backing_file_mnt),
                             .dentry = user_path_.pointer(Field::backing_file_dentry)};
        const auto inode = kernel_.pointer(user.dentry, Field::dentry_inode);
        if (is_kernel_pointer(user.mount) && is_kernel_pointer(user.dentry) && inode && is_kernel_pointer(*inode)) {
            state->path = user;
            state->inode = *inode;
        }
    }
    return state;
}

/// A struct backing_file. The bit that says so, FMODE_BACKING, was 25 before 6.14 and is 24 since; files that are not
/// counted among the process's, FMODE_NOACCOUNT, are hardly ever anything else.
bool FileReader::stands_for_another() const {
    constexpr std::uint64_t kBacking = 3U << 24;
    constexpr std::uint64_t kNotCounted = 1U << 29;
    const std::uint64_t mode = file_.number(Field::file_mode);
    return (mode & kNotCounted) != 0 && (mode & kBacking) != 0;
}

}  // namespace hvgdb::osi
