// SPDX-License-Identifier: GPL-2.0-or-later
// A made-up process with memory areas.
#pragma once

#include <cstdint>
#include <gtest/gtest.h>
#include <string_view>
#include <vector>

#include "osi/linux/maple_tree.hpp"
#include "osi/linux/mappings.hpp"
#include "tests/osi/fake_files.hpp"
#include "tests/osi/fake_maple_tree.hpp"

namespace hvgdb::osi {

inline constexpr std::uint64_t kReadWrite = 3;
inline constexpr VirtAddr kSpecialOps{0xffff'ffff'8200'0000};
inline constexpr VirtAddr kVsyscallMode{0xffff'ffff'8200'1000};
inline constexpr VirtAddr kNodes{0xffff'8881'0000'0000};

/// A process of a few areas. Its kernel keeps them in a maple tree.
class MappingsTest : public testing::Test {
  protected:
    MappingsTest() {
        fields.add(Field::mm_mt, 16);
        add_fields();
    }
    enum class Chained : std::uint8_t { yes };
    explicit MappingsTest(Chained /*areas*/) {
        fields.add(Field::mm_mmap);
        fields.add(Field::vma_next);
        add_fields();
    }

    void add_fields() {
        fields.add(Field::mm_start_brk)
            .add(Field::mm_brk)
            .add(Field::mm_start_stack)
            .add(Field::mm_vdso)
            .add(Field::mm_context_flags)
            .add(Field::vma_start)
            .add(Field::vma_end)
            .add(Field::vma_mm)
            .add(Field::vma_flags)
            .add(Field::vma_pgoff)
            .add(Field::vma_file)
            .add(Field::vma_ops)
            .add(Field::vma_private_data)
            .add(Field::vma_anon_name)
            .add(Field::anon_vma_name_name, 0)
            .add(Field::special_mapping_name)
            .add(Field::vm_operations_name);
        mm = files.object();
        files.set(mm, Field::mm_start_brk, 0x10000);
        files.set(mm, Field::mm_brk, 0x12000);
        files.set(mm, Field::mm_start_stack, 0x7ff0'0000'0800);
        symbols.set(KernelSymbol::special_mapping_operations, kSpecialOps);
    }

    VirtAddr area(std::uint64_t start, std::uint64_t end, std::uint64_t flags = kReadWrite) {
        const auto found = files.object();
        files.set(found, Field::vma_start, start);
        files.set(found, Field::vma_end, end);
        files.set(found, Field::vma_flags, flags);
        files.set(found, Field::vma_mm, mm);
        areas.push_back({.first = start, .last = end - 1, .value = found.value});
        return found;
    }
    VirtAddr named(std::string_view name) {
        const auto found = files.object();
        files.memory.put_text(files.place(found, Field::anon_vma_name_name), name);
        return found;
    }

    /// In one leaf of a maple tree, or chained.
    void link_areas() {
        if (!fields.layout().has(Field::mm_mt)) {
            VirtAddr link = files.place(mm, Field::mm_mmap);
            for (const MapleEntry& entry : areas) {
                files.memory.put(link, entry.value);
                link = files.place(VirtAddr{entry.value}, Field::vma_next);
            }
            return;
        }
        FakeMapleTree tree(files.memory, files.place(mm, Field::mm_mt), kNodes);
        std::vector<FakeMapleSlot> slots;
        std::uint64_t next = 0;
        for (const MapleEntry& entry : areas) {
            if (entry.first > next) {
                slots.push_back({entry.first - 1, 0});
            }
            slots.push_back({entry.last, entry.value});
            next = entry.last + 1;
        }
        slots.push_back({kMapleMaximum, 0});
        tree.set_root(tree.node(FakeMapleTree::kLeaf, slots));
    }
    MappingList list() {
        link_areas();
        Layout layout = fields.layout();
        if (layout.has(Field::mm_mt)) {
            add_maple_fields(layout);
        }
        const KernelMemory kernel(files.memory, layout);
        Paths paths(kernel);
        return Mappings(kernel, symbols, paths).of(mm);
    }
    /// Of an only area.
    Mapping only() {
        const auto found = list();
        EXPECT_TRUE(found.complete);
        EXPECT_EQ(found.mappings.size(), 1U);
        return found.mappings.empty() ? Mapping{} : found.mappings.front();
    }

    FakeFiles files;
    FakeLayout& fields = files.fields;
    KernelSymbols symbols;
    VirtAddr mm;
    std::vector<MapleEntry> areas;
};

class ChainedMappingsTest : public MappingsTest {
  protected:
    ChainedMappingsTest() : MappingsTest(Chained::yes) {}
};

}  // namespace hvgdb::osi
