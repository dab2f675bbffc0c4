// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/memory_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

bool MemoryReader::fill(VirtAddr address, std::span<std::byte> out) const {
    return read(address, out) == out.size();
}

std::optional<std::uint64_t> MemoryReader::number(VirtAddr address, std::size_t size) const {
    std::array<std::byte, 8> bytes{};
    if (size == 0 || size > bytes.size() || !fill(address, std::span(bytes).first(size))) {
        return std::nullopt;
    }
    return load_little_endian(std::span(bytes).first(size));
}

std::optional<VirtAddr> MemoryReader::pointer(VirtAddr address) const {
    const auto value = number(address, 8);
    return value ? std::optional(VirtAddr{*value}) : std::nullopt;
}

std::optional<std::string> MemoryReader::text(VirtAddr address, std::size_t limit) const {
    constexpr std::size_t kChunk = 256;
    std::array<std::byte, kChunk> bytes{};
    std::string found;
    while (found.size() < limit) {
        const std::size_t wanted = std::min(kChunk, limit - found.size());
        const std::size_t got = read(VirtAddr{address.value + found.size()}, std::span(bytes).first(wanted));
        const auto* start = reinterpret_cast<const char*>(bytes.data());
        const std::size_t length = strnlen(start, got);
        found.append(start, length);
        if (length < got) {
            return found;
        }
        if (got < wanted) {
            return found.empty() ? std::nullopt : std::optional(found);
        }
    }
    return found;
}

}  // namespace hvgdb::osi
