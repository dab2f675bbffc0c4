// SPDX-License-Identifier: GPL-2.0-or-later
// A made-up process with page tables, areas, files and struct pages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "osi/linux/process_memory.hpp"
#include "tests/osi/fake_page_cache.hpp"
#include "tests/osi/page_table_memory.hpp"

namespace hvgdb::osi {

class ProcessMemoryTest : public testing::Test {
  protected:
    static constexpr std::uint64_t kPage = 4096;
    static constexpr VirtAddr kStart{0x40'0000};
    static constexpr PhysAddr kFrame{0x10'0000};
    static constexpr PhysAddr kOther{0x20'0000};
    static constexpr VirtAddr kVdsoData{0xffff'ffff'8210'0000};
    static constexpr std::uint64_t kAnonymous = 0xffff'8881'1234'0001;
    static constexpr std::uint64_t kPrivate = area_flags::kRead | area_flags::kWrite | area_flags::kMayRead;
    static constexpr std::uint64_t kShared = kPrivate | area_flags::kShared;

    ProcessMemoryTest() {
        fields.add(Field::mm_mmap)
            .add(Field::mm_vdso)
            .add(Field::mm_vdso_image)
            .add(Field::vdso_image_data)
            .add(Field::vdso_image_size)
            .add(Field::vma_start)
            .add(Field::vma_end)
            .add(Field::vma_next)
            .add(Field::vma_flags)
            .add(Field::vma_pgoff)
            .add(Field::vma_file)
            .add(Field::vma_ops)
            .add(Field::file_mapping)
            .add(Field::inode_size)
            .add(Field::inode_mode, 2)
            .add(Field::inode_super_block)
            .add(Field::super_block_type)
            .add(Field::file_system_type_name);
        mm = made.object();
        last_link_ = made.place(mm, Field::mm_mmap);
    }

    /// Behind those before it.
    VirtAddr add_area(VirtAddr start, std::uint64_t pages, std::uint64_t flags = kPrivate) {
        const VirtAddr found = made.object();
        made.set(found, Field::vma_start, start.value);
        made.set(found, Field::vma_end, start.value + pages * kPage);
        made.set(found, Field::vma_flags, flags);
        memory.put(last_link_, found.value);
        last_link_ = made.place(found, Field::vma_next);
        return found;
    }
    /// From page `offset` of a regular file on.
    VirtAddr add_file_area(VirtAddr start, std::uint64_t pages, VirtAddr space, std::uint64_t flags = kPrivate,
                           std::uint64_t offset = 0) {
        const VirtAddr found = add_area(start, pages, flags);
        const VirtAddr file = made.object();
        made.set(file, Field::file_mapping, space.value);
        made.set(found, Field::vma_file, file.value);
        made.set(found, Field::vma_ops, 0xffff'ffff'8100'0000);
        made.set(found, Field::vma_pgoff, offset);
        return found;
    }
    /// The address space of a regular file; `head` is that of its xarray.
    VirtAddr file_space(std::uint64_t size, std::uint64_t head, std::string_view type = "ext4") {
        constexpr std::uint64_t kRegular = 0x81a4;
        const VirtAddr inode = made.object();
        const VirtAddr super_block = made.object();
        const VirtAddr type_object = made.object();
        const VirtAddr name = made.object();
        memory.put_text(name, type);
        made.set(type_object, Field::file_system_type_name, name.value);
        made.set(super_block, Field::super_block_type, type_object.value);
        made.set(inode, Field::inode_super_block, super_block.value);
        made.set(inode, Field::inode_size, size);
        made.set(inode, Field::inode_mode, kRegular);
        return made.address_space(head, inode);
    }
    void fill(PhysAddr page, char byte) { ram.put(page, Bytes(kPage, static_cast<std::byte>(byte))); }

    ProcessMemory& process() {
        if (!process_) {
            kernel_.emplace(memory, fields.layout());
            const auto translate = [](VirtAddr address) {
                return address >= kVdsoData ? std::optional(PhysAddr{kOther.value + address.value - kVdsoData.value})
                                            : std::nullopt;
            };
            process_.emplace(guest_, *kernel_, made.symbols, translate, mm, kRoot);
        }
        return *process_;
    }
    /// What can be read, at most `size`.
    std::string read(VirtAddr address, std::size_t size) {
        std::string text(size, '?');
        text.resize(process().read(address, std::as_writable_bytes(std::span(text))));
        return text;
    }
    /// The same, a letter for each page that is all of it.
    std::string read_pages(VirtAddr address, std::size_t count) {
        const std::string all = read(address, count * kPage);
        std::string letters;
        for (std::size_t done = 0; done + kPage <= all.size(); done += kPage) {
            const bool same = all.find_first_not_of(all[done], done) >= done + kPage;
            letters += !same ? '#' : all[done] == '\0' ? '0' : all[done];
        }
        return letters + (all.size() % kPage != 0 ? "+" : "");
    }
    std::string refusal(VirtAddr address) {
        const auto answer = process().writable(address);
        return answer ? "" : answer.error().detail;
    }

    FakeMemory memory;
    FakeLayout fields;
    FakePageCache made{memory, fields};
    PageTableMemory ram;
    VirtAddr mm;

  private:
    VirtAddr last_link_;
    GuestMemory guest_{ram, X86Paging{}};
    std::optional<KernelMemory> kernel_;
    std::optional<ProcessMemory> process_;
};

}  // namespace hvgdb::osi
