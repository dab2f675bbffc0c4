// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/fault_in.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hvgdb::osi {

namespace {

using namespace area_flags;
using enum FaultedIn::Kind;

constexpr unsigned kPageShift = 12;
constexpr std::uint64_t kPageSize = std::uint64_t{1} << kPageShift;

}  // namespace

FaultedIn FaultIn::at(VirtAddr mm, const MemoryArea& area, VirtAddr address) const {
    const bool others = (area.flags & (kUserFaults | kBareFrames | kDevice | kHugePages)) != 0;
    if (others || (area.flags & kMayRead) == 0) {
        return {};
    }
    // vma_is_anonymous() of include/linux/mm.h. An area of /dev/zero has a file and is anonymous.
    if (area.ops.value == 0) {
        return {.kind = zeros, .page = {}};
    }
    if (area.file.value == 0) {
        return of_vdso(mm, address);
    }
    return of_file(area.file, area.page_offset + ((address.value - area.start.value) >> kPageShift));
}

FaultedIn FaultIn::of_file(VirtAddr file, std::uint64_t index) const {
    const auto mapping = is_kernel_pointer(file) ? kernel_.pointer(file, Field::file_mapping) : std::nullopt;
    const auto inode =
        mapping && is_kernel_pointer(*mapping) ? kernel_.pointer(*mapping, Field::address_space_host) : std::nullopt;
    const auto size = inode && is_kernel_pointer(*inode) ? kernel_.number(*inode, Field::inode_size) : std::nullopt;
    if (!size || index >= (*size >> kPageShift) + ((*size & (kPageSize - 1)) != 0 ? 1 : 0)) {
        return {};  // the process would get SIGBUS
    }
    const auto place = cache_.find(*mapping, index);
    if (place && place->state == PageCache::State::present) {
        return {.kind = page, .page = place->physical};
    }
    const bool hole = place && place->state == PageCache::State::absent && is_memory_file(*inode);
    return {.kind = hole ? zeros : nothing, .page = {}};
}

/// Regular files of these are in memory or in swap and nowhere else: what is in neither was never written.
bool FaultIn::is_memory_file(VirtAddr inode) const {
    constexpr std::array<std::string_view, 3> kInMemory{"tmpfs", "ramfs", "rootfs"};
    constexpr std::uint64_t kTypeBits = 0xf000;
    constexpr std::uint64_t kRegular = 0x8000;
    if ((kernel_.number(inode, Field::inode_mode).value_or(0) & kTypeBits) != kRegular) {
        return false;
    }
    const auto pointer = [&](std::optional<VirtAddr> object, Field field) {
        return object && is_kernel_pointer(*object) ? kernel_.pointer(*object, field) : std::nullopt;
    };
    const auto type = pointer(pointer(inode, Field::inode_super_block), Field::super_block_type);
    const auto name = pointer(type, Field::file_system_type_name);
    constexpr std::size_t kLongest = 16;
    const auto text = name && is_kernel_pointer(*name) ? kernel_.memory().text(*name, kLongest) : std::nullopt;
    return text && std::ranges::find(kInMemory, *text) != kInMemory.end();
}

/// The kernel has the vDSO's pages in its image, for all processes (arch/x86/entry/vdso/vma.c vdso_fault()).
FaultedIn FaultIn::of_vdso(VirtAddr mm, VirtAddr address) const {
    const auto start = kernel_.pointer(mm, Field::mm_vdso);
    const auto image = kernel_.pointer(mm, Field::mm_vdso_image);
    const bool there = start && image && is_kernel_pointer(*image) && *start <= address;
    const auto data = there ? kernel_.pointer(*image, Field::vdso_image_data) : std::nullopt;
    const auto size = there ? kernel_.number(*image, Field::vdso_image_size) : std::nullopt;
    const std::uint64_t offset = there ? (address.value - start->value) & ~(kPageSize - 1) : 0;
    if (!data || !size || !is_kernel_pointer(*data) || offset >= *size) {
        return {};
    }
    const auto physical = translate_(VirtAddr{data->value + offset});
    return physical && (physical->value & (kPageSize - 1)) == 0 ? FaultedIn{.kind = page, .page = *physical}
                                                                : FaultedIn{};
}

}  // namespace hvgdb::osi
