// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/private_page.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::string_view kUnknown = "may be shared: the kernel's notes about it cannot be read";
constexpr std::string_view kKernels = "is the kernel's own, as the page of zeros is that untouched memory shows";
constexpr std::string_view kFiles = "is the file's own, and the process has no copy of it yet";
constexpr std::string_view kMerged = "is shared with equal pages (KSM); hvgdb does not split it";
constexpr std::string_view kCopyOnWrite = "is shared copy-on-write; hvgdb does not split it";
constexpr std::string_view kInSwap = "is in the swap cache, where others may find it";
constexpr std::string_view kLarge = "is part of a large one that may be shared copy-on-write; hvgdb does not split it";

/// The page behind it belongs to the same folio. Nothing is mapped there behind the last page of all.
bool has_tail(const KernelMemory& kernel, const PageCache& cache, VirtAddr head) {
    return cache.head_of(VirtAddr{head.value + kernel.layout().size_of(Structure::page)}) == head;
}

/// `mapping` is the struct page's: a pointer, whose low bits tell to what.
std::optional<std::string_view> why_not_anonymous(std::uint64_t mapping) {
    constexpr std::uint64_t kKind = 3;
    constexpr std::uint64_t kAnonymous = 1;
    constexpr std::uint64_t kSamePages = 3;
    if ((mapping & kKind) == kAnonymous) {
        return std::nullopt;
    }
    return (mapping & kKind) == kSamePages ? kMerged : mapping == 0 ? kKernels : kFiles;
}

}  // namespace

std::optional<std::string_view> why_not_private(const KernelMemory& kernel, const PageCache& cache, PhysAddr physical) {
    const auto page = cache.page_of(physical);
    const auto head = page ? cache.head_of(*page) : std::nullopt;
    const auto mapping = head ? kernel.number(*head, Field::page_mapping) : std::nullopt;
    const auto count = page ? kernel.signed_number(*page, Field::page_mapcount) : std::nullopt;
    const auto swap = page ? kernel.number(*page, Field::page_private) : std::nullopt;
    if (!mapping || !count || !swap) {
        return kUnknown;
    }
    if (const auto other = why_not_anonymous(*mapping)) {
        return other;
    }
    if (*head != *page || has_tail(kernel, cache, *page)) {
        return kLarge;
    }
    // How often page tables map it, less one. An anonymous page's `private` says where it is in swap.
    if (*count != 0) {
        return kCopyOnWrite;
    }
    return *swap != 0 ? std::optional(kInSwap) : std::nullopt;
}

}  // namespace hvgdb::osi
