// SPDX-License-Identifier: GPL-2.0-or-later
// struct page for some frames, and files' pages, of a made-up kernel.
#pragma once

#include <cstdint>
#include <map>

#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/page_cache.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {

class FakePageCache {
  public:
    static constexpr VirtAddr kPages{0xffff'ea00'0000'0000};
    static constexpr VirtAddr kPagesVariable{0xffff'ffff'8200'2000};
    static constexpr std::uint64_t kPageStruct = 64;
    static constexpr std::uint64_t kSlots = 64;
    static constexpr std::uint64_t kLocked = 1;
    static constexpr std::uint64_t kUpToDate = 8;
    static constexpr std::uint64_t kRetry = 256 << 2 | 2;
    static constexpr std::uint64_t kZero = 257 << 2 | 2;

    FakePageCache(FakeMemory& memory, FakeLayout& fields) : memory_(memory), fields_(fields) {
        fields_.add(Field::page_flags)
            .add(Field::address_space_host)
            .add(Field::address_space_pages)
            .add(Field::xa_node_shift, 1)
            .add(Field::xa_node_slots, kSlots * 8, 8)
            .add(Field::inode_block_bits, 1)
            .add(Field::page_compound_head)
            .add(Field::page_mapping)
            .add(Field::page_index)
            .add(Field::page_private)
            .add(Field::page_mapcount, 4)
            .set(Structure::page, kPageStruct);
        memory_.put(kPagesVariable, kPages.value);
        symbols.set(KernelSymbol::vmemmap_base, kPagesVariable);
    }

    [[nodiscard]] VirtAddr place(VirtAddr object, Field field) const {
        return VirtAddr{object.value + fields_.layout()[field].offset};
    }
    void set(VirtAddr object, Field field, std::uint64_t value) {
        memory_.put(place(object, field), value, fields_.layout()[field].size);
    }
    VirtAddr object(std::uint64_t size = 0x100) {
        const VirtAddr found = next_;
        memory_.put_zeros(found, size);
        next_.value += (size + 0xff) & ~std::uint64_t{0xff};
        return found;
    }

    /// The struct page of a frame, mapped once and up to date.
    VirtAddr page(PhysAddr frame, std::uint64_t index = 0, std::uint64_t mapping = 0) {
        const VirtAddr found{kPages.value + (frame.value >> 12) * kPageStruct};
        memory_.put_zeros(found, kPageStruct);
        set(found, Field::page_flags, kUpToDate);
        set(found, Field::page_index, index);
        set(found, Field::page_mapping, mapping);
        return found;
    }
    /// Makes one folio of `count` frames, of which the first is that of `head`.
    void make_folio(VirtAddr head, std::uint64_t count) {
        for (std::uint64_t i = 1; i < count; ++i) {
            const VirtAddr tail{head.value + i * kPageStruct};
            memory_.put_zeros(tail, kPageStruct);
            set(tail, Field::page_compound_head, head.value | 1);
        }
    }
    /// What stands above it for a node.
    std::uint64_t node(std::uint64_t shift, const std::map<std::uint64_t, std::uint64_t>& slots) {
        const VirtAddr found = object(fields_.size_of("xa_node"));
        set(found, Field::xa_node_shift, shift);
        for (const auto& [index, value] : slots) {
            memory_.put(VirtAddr{place(found, Field::xa_node_slots).value + 8 * index}, value);
        }
        return found.value | 2;
    }
    static constexpr std::uint64_t sibling(std::uint64_t slot) { return slot << 2 | 2; }
    VirtAddr address_space(std::uint64_t head, VirtAddr host = {}) {
        const VirtAddr found = object();
        set(found, Field::address_space_pages, head);
        set(found, Field::address_space_host, host.value);
        return found;
    }

    KernelSymbols symbols;

  private:
    FakeMemory& memory_;
    FakeLayout& fields_;
    VirtAddr next_{0xffff'8882'0000'0000};
};

}  // namespace hvgdb::osi
