// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/memory_areas.hpp"

#include <algorithm>

#include "osi/linux/maple_tree.hpp"

namespace hvgdb::osi {

AreaReader::AreaReader(const KernelMemory& kernel)
    : kernel_(kernel),
      area_(kernel,
            {Field::vma_start, Field::vma_end, Field::vma_next, Field::vma_mm, Field::vma_flags, Field::vma_pgoff,
             Field::vma_file, Field::vma_ops, Field::vma_private_data, Field::vma_anon_name}) {}

AreaList AreaReader::of(VirtAddr mm) {
    AreaList list;
    if (const auto tree = kernel_.place(mm, Field::mm_mt)) {
        from_tree(*tree, mm, list);
    } else if (const auto first = kernel_.pointer(mm, Field::mm_mmap)) {
        from_chain(*first, mm, list);
    } else {
        list.complete = false;
    }
    return list;
}

void AreaReader::from_tree(VirtAddr tree, VirtAddr mm, AreaList& list) {
    const MapleEntries found = maple_entries(kernel_, tree);
    list.complete = found.complete;
    list.areas.reserve(found.entries.size());
    for (const MapleEntry& entry : found.entries) {
        // An area that says something else than the tree has just been changed, or is none.
        if (read(VirtAddr{entry.value}, mm) && area_.number(Field::vma_start) == entry.first &&
            area_.number(Field::vma_end) == entry.last + 1) {
            list.areas.push_back(describe());
        } else {
            list.complete = false;
        }
    }
}

void AreaReader::from_chain(VirtAddr first, VirtAddr mm, AreaList& list) {
    constexpr std::size_t kMost = std::size_t{128} * 1024;
    VirtAddr above;
    for (VirtAddr area = first; area.value != 0; area = area_.pointer(Field::vma_next)) {
        if (list.areas.size() >= kMost || !read(area, mm) || area_.pointer(Field::vma_start) < above) {
            list.complete = false;
            return;
        }
        above = area_.pointer(Field::vma_end);
        list.areas.push_back(describe());
    }
}

bool AreaReader::read(VirtAddr area, VirtAddr mm) {
    return is_kernel_pointer(area) && area_.has(Field::vma_start) && area_.has(Field::vma_end) && area_.read(area) &&
           area_.number(Field::vma_start) < area_.number(Field::vma_end) &&
           (!area_.has(Field::vma_mm) || area_.pointer(Field::vma_mm) == mm);
}

MemoryArea AreaReader::describe() const {
    return {.start = area_.pointer(Field::vma_start),
            .end = area_.pointer(Field::vma_end),
            .flags = area_.number(Field::vma_flags),
            .page_offset = area_.number(Field::vma_pgoff),
            .file = area_.pointer(Field::vma_file),
            .ops = area_.pointer(Field::vma_ops),
            .private_data = area_.pointer(Field::vma_private_data),
            .anon_name = area_.pointer(Field::vma_anon_name)};
}

const MemoryArea* area_at(const AreaList& list, VirtAddr address) {
    const auto found = std::ranges::upper_bound(list.areas, address, {}, &MemoryArea::end);
    return found != list.areas.end() && found->start <= address ? &*found : nullptr;
}

}  // namespace hvgdb::osi
