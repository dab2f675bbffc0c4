// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_image.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace hvgdb::osi {

namespace {

/// __START_KERNEL_map and KERNEL_IMAGE_SIZE with a random base (arch/x86/include/asm/page_64_types.h); modules begin
/// behind it.
constexpr VirtAddr kRegionStart{0xffffffff80000000};
constexpr VirtAddr kRegionEnd{0xffffffffc0000000};

constexpr std::uint64_t kLargestHole = 16u << 20;
/// The page tables that the kernel starts with map 512 MiB and more, whatever is there.
constexpr std::uint64_t kLargestImage = 256u << 20;

/// As far as its first large hole. Nothing when nothing is mapped.
std::optional<KernelImage> first_image(const GuestMemory& memory, AddressSpace root) {
    KernelImage image{root, mapped_ranges(memory.physical(), root, memory.paging(), kRegionStart, kRegionEnd), {}};
    if (image.ranges.empty()) {
        return std::nullopt;
    }
    const auto hole = std::ranges::adjacent_find(
        image.ranges, [](const auto& a, const auto& b) { return b.start.value - a.end() > kLargestHole; });
    if (hole != image.ranges.end()) {
        image.ranges.erase(hole + 1, image.ranges.end());
    }
    image.text = image.ranges.front().start;
    return image;
}

bool is_whole(const KernelImage& image) {
    return std::ranges::any_of(image.ranges, &ImageRange::write) &&
           std::ranges::any_of(image.ranges, &ImageRange::execute);
}

}  // namespace

Expected<KernelImage> find_kernel_image(GuestMemory& memory, AddressSpace current) {
    const auto none = [](const char* why) { return fail(Errc::unsupported, std::string("no kernel yet: ") + why); };
    auto image = first_image(memory, current);
    if (!image) {
        return none("nothing is mapped where Linux has its image");
    }
    if (!is_whole(*image)) {
        // A user's root: it shows code, perhaps constants, but nothing that can be written to.
        const bool shows_code = std::ranges::any_of(image->ranges, &ImageRange::execute);
        auto twin = first_image(memory, isolation_twin(current));
        if (!shows_code || !twin || !is_whole(*twin) || !twin->contains(image->text)) {
            return none("what is mapped where Linux has its image is none");
        }
        image = std::move(twin);
    }
    if (image->end().value - image->text.value > kLargestImage) {
        return none("the page tables are those of its first steps");
    }
    return *std::move(image);
}

}  // namespace hvgdb::osi
