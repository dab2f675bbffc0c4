// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inode.hpp"

#include <algorithm>
#include <array>

#include "osi/linux/member_block.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kLongestLink = 4095;

Field modified_field(const KernelMemory& kernel) {
    return kernel.has(Field::inode_modified)       ? Field::inode_modified
           : kernel.has(Field::inode_modified_6_7) ? Field::inode_modified_6_7
                                                   : Field::inode_modified_old;
}

FileStatus status_of(const KernelMemory& kernel, const MemberBlock& inode) {
    constexpr unsigned kMinorBits = 20;  // include/linux/kdev_t.h
    const auto device = static_cast<std::uint32_t>(
        kernel.number(inode.pointer(Field::inode_super_block), Field::super_block_device).value_or(0));
    return {.size = inode.number(Field::inode_size),
            .mode = static_cast<std::uint32_t>(inode.number(Field::inode_mode)),
            .inode = inode.number(Field::inode_number),
            .device_major = device >> kMinorBits,
            .device_minor = device & ((1U << kMinorBits) - 1),
            .links = static_cast<std::uint32_t>(inode.number(Field::inode_links)),
            .uid = static_cast<std::uint32_t>(inode.number(Field::inode_uid)),
            .gid = static_cast<std::uint32_t>(inode.number(Field::inode_gid)),
            .modified = static_cast<std::int64_t>(inode.number(modified_field(kernel)))};
}

/// A link too long to be in the inode is in the first page of its file.
Expected<std::string> link_in_page(const FileMemory& memory, const Inode& link) {
    const std::size_t length = std::min<std::uint64_t>(link.status.size, kLongestLink);
    const auto place = memory.pages.find(link.mapping, 0);
    std::array<std::byte, kPageSize> page{};
    if (length == 0 || !place || place->state != PageCache::State::present ||
        memory.physical.read(place->physical, std::span(page).first(length)) != length) {
        return fail(Errc::not_found, "where a symbolic link leads is not in the guest's memory");
    }
    const std::string_view text(reinterpret_cast<const char*>(page.data()), length);
    return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

std::optional<Inode> read_inode(const KernelMemory& kernel, VirtAddr inode) {
    MemberBlock members(
        kernel, {Field::inode_number, Field::inode_mode, Field::inode_size, Field::inode_super_block,
                 Field::inode_mapping, Field::inode_uid, Field::inode_gid, Field::inode_links, modified_field(kernel)});
    // Who leads here holds a reference, and one that is given up is never used again (iput() in fs/inode.c).
    const auto references = kernel.number(inode, Field::inode_references);
    if (!is_kernel_pointer(inode) || !members.has(Field::inode_mode) || !members.read(inode) || references == 0) {
        return std::nullopt;
    }
    return Inode{.address = inode,
                 .mapping = members.pointer(Field::inode_mapping),
                 .super_block = members.pointer(Field::inode_super_block),
                 .generation = static_cast<std::uint32_t>(kernel.number(inode, Field::inode_generation).value_or(0)),
                 .status = status_of(kernel, members)};
}

std::string file_system_of(const KernelMemory& kernel, const Inode& inode) {
    constexpr std::size_t kLongestName = 64;
    const auto type = kernel.pointer(inode.super_block, Field::super_block_type);
    const auto name = type ? kernel.pointer(*type, Field::file_system_type_name) : std::nullopt;
    return (name ? kernel.memory().text(*name, kLongestName) : std::nullopt).value_or("");
}

Expected<std::string> link_text(const FileMemory& memory, const Inode& link) {
    const auto own = memory.kernel.pointer(link.address, Field::inode_link);
    if (!own || !is_kernel_pointer(*own)) {
        return link_in_page(memory, link);
    }
    auto text = memory.kernel.memory().text(*own, kLongestLink);
    return text ? Expected<std::string>(*std::move(text)) : fail(Errc::fault, "a symbolic link cannot be read");
}

}  // namespace hvgdb::osi
