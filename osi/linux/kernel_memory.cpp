// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kWord = 8;

std::uint64_t readable_size(const Member& member) {
    return member.size <= kWord ? member.size : member.element_size;
}

}  // namespace

std::optional<VirtAddr> KernelMemory::place(VirtAddr object, Field field) const {
    if (!layout_.has(field)) {
        return std::nullopt;
    }
    return VirtAddr{object.value + layout_[field].offset};
}

std::optional<std::uint64_t> KernelMemory::number(VirtAddr object, Field field) const {
    const auto where = place(object, field);
    return where ? memory_.number(*where, readable_size(layout_[field])) : std::nullopt;
}

std::optional<std::int64_t> KernelMemory::signed_number(VirtAddr object, Field field) const {
    const auto value = number(object, field);
    if (!value) {
        return std::nullopt;
    }
    const auto shift = static_cast<unsigned>(64 - 8 * readable_size(layout_[field]));
    return static_cast<std::int64_t>(*value << shift) >> shift;
}

std::optional<VirtAddr> KernelMemory::pointer(VirtAddr object, Field field) const {
    const auto where = place(object, field);
    return where ? memory_.pointer(*where) : std::nullopt;
}

std::optional<std::string> KernelMemory::text(VirtAddr object, Field field) const {
    constexpr std::uint64_t kLongestArray = 4096;
    const auto where = place(object, field);
    if (!where || layout_[field].size > kLongestArray) {
        return std::nullopt;
    }
    return memory_.text(*where, layout_[field].size);
}

}  // namespace hvgdb::osi
