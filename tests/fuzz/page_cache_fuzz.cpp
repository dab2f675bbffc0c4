// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever memory holds: looking for a file's page ends, and what is found is a frame that a machine can have.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "osi/linux/page_cache.hpp"
#include "tests/fuzz/wrapped_memory.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace {

using namespace hvgdb;

void require(bool holds, std::string_view what) {
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

/// Counts what is asked of the memory.
class CountedMemory final : public osi::MemoryReader {
  public:
    explicit CountedMemory(std::span<const std::uint8_t> bytes) : memory_(bytes) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        ++reads;
        return memory_.read(address, out);
    }
    mutable unsigned reads = 0;

  private:
    osi::WrappedMemory memory_;
};

/// As small as it may be, so that short inputs have many levels.
osi::Layout small_layout() {
    osi::FakeLayout fields;
    fields.add(osi::Field::page_flags)
        .add(osi::Field::address_space_pages)
        .add(osi::Field::xa_node_shift, 1)
        .add(osi::Field::xa_node_slots, 16 * 8, 8)
        .add(osi::Field::page_compound_head)
        .add(osi::Field::page_index)
        .set(osi::Structure::page, 32);
    return fields.layout();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr unsigned kMostReads = 256;
    constexpr std::uint64_t kFrames = std::uint64_t{1} << 52;
    static const osi::Layout kLayout = small_layout();
    if (size < sizeof(std::uint64_t)) {
        return 0;
    }
    std::uint64_t index = 0;
    std::memcpy(&index, data, sizeof index);
    const CountedMemory memory(std::span(data, size).subspan(sizeof index));
    const osi::KernelMemory kernel(memory, kLayout);
    const osi::KernelSymbols symbols;
    const osi::PageCache cache(kernel, symbols);
    const auto found = cache.find(VirtAddr{std::uint64_t{1} << 63}, index);
    require(memory.reads <= kMostReads, "too many reads");
    if (found && found->state == osi::PageCache::State::present) {
        require(found->physical.value % 4096 == 0 && found->physical.value < kFrames, "no frame");
        const auto page = cache.page_of(found->physical);
        require(page && cache.physical_of(*page) == found->physical, "another frame on the way back");
    }
    return 0;
}
