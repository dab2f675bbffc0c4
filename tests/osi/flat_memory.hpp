// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of one piece, for what reads much of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "emulator/types.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

class FlatMemory final : public MemoryReader {
  public:
    FlatMemory(VirtAddr start, Bytes bytes) : start_(start), bytes_(std::move(bytes)) {}

    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        ++reads;
        const std::uint64_t offset = address.value - start_.value;
        if (offset >= bytes_.size()) {
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

    void put(VirtAddr address, std::uint64_t value) {
        for (std::size_t i = 0; i < sizeof(value); ++i) {
            bytes_.at(address.value - start_.value + i) = static_cast<std::byte>(value >> (8 * i));
        }
    }

    mutable std::uint64_t reads = 0;

  private:
    VirtAddr start_;
    Bytes bytes_;
};

}  // namespace hvgdb::osi
