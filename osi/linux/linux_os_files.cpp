// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: files of the guest.
#include <fmt/format.h>

#include "osi/linux/files.hpp"
#include "osi/linux/guest_file.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/mapped_files.hpp"
#include "osi/linux/overlay_file.hpp"
#include "osi/linux/path_lookup.hpp"

namespace hvgdb::osi {

namespace {

Expected<Inode> inode_of(const KernelMemory& kernel, VirtAddr address) {
    const auto inode = read_inode(kernel, address);
    return inode ? Expected<Inode>(*inode) : fail(Errc::fault, "the kernel's entry of the file cannot be read");
}

Expected<PathLookup::Start> start_of(const KernelMemory& kernel, VirtAddr task) {
    const auto fs = kernel.pointer(task, Field::task_fs);
    if (fs && fs->value == 0) {
        return fail(Errc::not_found, "the process has ended and sees no files any more");
    }
    const auto root = fs ? root_folder(kernel, *fs) : std::nullopt;
    const auto folder = fs ? working_folder(kernel, *fs) : std::nullopt;
    if (!root || !folder) {
        return fail(Errc::fault, "the process's root folder cannot be read");
    }
    return PathLookup::Start{.root = *root, .working_directory = *folder};
}

/// Among the files that the process has mapped, by the name that mappings() and executable() tell: of what has been
/// deleted, or is outside its root folder.
std::optional<VirtAddr> find_mapped(const KernelMemory& kernel, VirtAddr mm, Paths& paths, std::string_view name) {
    for (const MappedFile& file : mapped_files(kernel, mm)) {
        if (paths.of(file.path) == name) {
            return file.inode;
        }
    }
    return std::nullopt;
}

/// Of an overlayfs's file the one below, which has the pages. Without the types of overlayfs, where the process has it
/// mapped, by the file that is mapped.
Expected<Inode> with_pages(const KernelMemory& kernel, std::optional<VirtAddr> mm, const Inode& inode) {
    if (!is_overlay_file(kernel, inode)) {
        return inode;
    }
    auto below = file_below(kernel, inode);
    if (!below && mm) {
        for (const MappedFile& file : mapped_files(kernel, *mm)) {
            if (kernel.pointer(file.path.dentry, Field::dentry_inode) == inode.address && file.inode != inode.address) {
                below = file.inode;
            }
        }
    }
    return below ? inode_of(kernel, *below)
                 : fail(Errc::fault, "where an overlayfs keeps the file is not known of this kernel");
}

}  // namespace

Expected<Inode> LinuxOs::find_file(const Owner& owner, std::string_view path, bool follow_link) {
    const KernelMemory& kernel = owner.now.kernel();
    const auto start = start_of(kernel, owner.task);
    if (!start) {
        return std::unexpected(start.error());
    }
    const auto found = PathLookup(owner.now.file_memory(), *start).find(path, follow_link);
    if (found) {
        return inode_of(kernel, found->inode);
    }
    const bool has_none = found.error().code == Errc::not_found;
    const auto mapped = has_none && owner.mm ? find_mapped(kernel, *owner.mm, owner.now.paths, path) : std::nullopt;
    return mapped ? inode_of(kernel, *mapped)
                  : fail(found.error().code, fmt::format("{}: {}", path, found.error().detail));
}

Expected<std::unique_ptr<GuestFile>> LinuxOs::open_file(ProcessId pid, std::string_view path) {
    const auto process = owner(pid);
    const auto found = process ? find_file(*process, path, true) : std::unexpected(process.error());
    const auto inode = found ? with_pages(process->now.kernel(), process->mm, *found) : std::unexpected(found.error());
    if (!inode) {
        return std::unexpected(inode.error());
    }
    const auto now_there = [this]() -> Expected<FileMoment> {
        const auto now = picture();
        if (!now) {
            return std::unexpected(now.error());
        }
        return FileMoment{
            .memory = (*now)->file_memory(), .generation = machine_.generation(), .running = machine_.running()};
    };
    return CachedFile::open(now_there, *inode, path);
}

Expected<FileStatus> LinuxOs::file_status(ProcessId pid, std::string_view path, bool follow_link) {
    const auto process = owner(pid);
    const auto inode = process ? find_file(*process, path, follow_link) : std::unexpected(process.error());
    return inode ? Expected<FileStatus>(inode->status) : std::unexpected(inode.error());
}

Expected<std::string> LinuxOs::read_link(ProcessId pid, std::string_view path) {
    const auto process = owner(pid);
    const auto inode = process ? find_file(*process, path, false) : std::unexpected(process.error());
    if (!inode) {
        return std::unexpected(inode.error());
    }
    return inode->is_link() ? link_text(process->now.file_memory(), *inode)
                            : fail(Errc::bad_argument, fmt::format("{} is no symbolic link", path));
}

}  // namespace hvgdb::osi
