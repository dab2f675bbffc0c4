// SPDX-License-Identifier: GPL-2.0-or-later
// Any page tables: looking for a kernel image ends, and what is found is in its place, in order and not empty. The
// input is a byte with the number of levels, the root (8 bytes) and the memory, which repeats with gaps.
#include <cstdint>
#include <cstring>
#include <span>

#include "osi/linux/kernel_image.hpp"
#include "tests/fuzz/fuzzed_ram.hpp"

using namespace hvgdb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::uint64_t root = 0;
    if (size < 1 + sizeof root) {
        return 0;
    }
    std::memcpy(&root, data + 1, sizeof root);
    const FuzzedRam physical(std::span(data, size).subspan(1 + sizeof root));
    osi::GuestMemory memory(physical, osi::X86Paging{.levels = 4U + data[0] % 2});
    const auto image = osi::find_kernel_image(memory, AddressSpace{root});
    if (!image) {
        require(image.error().detail.starts_with("no kernel yet: "));
        return 0;
    }
    std::uint64_t end = 0xffffffff80000000;
    require(image->text == image->ranges.front().start);
    for (const auto& range : image->ranges) {
        require(range.start.value >= end && range.size != 0 && range.size % 4096 == 0);
        end = range.end();
    }
    require(end <= 0xffffffffc0000000);
    return 0;
}
