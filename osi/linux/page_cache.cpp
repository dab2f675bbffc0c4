// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/page_cache.hpp"

#include <bit>

namespace hvgdb::osi {

namespace {

constexpr unsigned kPageShift = 12;
constexpr std::uint64_t kWord = 8;
constexpr std::uint64_t kPages = std::uint64_t{1} << (52 - kPageShift);  // that a machine can have

// Entries of an xarray (include/linux/xarray.h).
constexpr std::uint64_t kEmpty = 0;
constexpr std::uint64_t kLastSmallInternal = 4096;  // nodes are above
constexpr std::uint64_t kZeroEntry = 257;

bool is_value(std::uint64_t entry) {
    return (entry & 1) != 0;
}

bool is_internal(std::uint64_t entry) {
    return (entry & 3) == 2;
}

bool is_node(std::uint64_t entry) {
    return is_internal(entry) && entry > kLastSmallInternal;
}

VirtAddr node_of(std::uint64_t entry) {
    return VirtAddr{entry & ~std::uint64_t{3}};
}

/// How many index bits a node takes; nothing when the layout makes no sense.
std::optional<unsigned> chunk_bits(const Layout& layout) {
    constexpr std::uint64_t kMostSlots = 256;
    const Member& slots = layout[Field::xa_node_slots];
    const std::uint64_t count = slots.size / kWord;
    const bool sensible = layout.has(Field::xa_node_slots) && slots.element_size == kWord && count > 1 &&
                          count <= kMostSlots && std::has_single_bit(count);
    return sensible ? std::optional(static_cast<unsigned>(std::countr_zero(count))) : std::nullopt;
}

/// The slots of one node.
class Node {
  public:
    Node(const KernelMemory& kernel, VirtAddr slots, unsigned bits) : kernel_(kernel), slots_(slots), bits_(bits) {}

    /// A slot behind the first of those that one large entry fills says where that one is.
    [[nodiscard]] std::optional<std::uint64_t> entry(std::uint64_t index) const {
        const auto found = slot(index);
        const bool sibling = found && is_internal(*found) && (*found >> 2) < (std::uint64_t{1} << bits_);
        if (!sibling) {
            return found;
        }
        const auto first = slot(*found >> 2);
        return first && !is_internal(*first) ? first : std::nullopt;
    }

  private:
    [[nodiscard]] std::optional<std::uint64_t> slot(std::uint64_t index) const {
        return kernel_.memory().number(VirtAddr{slots_.value + index * kWord}, kWord);
    }

    const KernelMemory& kernel_;
    VirtAddr slots_;
    unsigned bits_;
};

}  // namespace

std::optional<PageCache::Place> PageCache::find(VirtAddr mapping, std::uint64_t index) const {
    const auto found = is_kernel_pointer(mapping) ? entry(mapping, index) : std::nullopt;
    if (!found || (is_internal(*found) && *found >> 2 != kZeroEntry)) {
        return std::nullopt;  // the kernel is just changing it
    }
    if (*found == kEmpty || is_internal(*found)) {
        return Place{};
    }
    if (is_value(*found)) {
        return Place{.state = State::outside, .physical = {}};
    }
    const auto page = in_folio(mapping, VirtAddr{*found}, index);
    const auto physical = page && is_filled(VirtAddr{*found}) ? physical_of(*page) : std::nullopt;
    return physical ? std::optional(Place{.state = State::present, .physical = *physical}) : std::nullopt;
}

/// The last one on the way, which is no node.
std::optional<std::uint64_t> PageCache::entry(VirtAddr mapping, std::uint64_t index) const {
    constexpr std::uint64_t kIndexBits = 64;
    const auto bits = chunk_bits(kernel_.layout());
    auto next = kernel_.number(mapping, Field::address_space_pages);
    if (!bits || !next) {
        return std::nullopt;
    }
    if (!is_node(*next)) {
        return index == 0 ? *next : kEmpty;
    }
    std::uint64_t above = kIndexBits;
    while (next && is_node(*next)) {
        const VirtAddr node = node_of(*next);
        const auto shift = kernel_.number(node, Field::xa_node_shift);
        const auto slots = kernel_.place(node, Field::xa_node_slots);
        if (!shift || !slots || *shift >= above || !is_kernel_pointer(node)) {
            return std::nullopt;
        }
        const std::uint64_t number = index >> *shift;
        const std::uint64_t count = std::uint64_t{1} << *bits;
        if (above == kIndexBits && number >= count) {
            return kEmpty;
        }
        above = *shift;
        next = Node(kernel_, *slots, *bits).entry(number & (count - 1));
    }
    return next;
}

/// The page for `index` of the folio that begins at `head`.
std::optional<VirtAddr> PageCache::in_folio(VirtAddr mapping, VirtAddr head, std::uint64_t index) const {
    const Field field = kernel_.has(Field::folio_index) ? Field::folio_index : Field::page_index;
    const auto first = is_kernel_pointer(head) ? kernel_.number(head, field) : std::nullopt;
    if (!first || *first > index || index - *first >= kPages) {
        return std::nullopt;
    }
    const VirtAddr page{head.value + (index - *first) * kernel_.layout().size_of(Structure::page)};
    return head_of(page) == head && !counts_huge_pages(mapping) ? std::optional(page) : std::nullopt;
}

/// Whether the folio has the file's bytes already. It is locked while they are read. Where the types do not tell,
/// PG_uptodate is bit 2 in older kernels and bit 3 in newer ones, where bit 2 says that the page was used; with
/// neither, reading has failed.
bool PageCache::is_filled(VirtAddr head) const {
    constexpr std::uint64_t kLocked = 1 << 0;
    constexpr std::uint64_t kEitherUpToDate = 1 << 2 | 1 << 3;
    constexpr std::uint64_t kFlagBits = 64;
    const std::uint64_t bit = kernel_.layout()[Field::page_flag_up_to_date].offset;
    const bool is_known = kernel_.has(Field::page_flag_up_to_date) && bit < kFlagBits;
    const std::uint64_t up_to_date = is_known ? std::uint64_t{1} << bit : kEitherUpToDate;
    const auto flags = kernel_.number(head, Field::page_flags);
    return flags && (*flags & kLocked) == 0 && (*flags & up_to_date) != 0;
}

/// hugetlbfs counts its pages, not those of 4 KiB, in its xarrays (before 6.7). No other file system has blocks that
/// large.
bool PageCache::counts_huge_pages(VirtAddr mapping) const {
    constexpr std::uint64_t kHugeBits = 21;
    const auto inode = kernel_.pointer(mapping, Field::address_space_host);
    const auto bits = inode && is_kernel_pointer(*inode) ? kernel_.number(*inode, Field::inode_block_bits)
                                                         : std::optional<std::uint64_t>(0);
    return bits.value_or(0) >= kHugeBits;
}

/// A tail page has bit 0 set in a word that holds the head's address, or (since 7.1, where struct page has a size that
/// is a power of two) a mask that makes the head's address of its own (include/linux/page-flags.h).
std::optional<VirtAddr> PageCache::head_of(VirtAddr page) const {
    constexpr std::uint64_t kLargestFolio = std::uint64_t{1} << 30;
    const Field field = kernel_.has(Field::page_compound_head) ? Field::page_compound_head : Field::page_compound_info;
    const auto word = kernel_.number(page, field);
    if (!word) {
        return std::nullopt;
    }
    if ((*word & 1) == 0) {
        return page;
    }
    const std::uint64_t value = *word & ~std::uint64_t{1};
    const std::uint64_t reach = ~value + 1;
    const bool mask = std::has_single_bit(reach) &&
                      reach <= (kLargestFolio >> kPageShift) * kernel_.layout().size_of(Structure::page);
    return VirtAddr{mask ? page.value & value : value};
}

/// Where the struct page of page 0 is. A kernel that does not move its areas about has no variable for it; then it is
/// one of two places (Documentation/arch/x86/x86_64/mm.rst), of which one is mapped.
std::optional<std::uint64_t> PageCache::vmemmap() const {
    constexpr std::uint64_t kFourLevels = 0xffff'ea00'0000'0000;
    constexpr std::uint64_t kFiveLevels = 0xffd4'0000'0000'0000;
    if (const auto variable = symbols_[KernelSymbol::vmemmap_base]) {
        return kernel_.memory().number(*variable, kWord);
    }
    for (const std::uint64_t base : {kFourLevels, kFiveLevels}) {
        if (kernel_.memory().number(VirtAddr{base}, kWord)) {
            return base;
        }
    }
    return std::nullopt;
}

std::optional<PhysAddr> PageCache::physical_of(VirtAddr page) const {
    const std::uint64_t size = kernel_.layout().size_of(Structure::page);
    const auto base = vmemmap();
    if (!base || size == 0 || page.value < *base || (page.value - *base) % size != 0) {
        return std::nullopt;
    }
    const std::uint64_t number = (page.value - *base) / size;
    return number < kPages ? std::optional(PhysAddr{number << kPageShift}) : std::nullopt;
}

std::optional<VirtAddr> PageCache::page_of(PhysAddr physical) const {
    const std::uint64_t size = kernel_.layout().size_of(Structure::page);
    const std::uint64_t number = physical.value >> kPageShift;
    const auto base = vmemmap();
    if (!base || size == 0 || number >= kPages) {
        return std::nullopt;
    }
    return VirtAddr{*base + number * size};
}

}  // namespace hvgdb::osi
