// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/mount_tree.hpp"

#include "osi/linux/kernel_list.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxMounts = 100'000;  // fs/namespace.c sysctl_mount_max

}  // namespace

/// The struct mount that a struct vfsmount is in.
VirtAddr MountTree::object(VirtAddr mount) const {
    return VirtAddr{mount.value - kernel_.layout()[Field::mount_mnt].offset};
}

/// Nothing when there are too many. A list that is just being changed counts as far as it can be read.
const MountTree::MountsByPlace* MountTree::children(VirtAddr mount, StepLimit& limit) {
    if (const auto known = known_.find(mount.value); known != known_.end()) {
        return &known->second;
    }
    const auto head = kernel_.place(object(mount), Field::mount_children_ring);
    if (!head || !kernel_.has(Field::mount_ring_next) || !kernel_.has(Field::mount_mnt)) {
        return nullptr;
    }
    const Layout& layout = kernel_.layout();
    const auto list = walk_list(kernel_.memory(), *head, layout[Field::mount_ring_next].offset, kMaxMounts);
    if (!limit.take(list.objects.size() + 1)) {
        return nullptr;
    }
    MountsByPlace& found = known_[mount.value];
    for (const VirtAddr child : list.objects) {
        if (const auto where = kernel_.pointer(child, Field::mount_mountpoint)) {
            found.emplace(where->value, VirtAddr{child.value + layout[Field::mount_mnt].offset});
        }
    }
    return &found;
}

Expected<MountPath> MountTree::entered(MountPath place, StepLimit& limit) {
    while (limit.take()) {
        const auto* const mounts = children(place.mount, limit);
        if (mounts == nullptr) {
            break;
        }
        const auto found = mounts->find(place.dentry.value);
        if (found == mounts->end()) {
            return place;
        }
        const auto root = kernel_.pointer(object(found->second), Field::mount_root);
        if (!root || !is_kernel_pointer(*root)) {
            break;
        }
        place = {.mount = found->second, .dentry = *root};
    }
    return fail(Errc::fault, "the kernel's list of mounted file systems cannot be read");
}

std::optional<MountPath> MountTree::left(const MountPath& place) const {
    const VirtAddr mount = object(place.mount);
    if (!kernel_.has(Field::mount_mnt) || kernel_.pointer(mount, Field::mount_root) != place.dentry) {
        return std::nullopt;
    }
    const auto parent = kernel_.pointer(mount, Field::mount_parent);
    const auto where = kernel_.pointer(mount, Field::mount_mountpoint);
    if (!parent || !where || *parent == mount || !is_kernel_pointer(*parent)) {
        return std::nullopt;
    }
    return MountPath{.mount = {parent->value + kernel_.layout()[Field::mount_mnt].offset}, .dentry = *where};
}

}  // namespace hvgdb::osi
