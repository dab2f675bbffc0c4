// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/mapped_files.hpp"

#include <unordered_set>

#include "osi/linux/memory_areas.hpp"

namespace hvgdb::osi {

std::vector<MappedFile> mapped_files(const KernelMemory& kernel, VirtAddr mm) {
    FileReader files(kernel);
    std::unordered_set<std::uint64_t> seen;
    std::vector<MappedFile> found;
    for (const MemoryArea& area : AreaReader(kernel).of(mm).areas) {
        if (area.file.value == 0 || !seen.insert(area.file.value).second) {
            continue;
        }
        const auto below = files.read(area.file);
        const auto opened = files.read_mapped(area.file);
        if (below && opened) {
            found.push_back({.path = opened->path, .inode = below->inode});
        }
    }
    return found;
}

}  // namespace hvgdb::osi
