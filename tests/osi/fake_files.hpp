// SPDX-License-Identifier: GPL-2.0-or-later
// File systems, mounts and files of a made-up kernel.
#pragma once

#include <cstdint>
#include <string_view>

#include "osi/linux/paths.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {

class FakeFiles {
  public:
    FakeFiles() {
        fields.add(Field::dentry_hash_pprev)
            .add(Field::dentry_parent)
            .add(Field::dentry_name_length, 4)
            .add(Field::dentry_name)
            .add(Field::dentry_inode)
            .add(Field::dentry_ops)
            .add(Field::dentry_fsdata)
            .add(Field::dentry_ops_dname)
            .add(Field::mount_parent)
            .add(Field::mount_mountpoint)
            .add(Field::mount_mnt)
            .add(Field::mount_root)
            .add(Field::inode_number)
            .add(Field::inode_super_block)
            .add(Field::inode_private)
            .add(Field::super_block_device, 4)
            .add(Field::super_block_type)
            .add(Field::file_system_type_name)
            .add(Field::namespace_ops)
            .add(Field::namespace_ops_name)
            .add(Field::dma_buf_name)
            .add(Field::file_mode, 4)
            .add(Field::file_mnt)
            .add(Field::file_dentry)
            .add(Field::file_inode)
            .add(Field::file_pos)
            .add(Field::file_flags, 4)
            .skip("backing_file", 64)
            .add(Field::backing_file_mnt)
            .add(Field::backing_file_dentry);
        root_dentry = dentry({}, "/", inode(2, super_block("rootfs", 0x00100002)));
        root_mount = mount(root_dentry);
        root_ops_ = object();
        memory.put(place(root_ops_, Field::dentry_ops_dname), 0xffff'ffff'8100'0000);
    }

    /// 256 zero bytes of their own.
    VirtAddr object() {
        next_.value += 0x100;
        memory.put_zeros(next_, 0x100);
        return next_;
    }
    VirtAddr text(std::string_view bytes) {
        const VirtAddr at{next_.value + 0x100};
        next_.value += 0x100 + bytes.size() / 0x100 * 0x100;
        memory.put_text(at, bytes);
        return at;
    }
    [[nodiscard]] VirtAddr place(VirtAddr start, Field field) const {
        return VirtAddr{start.value + fields.layout()[field].offset};
    }
    void set(VirtAddr start, Field field, VirtAddr value) { memory.put(place(start, field), value.value); }
    void set(VirtAddr start, Field field, std::uint64_t value) {
        memory.put(place(start, field), value, fields.layout()[field].size);
    }

    VirtAddr super_block(std::string_view type, std::uint64_t device) {
        const auto type_object = object();
        set(type_object, Field::file_system_type_name, text(type));
        const auto found = object();
        set(found, Field::super_block_type, type_object);
        set(found, Field::super_block_device, device);
        return found;
    }
    VirtAddr inode(std::uint64_t number, VirtAddr super_block) {
        const auto found = object();
        set(found, Field::inode_number, number);
        set(found, Field::inode_super_block, super_block);
        return found;
    }
    /// In its folder, or without one: its own root.
    VirtAddr dentry(VirtAddr parent, std::string_view name, VirtAddr of_inode = {}) {
        const auto found = object();
        set(found, Field::dentry_parent, parent.value == 0 ? found : parent);
        set(found, Field::dentry_name, text(name));
        set(found, Field::dentry_name_length, name.size());
        set(found, Field::dentry_inode, of_inode);
        set(found, Field::dentry_hash_pprev, 0xffff'8880'0000'1111);
        return found;
    }
    /// A struct vfsmount; without a parent the root of a tree.
    VirtAddr mount(VirtAddr root, VirtAddr parent = {}, VirtAddr mountpoint = {}) {
        const auto found = object();
        const std::uint64_t embedded = fields.layout()[Field::mount_mnt].offset;
        set(found, Field::mount_root, root);
        set(found, Field::mount_parent, parent.value == 0 ? found : VirtAddr{parent.value - embedded});
        set(found, Field::mount_mountpoint, parent.value == 0 ? root : mountpoint);
        return VirtAddr{found.value + embedded};
    }
    /// Not in any folder, of a file system that makes the names itself.
    MountPath pseudo(std::string_view type, std::string_view name, std::uint64_t inode_number) {
        const auto of_inode = inode(inode_number, super_block(type, 1));
        const auto found = dentry({}, name, of_inode);
        set(found, Field::dentry_ops, root_ops_);
        return {.mount = mount(dentry({}, "")), .dentry = found};
    }
    VirtAddr file(const MountPath& path, VirtAddr of_inode = {}) {
        const auto found = object();
        set(found, Field::file_mnt, path.mount);
        set(found, Field::file_dentry, path.dentry);
        set(found, Field::file_inode, of_inode);
        return found;
    }
    [[nodiscard]] MountPath at_root(VirtAddr dentry) const { return {.mount = root_mount, .dentry = dentry}; }
    [[nodiscard]] KernelMemory kernel() const { return {memory, fields.layout()}; }

    FakeMemory memory;
    FakeLayout fields;
    VirtAddr root_dentry;
    VirtAddr root_mount;

  private:
    VirtAddr next_{0xffff'8880'0000'0000};
    VirtAddr root_ops_;
};

}  // namespace hvgdb::osi
