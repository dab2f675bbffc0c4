// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/pseudo_names.hpp"

#include <fmt/format.h>

namespace hvgdb::osi {

namespace {

std::optional<std::string> numbered(const std::optional<std::string>& kind, std::optional<std::uint64_t> inode_number) {
    return kind && inode_number ? std::optional(fmt::format("{}:[{}]", *kind, *inode_number)) : std::nullopt;
}

}  // namespace

// The forms are those of pipefs_dname (fs/pipe.c), sockfs_dname (net/socket.c), anon_inodefs_dname (fs/anon_inodes.c),
// ns_dname (fs/nsfs.c), pidfs_dname (fs/pidfs.c), dmabuffs_dname (drivers/dma-buf/dma-buf.c) and, for all others,
// simple_dname (fs/d_path.c).
std::optional<std::string> PseudoNames::of(VirtAddr dentry, std::string_view name) const {
    const auto inode = kernel_.pointer(dentry, Field::dentry_inode);
    const auto kind = inode ? file_system(*inode) : std::nullopt;
    if (!kind) {
        return std::nullopt;
    }
    if (*kind == "pipefs") {
        return numbered("pipe", kernel_.number(*inode, Field::inode_number));
    }
    if (*kind == "sockfs") {
        return numbered("socket", kernel_.number(*inode, Field::inode_number));
    }
    if (*kind == "nsfs") {
        return numbered(namespace_kind(*inode), kernel_.number(*inode, Field::inode_number));
    }
    if (*kind == "anon_inodefs") {
        return fmt::format("anon_inode:{}", name);
    }
    if (*kind == "pidfs") {
        return "anon_inode:[pidfd]";
    }
    if (*kind == "dmabuf") {
        const auto buffer = text_at(kernel_.pointer(dentry, Field::dentry_fsdata), Field::dma_buf_name);
        return fmt::format("/{}:{}", name, buffer.value_or(""));
    }
    return fmt::format("/{} (deleted)", name);
}

std::optional<std::string> PseudoNames::file_system(VirtAddr inode) const {
    const auto super_block = kernel_.pointer(inode, Field::inode_super_block);
    const auto type = super_block ? kernel_.pointer(*super_block, Field::super_block_type) : std::nullopt;
    return text_at(type, Field::file_system_type_name);
}

std::optional<std::string> PseudoNames::namespace_kind(VirtAddr inode) const {
    const auto common = kernel_.pointer(inode, Field::inode_private);
    return text_at(common ? kernel_.pointer(*common, Field::namespace_ops) : std::nullopt, Field::namespace_ops_name);
}

std::optional<std::string> PseudoNames::text_at(std::optional<VirtAddr> object, Field pointer) const {
    constexpr std::size_t kLongestName = 64;
    const auto text = object ? kernel_.pointer(*object, pointer) : std::nullopt;
    return text && is_kernel_pointer(*text) ? kernel_.memory().text(*text, kLongestName) : std::nullopt;
}

}  // namespace hvgdb::osi
