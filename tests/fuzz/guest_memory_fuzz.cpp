// SPDX-License-Identifier: GPL-2.0-or-later
// Any guest memory, any root and any address: reading ends, stays in its buffer and agrees with the thorough walk. The
// input is a byte of settings, root and address (8 bytes each), and the memory, which repeats with gaps.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "emulator/hex.hpp"
#include "osi/guest_memory.hpp"
#include "osi/x86_page_walk.hpp"
#include "tests/fuzz/fuzzed_ram.hpp"

namespace {

using namespace hvgdb;

constexpr std::size_t kMost = 0x3000;

std::uint64_t take(std::span<const std::uint8_t>& input) {
    std::array<std::uint8_t, 8> bytes{};
    const auto count = std::min(bytes.size(), input.size());
    std::copy_n(input.begin(), count, bytes.begin());
    input = input.subspan(count);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input(data, size);
    const unsigned settings = input.empty() ? 0 : input.front();
    input = input.subspan(input.empty() ? 0 : 1);
    const AddressSpace space{take(input)};
    const VirtAddr address{take(input)};
    const FuzzedRam physical(input);
    const osi::X86Paging paging{.levels = 4 + (settings & 1), .execute_disable = (settings & 2) != 0};
    osi::GuestMemory memory(physical, paging);

    std::array<std::byte, kMost + 1> out{};
    out.back() = std::byte{0x5a};
    const std::size_t got = memory.read(space, address, std::span(out).first(kMost));
    require(got <= kMost && out.back() == std::byte{0x5a});
    require(got == 0 || address.value + got - 1 >= address.value);

    const auto thorough = osi::walk_x86_pages(space, address, paging, [&](PhysAddr where) -> Expected<std::uint64_t> {
        std::array<std::byte, 8> bytes{};
        return physical.read(where, bytes) == bytes.size() ? Expected<std::uint64_t>(load_little_endian(bytes))
                                                           : fail(Errc::fault, "hole");
    });
    const auto first = memory.translate(space, address);
    memory.forget();
    require(first == memory.translate(space, address));
    require(!thorough || (first && first->value == thorough->physical.value));
    return 0;
}
