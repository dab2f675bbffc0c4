// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/member_block.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kWord = 8;
static_assert(std::endian::native == std::endian::little, "numbers are copied out of little-endian memory");

}  // namespace

MemberBlock::MemberBlock(const KernelMemory& kernel, std::initializer_list<Field> fields)
    : kernel_(kernel), first_(~std::uint64_t{0}) {
    constexpr std::uint64_t kLargestOffset = 1 << 20;
    std::uint64_t end = 0;
    for (const Field field : fields) {
        if (kernel.has(field) && kernel.layout()[field].offset <= kLargestOffset) {
            const Member& member = kernel.layout()[field];
            first_ = std::min(first_, member.offset);
            end = std::max(end, member.offset + std::min(member.size, kWord));
        }
    }
    size_ = end > first_ && end - first_ <= kMaxSize ? end - first_ : 0;
}

bool MemberBlock::read(VirtAddr object) {
    start_ = VirtAddr{object.value + first_};
    return size_ != 0 && kernel_.memory().fill(start_, std::span(bytes_).first(size_));
}

std::uint64_t MemberBlock::number(Field field) const {
    const Member& member = kernel_.layout()[field];
    const std::uint64_t size = std::min(member.size, kWord);
    if (!kernel_.has(field) || member.offset < first_ || member.offset - first_ + size > size_) {
        return 0;
    }
    const std::byte* const start = bytes_.data() + (member.offset - first_);
    std::uint64_t value = 0;
    std::memcpy(&value, start, size);
    return value;
}

std::span<const std::byte> MemberBlock::bytes(VirtAddr address, std::size_t size) const {
    const std::uint64_t offset = address.value - start_.value;
    if (offset > size_ || size > size_ - offset) {
        return {};
    }
    return std::span(bytes_).subspan(offset, size);
}

}  // namespace hvgdb::osi
