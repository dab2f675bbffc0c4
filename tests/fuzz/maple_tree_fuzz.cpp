// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever memory holds: the entries of a maple tree are in order, and not too many.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "osi/linux/maple_tree.hpp"
#include "tests/fuzz/wrapped_memory.hpp"
#include "tests/osi/fake_maple_tree.hpp"

namespace {

void require(bool holds, std::string_view what) {
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hvgdb;
    constexpr std::size_t kMostEntries = std::size_t{128} * 1024;
    osi::Layout layout;
    osi::add_maple_fields(layout);
    const osi::WrappedMemory memory(std::span(data, size));
    const auto found = osi::maple_entries(osi::KernelMemory(memory, layout), VirtAddr{std::uint64_t{1} << 63});
    require(found.entries.size() <= kMostEntries, "too many entries");
    const osi::MapleEntry* previous = nullptr;
    for (const auto& entry : found.entries) {
        require(entry.first <= entry.last, "an entry ends before it starts");
        require(previous == nullptr || previous->last < entry.first, "entries overlap");
        require(entry.value != 0, "an empty entry");
        previous = &entry;
    }
    return 0;
}
