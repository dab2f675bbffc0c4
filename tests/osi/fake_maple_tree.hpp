// SPDX-License-Identifier: GPL-2.0-or-later
// Maple trees as a 64-bit kernel lays them out (include/linux/maple_tree.h), put together by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "osi/linux/layout.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {

inline constexpr std::uint64_t kMapleMaximum = ~std::uint64_t{0};
inline constexpr std::uint64_t kMapleReserved = 0x406;  // XA_ZERO_ENTRY, include/linux/xarray.h

inline void add_maple_fields(Layout& layout) {
    layout.set(Field::maple_tree_root, {.offset = 8, .size = 8, .element_size = 8});
    layout.set(Field::maple_range_parent, {.offset = 0, .size = 8, .element_size = 8});
    layout.set(Field::maple_range_pivot, {.offset = 8, .size = 120, .element_size = 8});
    layout.set(Field::maple_range_slot, {.offset = 128, .size = 128, .element_size = 8});
    layout.set(Field::maple_arange_pivot, {.offset = 8, .size = 72, .element_size = 8});
    layout.set(Field::maple_arange_slot, {.offset = 80, .size = 80, .element_size = 8});
}

struct FakeMapleSlot {
    std::uint64_t pivot = 0;
    std::uint64_t value = 0;
};

/// Writes nodes into memory, each 256 bytes, from a start address on.
class FakeMapleTree {
  public:
    static constexpr std::uint64_t kLeaf = 1;
    static constexpr std::uint64_t kRange = 2;
    static constexpr std::uint64_t kAllocationRange = 3;

    FakeMapleTree(FakeMemory& memory, VirtAddr tree, VirtAddr nodes) : memory_(memory), tree_(tree), next_(nodes) {
        memory_.put_zeros(tree_, 16);
    }

    /// The encoded pointer to it.
    std::uint64_t node(std::uint64_t type, const std::vector<FakeMapleSlot>& slots) {
        const VirtAddr address = next_;
        next_.value += 256;
        const bool wide = type == kAllocationRange;
        const std::size_t pivots = wide ? 9 : 15;
        const std::uint64_t slot_offset = wide ? 80 : 128;
        memory_.put_zeros(address, 256);
        memory_.put(address, tree_.value | 1);
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (i < pivots) {
                memory_.put(VirtAddr{address.value + 8 + 8 * i}, slots[i].pivot);
            }
            memory_.put(VirtAddr{address.value + slot_offset + 8 * i}, slots[i].value);
        }
        return address.value | type << 3 | 4;
    }

    void set_root(std::uint64_t pointer) { memory_.put(VirtAddr{tree_.value + 8}, pointer | 2); }
    void set_single(std::uint64_t entry) { memory_.put(VirtAddr{tree_.value + 8}, entry); }

  private:
    FakeMemory& memory_;
    VirtAddr tree_;
    VirtAddr next_;
};

[[nodiscard]] inline VirtAddr maple_node(std::uint64_t pointer) {
    return VirtAddr{pointer & ~std::uint64_t{255}};
}

}  // namespace hvgdb::osi
