// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_list.hpp"

#include <optional>
#include <unordered_set>

#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

KernelList walk_list(const MemoryReader& memory, VirtAddr head, std::uint64_t offset, std::size_t limit) {
    KernelList list;
    std::unordered_set<std::uint64_t> seen;
    std::optional<VirtAddr> node = memory.pointer(head);
    while (node && *node != head) {
        if (list.objects.size() == limit || !is_kernel_pointer(*node) || !seen.insert(node->value).second) {
            return list;
        }
        const auto next = memory.pointer(*node);
        if (next) {
            list.objects.push_back(VirtAddr{node->value - offset});
        }
        node = next;
    }
    list.complete = node.has_value();
    return list;
}

}  // namespace hvgdb::osi
