// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel that can be told, with words of it changed: telling its layout ends, whatever they are. The input is a
// sequence of 8-byte records: the kind of object and its number, the kind and number of what the word is to point to,
// the word's offset and what is added to it (2 bytes each).
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "tests/osi/made_up_kernel.hpp"

namespace {

using hvgdb::osi::MadeUpKernel;

std::uint64_t object(std::uint8_t kind, std::uint8_t number) {
    const unsigned index = number % MadeUpKernel::kTasks;
    switch (kind % 8) {
        case 0:
            return MadeUpKernel::task(index);
        case 1:
            return MadeUpKernel::space(index);
        case 2:
            return MadeUpKernel::table(index);
        case 3:
            return MadeUpKernel::stack(index);
        case 4:
            return MadeUpKernel::node(index);
        case 5:
            return MadeUpKernel::area(index, number / 16U % 4);
        case 6:
            return MadeUpKernel::kImage;
        default:
            return 0;
    }
}

std::uint16_t half_word(std::span<const std::uint8_t> bytes) {
    return static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kRecord = 8;
    constexpr std::size_t kMostChanges = 256;
    std::span<const std::uint8_t> input(data, size);
    MadeUpKernel kernel(size % 2 == 0 ? MadeUpKernel::Areas::tree : MadeUpKernel::Areas::list);
    for (std::size_t changes = 0; input.size() >= kRecord && changes < kMostChanges; ++changes) {
        const std::uint64_t where = object(input[0], input[1]) + half_word(input.subspan(4)) % 4096;
        kernel.memory.put(where, object(input[2], input[3]) + half_word(input.subspan(6)));
        input = input.subspan(kRecord);
    }
    (void)kernel.infer();
    return 0;
}
