// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/maple_tree.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kNodeSize = 256;
constexpr std::uint64_t kNodeMask = kNodeSize - 1;
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxTotal = std::size_t{128} * 1024;
constexpr std::size_t kWord = 8;

/// enum maple_type, kept in bits 3 to 6 of a pointer to a node.
enum class NodeType : std::uint8_t { dense, leaf, range, allocation_range };

struct Encoded {
    std::uint64_t node = 0;
    NodeType type = NodeType::dense;
};

Encoded decode(std::uint64_t pointer) {
    return {.node = pointer & ~kNodeMask, .type = static_cast<NodeType>((pointer >> 3) & 0xf)};
}

/// A pointer to a node as the root, and a value that is not the user's, look like this (include/linux/xarray.h).
bool is_internal(std::uint64_t entry) {
    return (entry & 3) == 2;
}

constexpr std::uint64_t kFirstUnreserved = 4096;

/// Where one kind of node keeps its words.
struct NodeShape {
    std::size_t pivots = 0;  ///< offset
    std::size_t pivot_count = 0;
    std::size_t slots = 0;  ///< offset
    std::size_t slot_count = 0;
};

std::optional<NodeShape> shape(const Layout& layout, Field pivot, Field slot) {
    const Member& pivots = layout[pivot];
    const Member& slots = layout[slot];
    const auto fits = [](const Member& member) {
        return member.element_size == kWord && member.size % kWord == 0 && member.size >= kWord &&
               member.size <= kNodeSize && member.offset <= kNodeSize - member.size;
    };
    if (!layout.has(pivot) || !layout.has(slot) || !fits(pivots) || !fits(slots)) {
        return std::nullopt;
    }
    const std::size_t slot_count = slots.size / kWord;
    return NodeShape{.pivots = pivots.offset,
                     .pivot_count = std::min<std::size_t>(pivots.size / kWord, slot_count - 1),
                     .slots = slots.offset,
                     .slot_count = slot_count};
}

/// Still to be looked at.
struct Pending {
    std::uint64_t pointer = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::size_t depth = 0;
};

class Walk {
  public:
    explicit Walk(const KernelMemory& kernel)
        : kernel_(kernel),
          range_(shape(kernel.layout(), Field::maple_range_pivot, Field::maple_range_slot)),
          allocation_range_(shape(kernel.layout(), Field::maple_arange_pivot, Field::maple_arange_slot)) {}

    MapleEntries run(VirtAddr tree) {
        const auto root = kernel_.number(tree, Field::maple_tree_root);
        if (!root) {
            found_.complete = false;
        } else if (is_internal(*root) && *root >= kFirstUnreserved) {
            pending_.push_back({.pointer = *root, .first = 0, .last = ~std::uint64_t{0}, .depth = 0});
            while (!pending_.empty()) {
                const Pending next = pending_.back();
                pending_.pop_back();
                visit(next);
            }
        } else if (*root != 0) {
            // A tree of one entry, which is that of index 0.
            add({.first = 0, .last = 0, .value = *root});
        }
        return std::move(found_);
    }

  private:
    void visit(const Pending& at) {
        const Encoded encoded = decode(at.pointer);
        const auto& node_shape = encoded.type == NodeType::allocation_range ? allocation_range_ : range_;
        std::array<std::byte, kNodeSize> node;
        if (encoded.type < NodeType::leaf || encoded.type > NodeType::allocation_range || !node_shape ||
            is_above(encoded.node, at.depth) || total_++ >= kMaxTotal ||
            !kernel_.memory().fill(VirtAddr{encoded.node}, node) || is_dead(encoded.node, node)) {
            found_.complete = false;
            return;
        }
        above_[at.depth] = encoded.node;
        read_slots(at, encoded.type == NodeType::leaf, *node_shape, node);
    }

    void read_slots(const Pending& at, bool leaf, const NodeShape& node_shape, std::span<const std::byte> node) {
        const auto word = [&](std::size_t offset, std::size_t index) {
            return number_at<std::uint64_t>(node, offset + index * kWord);
        };
        const std::size_t first_child = pending_.size();
        std::uint64_t first = at.first;
        for (std::size_t i = 0; i < node_shape.slot_count; ++i) {
            // Behind the used slots the pivots are 0. The last used slot goes to the end of the node's own range.
            const std::uint64_t pivot = i < node_shape.pivot_count ? word(node_shape.pivots, i) : at.last;
            const std::uint64_t last = pivot < first ? at.last : pivot;
            if (last > at.last || (pivot < first && pivot != 0)) {
                found_.complete = false;
                break;
            }
            const std::uint64_t slot = word(node_shape.slots, i);
            if (leaf) {
                add({.first = first, .last = last, .value = slot});
            } else {
                descend({.pointer = slot, .first = first, .last = last, .depth = at.depth + 1});
            }
            if (last == at.last) {
                break;
            }
            first = last + 1;
        }
        std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first_child), pending_.end());
    }

    void add(const MapleEntry& entry) {
        if (entry.value == 0 || (is_internal(entry.value) && entry.value < kFirstUnreserved)) {
            return;
        }
        if (total_++ >= kMaxTotal) {
            found_.complete = false;
            return;
        }
        found_.entries.push_back(entry);
    }

    void descend(const Pending& child) {
        if (child.pointer < kFirstUnreserved || child.depth >= kMaxDepth) {
            found_.complete = false;
            return;
        }
        pending_.push_back(child);
    }

    [[nodiscard]] bool is_above(std::uint64_t node, std::size_t depth) const {
        const auto end = above_.begin() + static_cast<std::ptrdiff_t>(depth);
        return std::find(above_.begin(), end, node) != end;
    }

    /// A node that has been replaced is its own parent (mte_set_node_dead in lib/maple_tree.c).
    [[nodiscard]] bool is_dead(std::uint64_t address, std::span<const std::byte> node) const {
        const std::uint64_t offset = kernel_.layout()[Field::maple_range_parent].offset;
        return kernel_.has(Field::maple_range_parent) && offset <= kNodeSize - kWord &&
               (number_at<std::uint64_t>(node, offset) & ~kNodeMask) == address;
    }

    const KernelMemory& kernel_;
    std::optional<NodeShape> range_;
    std::optional<NodeShape> allocation_range_;
    MapleEntries found_;
    std::vector<Pending> pending_;
    std::array<std::uint64_t, kMaxDepth> above_{};
    std::size_t total_ = 0;
};

}  // namespace

MapleEntries maple_entries(const KernelMemory& kernel, VirtAddr tree) {
    return Walk(kernel).run(tree);
}

}  // namespace hvgdb::osi
