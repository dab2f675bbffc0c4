// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/overlay_file.hpp"

namespace hvgdb::osi {

namespace {

std::optional<VirtAddr> inode_of(const KernelMemory& kernel, std::optional<VirtAddr> dentry) {
    const auto inode =
        dentry && is_kernel_pointer(*dentry) ? kernel.pointer(*dentry, Field::dentry_inode) : std::nullopt;
    return inode && is_kernel_pointer(*inode) ? inode : std::nullopt;
}

/// Of several lower files only the last has data (ovl_path_lowerdata()).
std::optional<VirtAddr> last_of_stack(const KernelMemory& kernel, VirtAddr stack) {
    constexpr std::uint64_t kMostLayers = 500;  // OVL_MAX_STACK
    const auto count = kernel.number(stack, Field::overlay_stack_size);
    const auto places = kernel.place(stack, Field::overlay_stack_places);
    if (!count || *count == 0 || *count > kMostLayers || !places) {
        return std::nullopt;
    }
    const std::uint64_t size = kernel.layout().size_of(Structure::ovl_path);
    return inode_of(kernel, kernel.pointer(VirtAddr{places->value + (*count - 1) * size}, Field::overlay_place_dentry));
}

std::optional<VirtAddr> lower_inode(const KernelMemory& kernel, VirtAddr object) {
    if (const auto stack = kernel.pointer(object, Field::overlay_stack)) {
        return is_kernel_pointer(*stack) ? last_of_stack(kernel, *stack) : std::nullopt;
    }
    if (const auto dentry = kernel.pointer(object, Field::overlay_lower_dentry)) {
        return inode_of(kernel, dentry);
    }
    const auto inode = kernel.pointer(object, Field::overlay_lower_inode);
    return inode && is_kernel_pointer(*inode) ? inode : std::nullopt;
}

}  // namespace

bool is_overlay_file(const KernelMemory& kernel, const Inode& inode) {
    return file_system_of(kernel, inode) == "overlay";
}

std::optional<VirtAddr> file_below(const KernelMemory& kernel, const Inode& overlay) {
    constexpr std::uint64_t kUpperHasData = 1 << 3;  // OVL_UPPERDATA; without lower file the upper one always has
    if (!kernel.has(Field::overlay_inode)) {
        return std::nullopt;
    }
    const VirtAddr object{overlay.address.value - kernel.layout()[Field::overlay_inode].offset};
    const auto upper = inode_of(kernel, kernel.pointer(object, Field::overlay_upper));
    const auto lower = lower_inode(kernel, object);
    const auto flags = kernel.number(object, Field::overlay_flags);
    const bool upper_counts = upper && (!lower || (flags && (*flags & kUpperHasData) != 0));
    return upper_counts ? upper : lower;
}

}  // namespace hvgdb::osi
