// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kallsyms_addresses.hpp"

#include "osi/linux/little_endian.hpp"

namespace hvgdb::osi {
namespace {

std::uint64_t extended(std::int32_t number) {
    return static_cast<std::uint64_t>(std::int64_t{number});
}

}  // namespace

VirtAddr KallsymsAddresses::operator[](std::size_t index) const {
    const std::size_t offset = index * entry_size(encoding_);
    switch (encoding_) {
        case KallsymsEncoding::absolute:
            return VirtAddr{number_at<std::uint64_t>(table_, offset)};
        case KallsymsEncoding::base_relative:
            return VirtAddr{relative_base_ + number_at<std::uint32_t>(table_, offset)};
        case KallsymsEncoding::absolute_percpu: {
            const auto number = number_at<std::int32_t>(table_, offset);
            return VirtAddr{number >= 0 ? extended(number) : relative_base_ - 1 - extended(number)};
        }
        case KallsymsEncoding::place_relative:
            return VirtAddr{place_.value + offset + extended(number_at<std::int32_t>(table_, offset))};
    }
    return {};
}

bool KallsymsAddresses::is_marked_absolute(std::size_t index) const {
    return marks_absolute() && number_at<std::int32_t>(table_, index * entry_size(encoding_)) >= 0;
}

}  // namespace hvgdb::osi
