// SPDX-License-Identifier: GPL-2.0-or-later
// Folders with files in them, mounts on them, and pages with what the files have, of a made-up kernel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "emulator/physical_memory.hpp"
#include "osi/linux/inode.hpp"
#include "tests/osi/fake_files.hpp"
#include "tests/osi/fake_page_cache.hpp"

namespace hvgdb::osi {

/// Pages by their address.
class FakeFrames final : public emulator::PhysicalMemory {
  public:
    static constexpr std::size_t kPage = 4096;

    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        const auto found = frames_.find(address.value / kPage);
        if (found == frames_.end()) {
            return 0;
        }
        const auto bytes = std::as_bytes(std::span(found->second)).subspan(address.value % kPage);
        const std::size_t count = std::min(out.size(), bytes.size());
        std::memcpy(out.data(), bytes.data(), count);
        if (on_read) {
            on_read();
        }
        return count;
    }
    void put(PhysAddr frame, std::string_view text) {
        std::string& bytes = frames_[frame.value / kPage];
        bytes.assign(text);
        bytes.resize(kPage);
    }

    std::function<void()> on_read;

  private:
    std::map<std::uint64_t, std::string> frames_;
};

/// How a folder's entries hang together: up to 6.7, and since.
enum class FolderLists : std::uint8_t { ring, chain };

class FakeTree : public FakeFiles {
  public:
    static constexpr std::uint64_t kFolder = 0040755;
    static constexpr std::uint64_t kRegular = 0100644;
    static constexpr std::uint64_t kLink = 0120777;

    explicit FakeTree(FolderLists lists = FolderLists::chain)
        : first_(lists == FolderLists::ring ? Field::dentry_children_ring : Field::dentry_first_child),
          next_(lists == FolderLists::ring ? Field::dentry_ring_next : Field::dentry_next_sibling),
          is_ring_(lists == FolderLists::ring),
          cache(memory, fields) {
        fields.add(first_).add(next_).add(Field::mount_children_ring).add(Field::mount_ring_next);
        fields.add(Field::inode_mode, 2).add(Field::inode_size).add(Field::inode_mapping).add(Field::inode_link);
        fields.add(Field::inode_uid, 4).add(Field::inode_gid, 4).add(Field::inode_links, 4);
        fields.add(Field::inode_modified).add(Field::inode_references, 4).add(Field::inode_generation, 4);
        fields.add(Field::super_block_disk);
        super = super_block("tmpfs", 0x00100002);
        root_dentry = dentry({}, "/", new_inode(kFolder));
        set_up(root_dentry);
        root_mount = FakeFiles::mount(root_dentry);
        set_up_mount(root_mount);
    }

    VirtAddr new_inode(std::uint64_t mode, std::uint64_t size = 0) {
        const auto found = inode(++last_number_, super);
        set(found, Field::inode_mode, mode);
        set(found, Field::inode_size, size);
        set(found, Field::inode_references, 1);
        return found;
    }
    /// In its folder's list, before all that are there.
    VirtAddr entry(VirtAddr folder, std::string_view name, VirtAddr of_inode) {
        const auto found = dentry(folder, name, of_inode);
        set_up(found);
        const auto head = place(folder, first_);
        memory.put(place(found, next_), *memory.number(head, 8));
        memory.put(head, place(found, next_).value);
        return found;
    }
    VirtAddr folder(VirtAddr parent, std::string_view name) { return entry(parent, name, new_inode(kFolder)); }
    VirtAddr file(VirtAddr parent, std::string_view name, std::uint64_t size = 0) {
        return entry(parent, name, new_inode(kRegular, size));
    }
    VirtAddr link(VirtAddr parent, std::string_view name, std::string_view to) {
        const auto of_inode = new_inode(kLink, to.size());
        set(of_inode, Field::inode_link, text(to));
        return entry(parent, name, of_inode);
    }
    /// What nothing is mounted on; its root has a folder's inode.
    VirtAddr mount_on(VirtAddr parent_mount, VirtAddr mountpoint, VirtAddr root) {
        const auto found = FakeFiles::mount(root, parent_mount, mountpoint);
        set_up_mount(found);
        const auto head = place(outer(parent_mount), Field::mount_children_ring);
        memory.put(place(outer(found), Field::mount_ring_next), *memory.number(head, 8));
        memory.put(head, place(outer(found), Field::mount_ring_next).value);
        return found;
    }
    VirtAddr new_root() {
        const auto found = dentry({}, "/", new_inode(kFolder));
        set_up(found);
        return found;
    }
    /// The struct mount around a struct vfsmount.
    [[nodiscard]] VirtAddr outer(VirtAddr mount) const {
        return VirtAddr{mount.value - fields.layout()[Field::mount_mnt].offset};
    }

    /// Pages by their number in the file; what is not named is absent. At most 64.
    void give_pages(VirtAddr of_inode, const std::map<std::uint64_t, std::string>& contents) {
        std::map<std::uint64_t, std::uint64_t> slots;
        for (const auto& [index, content] : contents) {
            slots[index] = new_page(index, content).value;
        }
        set(of_inode, Field::inode_mapping, cache.address_space(cache.node(0, slots)));
    }
    /// Its struct page.
    VirtAddr new_page(std::uint64_t index, std::string_view content) {
        last_frame_.value += FakeFrames::kPage;
        frames.put(last_frame_, content);
        return cache.page(last_frame_, index);
    }
    [[nodiscard]] VirtAddr inode_of(VirtAddr dentry) const {
        return *memory.pointer(place(dentry, Field::dentry_inode));
    }

  private:
    void set_up(VirtAddr dentry) { memory.put(place(dentry, first_), is_ring_ ? place(dentry, first_).value : 0); }
    void set_up_mount(VirtAddr mount) {
        const auto head = place(outer(mount), Field::mount_children_ring);
        memory.put(head, head.value);
    }

    Field first_;
    Field next_;
    bool is_ring_;
    std::uint64_t last_number_ = 100;
    PhysAddr last_frame_{0x10'0000};

  public:
    FakePageCache cache;
    FakeFrames frames;
    VirtAddr super;
};

}  // namespace hvgdb::osi
