// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inferred_areas.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "emulator/hex.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/maple_tree.hpp"
#include "osi/linux/object_samples.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::int64_t kSpaceWindow = 512;  // bytes of mm_struct
constexpr std::int64_t kAreaWindow = 128;   // of vm_area_struct
constexpr std::size_t kSomeSpaces = 16;
constexpr std::size_t kAreasOfEach = 64;

std::span<const VirtAddr> some(std::span<const VirtAddr> spaces) {
    return spaces.first(std::min(spaces.size(), kSomeSpaces));
}

/// The upper half of a top-level table, which maps the kernel.
using KernelHalf = std::array<std::byte, kPage / 2>;

std::optional<KernelHalf> read_kernel_half(const MemoryReader& kernel, std::uint64_t table) {
    KernelHalf half{};
    return kernel.fill(VirtAddr{table + kPage / 2}, half) ? std::optional(half) : std::nullopt;
}

/// Both map the kernel alike: the last entry, where its image is, and others. They may differ in a few, as that of a
/// process's own LDT (arch/x86/include/asm/pgtable_64_types.h).
bool map_one_kernel(const KernelHalf& left, const KernelHalf& right) {
    constexpr unsigned kFewest = 3;
    unsigned same = 0;
    bool last_same = false;
    for (std::size_t at = 0; at < left.size(); at += 8) {
        const std::uint64_t entry = load_little_endian(std::span(left).subspan(at, 8));
        last_same = (entry & 1) != 0 && entry == load_little_endian(std::span(right).subspan(at, 8));
        same += last_same ? 1 : 0;
    }
    return last_same && same >= kFewest;
}

bool is_root_in_use(const InferenceInput& input, std::uint64_t table) {
    const auto physical = input.translate ? input.translate(VirtAddr{table}) : std::nullopt;
    return physical && std::ranges::any_of(input.roots, [&](AddressSpace root) {
               return root.root == physical->value || isolation_twin(root).root == physical->value;
           });
}

/// One struct maple_tree from where it stands in mm_struct to where its root does.
struct TreePlace {
    std::int64_t tree = 0;
    std::int64_t root = 0;  ///< from the tree
};

/// The root of a tree with several entries is a node, whose first word leads back: to the tree, with the lowest bit set
/// (mas_set_parent(), ma_is_root() in lib/maple_tree.c).
std::optional<TreePlace> find_tree(const MemoryReader& kernel, const ObjectSamples& spaces) {
    constexpr std::uint64_t kFirstNode = 4096;
    constexpr std::uint64_t kNodeSize = 256;
    constexpr std::int64_t kLargestTree = 64;  // bytes of struct maple_tree without debugging
    std::int64_t distance = 0;
    std::vector<TreePlace> found;
    const auto offsets = spaces.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t offset) {
        if ((value & 3) != 2 || value <= kFirstNode || !is_kernel_pointer(VirtAddr{value})) {
            return false;
        }
        const auto parent = kernel.number(VirtAddr{value & ~(kNodeSize - 1)}, 8);
        if (!parent || (*parent & 1) == 0) {
            return false;
        }
        const auto own =
            static_cast<std::int64_t>(spaces.object(index).value + static_cast<std::uint64_t>(offset) - (*parent - 1));
        distance = index == 0 ? own : distance;
        if (own != distance || own < 0 || own > kLargestTree || own > offset) {
            return false;
        }
        if (index + 1 == spaces.count()) {
            found.push_back({offset - own, own});
        }
        return true;
    });
    return offsets.size() == 1 && found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

/// Compile-time constants of a 64-bit kernel: MAPLE_RANGE64_SLOTS and MAPLE_ARANGE64_SLOTS in
/// include/linux/maple_tree.h; a node begins with its parent and its pivots, of which there is one less.
void set_maple_nodes(Layout& layout) {
    const auto array = [](std::uint64_t offset, std::uint64_t count) {
        return Member{.offset = offset, .size = count * 8, .element_size = 8};
    };
    constexpr std::uint64_t kRangeSlots = 16;
    constexpr std::uint64_t kAllocationSlots = 10;
    layout.set(Field::maple_range_parent, plain_member(0));
    layout.set(Field::maple_range_pivot, array(8, kRangeSlots - 1));
    layout.set(Field::maple_range_slot, array(8 * kRangeSlots, kRangeSlots));
    layout.set(Field::maple_arange_pivot, array(8, kAllocationSlots - 1));
    layout.set(Field::maple_arange_slot, array(8 * kAllocationSlots, kAllocationSlots));
}

/// An area and what is known of it otherwise.
struct KnownArea {
    VirtAddr area;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    VirtAddr space;
};

std::vector<KnownArea> areas_in_trees(const MemoryReader& kernel, std::span<const VirtAddr> spaces,
                                      const Layout& layout) {
    const KernelMemory memory(kernel, layout);
    std::vector<KnownArea> areas;
    for (const VirtAddr space : some(spaces)) {
        const auto entries = maple_entries(memory, VirtAddr{space.value + layout[Field::mm_mt].offset}).entries;
        for (const MapleEntry& entry : std::span(entries).first(std::min(entries.size(), kAreasOfEach))) {
            areas.push_back({VirtAddr{entry.value}, entry.first, entry.last + 1, space});
        }
    }
    return areas;
}

/// Where the members of an area are by which a list of them is told.
struct ListShape {
    std::int64_t first = 0;  ///< in mm_struct
    std::int64_t next = 0;
    std::int64_t start = 0;  ///< the end is the next word
};

/// The first areas of a process in the order of their addresses, each linked to the next, at least three. Empty when
/// they are no such list.
std::vector<KnownArea> read_list(const MemoryReader& kernel, VirtAddr space, const ListShape& shape) {
    std::vector<KnownArea> areas;
    auto area = kernel.pointer(VirtAddr{space.value + static_cast<std::uint64_t>(shape.first)});
    std::uint64_t above = 0;
    while (area && area->value != 0 && areas.size() < kAreasOfEach) {
        const ObjectSamples one(kernel, std::span(&*area, 1), 0, kAreaWindow);
        const auto start = one.number(0, shape.start);
        const auto end = one.number(0, shape.start + 8);
        const auto next = one.number(0, shape.next);
        const bool user = end && (*end >> 63) == 0;
        if (!is_kernel_pointer(*area) || !start || !user || !next || *start < above || *start >= *end ||
            *start % kPage != 0 || *end % kPage != 0) {
            return {};
        }
        areas.push_back({*area, *start, *end, space});
        above = *end;
        area = VirtAddr{*next};
    }
    constexpr std::size_t kFewest = 3;
    return area && areas.size() >= kFewest ? areas : std::vector<KnownArea>{};
}

/// Whether all of these processes have such a list.
bool all_have(const MemoryReader& kernel, std::span<const VirtAddr> spaces, const ListShape& shape) {
    return std::ranges::all_of(spaces, [&](VirtAddr space) { return !read_list(kernel, space, shape).empty(); });
}

/// Before 6.1, all areas of an mm_struct are in a list from mmap, linked by vm_next.
std::optional<ListShape> find_list(const MemoryReader& kernel, std::span<const VirtAddr> spaces) {
    const auto firsts =
        ObjectSamples(kernel, spaces, 0, kSpaceWindow).where(8, [](std::size_t, std::uint64_t value, std::int64_t) {
            return is_kernel_pointer(VirtAddr{value});
        });
    std::optional<ListShape> found;
    for (const std::int64_t first : firsts) {
        for (std::int64_t next = 0; next < kAreaWindow; next += 8) {
            for (std::int64_t start = 0; start + 8 < kAreaWindow; start += 8) {
                const ListShape shape{first, next, start};
                const bool right = all_have(kernel, spaces, shape);
                if (right && found) {
                    return std::nullopt;
                }
                if (right) {
                    found = shape;
                }
            }
        }
    }
    return found;
}

std::vector<KnownArea> areas_in_lists(const MemoryReader& kernel, std::span<const VirtAddr> spaces, Layout& layout) {
    const auto shape = find_list(kernel, some(spaces));
    if (!shape) {
        return {};
    }
    layout.set(Field::mm_mmap, plain_member(shape->first));
    layout.set(Field::vma_next, plain_member(shape->next));
    std::vector<KnownArea> areas;
    for (const VirtAddr space : some(spaces)) {
        const auto list = read_list(kernel, space, *shape);
        areas.insert(areas.end(), list.begin(), list.end());
    }
    return areas;
}

void infer_area_members(const MemoryReader& kernel, std::span<const KnownArea> areas, Layout& layout) {
    std::vector<VirtAddr> addresses;
    for (const KnownArea& area : areas) {
        addresses.push_back(area.area);
    }
    const ObjectSamples samples(kernel, addresses, 0, kAreaWindow);
    const auto set_where = [&](Field field, auto expected) {
        const auto offset = only(samples.where(
            8, [&](std::size_t index, std::uint64_t value, std::int64_t) { return value == expected(areas[index]); }));
        if (offset) {
            layout.set(field, plain_member(*offset));
        }
    };
    set_where(Field::vma_start, [](const KnownArea& area) { return area.start; });
    set_where(Field::vma_end, [](const KnownArea& area) { return area.end; });
    set_where(Field::vma_mm, [](const KnownArea& area) { return area.space.value; });
}

}  // namespace

/// A page-aligned pointer, another one in each process, to a table whose kernel half is that of all others. If there
/// are several such pointers, then the one that leads to what the vCPUs use.
void infer_page_tables(const InferenceInput& input, std::span<const VirtAddr> spaces, Layout& layout) {
    const ObjectSamples samples(input.kernel, spaces, 0, kSpaceWindow);
    std::optional<KernelHalf> first;
    std::vector<std::uint64_t> seen;
    std::vector<std::int64_t> in_use;
    auto offsets = samples.where(8, [&](std::size_t index, std::uint64_t value, std::int64_t offset) {
        if (value % kPage != 0 || !is_kernel_pointer(VirtAddr{value})) {
            return false;
        }
        const auto half = read_kernel_half(input.kernel, value);
        if (index == 0) {
            first = half;
            seen.clear();
        }
        if (!half || !first || !map_one_kernel(*first, *half) || std::ranges::find(seen, value) != seen.end()) {
            return false;
        }
        seen.push_back(value);
        if (is_root_in_use(input, value) && std::ranges::find(in_use, offset) == in_use.end()) {
            in_use.push_back(offset);
        }
        return true;
    });
    if (offsets.size() > 1) {
        std::erase_if(offsets, [&](std::int64_t offset) { return std::ranges::find(in_use, offset) == in_use.end(); });
    }
    if (const auto offset = only(offsets)) {
        layout.set(Field::mm_pgd, plain_member(*offset));
    }
}

void infer_areas(const MemoryReader& kernel, std::span<const VirtAddr> spaces, Layout& layout) {
    if (spaces.empty()) {
        return;
    }
    std::vector<KnownArea> areas;
    if (const auto place = find_tree(kernel, ObjectSamples(kernel, spaces, 0, kSpaceWindow))) {
        layout.set(Field::mm_mt, plain_member(place->tree, static_cast<std::uint64_t>(place->root) + 8));
        layout.set(Field::maple_tree_root, plain_member(place->root));
        set_maple_nodes(layout);
        areas = areas_in_trees(kernel, spaces, layout);
    } else {
        areas = areas_in_lists(kernel, spaces, layout);
    }
    infer_area_members(kernel, areas, layout);
}

}  // namespace hvgdb::osi
