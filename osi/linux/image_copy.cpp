// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/image_copy.hpp"

#include <algorithm>

namespace hvgdb::osi {

namespace {

bool is_constant(const ImageRange& range) {
    return !range.write && !range.execute;
}

}  // namespace

std::optional<ImageCopy> ImageCopy::constants(GuestMemory& memory, const KernelImage& image) {
    constexpr std::uint64_t kSmallest = 1u << 20;
    std::uint64_t largest = 0;
    const ImageRange* found = nullptr;
    for (const auto& range : image.ranges) {
        if (is_constant(range) && range.size > largest) {
            largest = range.size;
            found = &range;
        }
    }
    if (largest < kSmallest || largest > kLargest) {
        return std::nullopt;
    }
    ImageCopy copy(found->start, largest);
    copy.copy(memory, image.root, *found);
    return copy;
}

ImageCopy ImageCopy::whole(GuestMemory& memory, const KernelImage& image) {
    ImageCopy copy(image.text, std::min(image.end().value - image.text.value, kLargest));
    std::uint64_t done = image.text.value;
    for (const auto& range : image.ranges) {
        const auto from = copy.bytes_.get() + std::min<std::uint64_t>(done - image.text.value, copy.size_);
        const auto to = copy.bytes_.get() + std::min<std::uint64_t>(range.start.value - image.text.value, copy.size_);
        std::fill(from, to, std::byte{0});
        copy.copy(memory, image.root, range);
        done = range.end();
    }
    return copy;
}

ImageCopy::ImageCopy(VirtAddr base, std::size_t size)
    : base_(base), size_(size), bytes_(std::make_unique_for_overwrite<std::byte[]>(size)) {}

/// As much of the range as there is place for.
void ImageCopy::copy(GuestMemory& memory, AddressSpace space, const ImageRange& range) {
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t offset = range.start.value - base_.value;
    if (offset >= size_) {
        return;
    }
    const std::span out(bytes_.get() + offset, std::min(range.size, size_ - offset));
    for (std::size_t done = 0; done < out.size();) {
        const VirtAddr at{range.start.value + done};
        done += memory.read(space, at, out.subspan(done));
        // What is no RAM is passed over by the page.
        const std::size_t next = std::min<std::size_t>(out.size(), (done / kPage + 1) * kPage);
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.begin() + static_cast<std::ptrdiff_t>(next),
                  std::byte{0});
        done = next;
    }
}

std::optional<std::span<const std::byte>> ImageCopy::part(VirtAddr start, VirtAddr end) const {
    const std::uint64_t offset = start.value - base_.value;
    if (start < base_ || end <= start || end.value - base_.value > size_) {
        return std::nullopt;
    }
    return bytes().subspan(offset, end.value - start.value);
}

}  // namespace hvgdb::osi
