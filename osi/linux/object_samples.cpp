// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/object_samples.hpp"

#include <algorithm>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

ObjectSamples::ObjectSamples(const MemoryReader& memory, std::span<const VirtAddr> objects, std::int64_t first,
                             std::int64_t end)
    : objects_(objects.begin(), objects.end()), first_(first), end_(end), bytes_(stride() * objects.size()) {
    copied_.reserve(objects_.size());
    for (std::size_t index = 0; index < objects_.size(); ++index) {
        copied_.push_back(copy(memory, objects_[index], std::span(bytes_).subspan(index * stride(), stride())));
    }
}

ObjectSamples::Copied ObjectSamples::copy(const MemoryReader& memory, VirtAddr object, std::span<std::byte> out) const {
    constexpr std::uint64_t kPage = 4096;
    const auto here = static_cast<std::size_t>(-first_);
    Copied copied{here, here + memory.read(object, out.subspan(here))};
    while (copied.start > 0) {
        const std::uint64_t above = object.value - (here - copied.start);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>((above - 1) % kPage + 1, copied.start));
        if (!memory.fill(VirtAddr{above - count}, out.subspan(copied.start - count, count))) {
            break;
        }
        copied.start -= count;
    }
    return copied;
}

std::optional<std::uint64_t> ObjectSamples::number(std::size_t index, std::int64_t offset, std::size_t size) const {
    const auto at = static_cast<std::size_t>(offset - first_);
    if (offset < first_ || at < copied_[index].start || at + size > copied_[index].end) {
        return std::nullopt;
    }
    return load_little_endian(std::span(bytes_).subspan(index * stride() + at, size));
}

}  // namespace hvgdb::osi
