// SPDX-License-Identifier: GPL-2.0-or-later
// The input as a kernel's memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// Over and over again through the upper half of the address space, so that most pointers lead somewhere. The lower
/// half is empty.
class WrappedMemory final : public MemoryReader {
  public:
    explicit WrappedMemory(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        if (address.value >> 63 == 0 || bytes_.empty()) {
            return 0;
        }
        std::size_t offset = address.value % bytes_.size();
        for (std::size_t done = 0; done < out.size();) {
            const std::size_t count = std::min(out.size() - done, bytes_.size() - offset);
            std::memcpy(out.data() + done, bytes_.data() + offset, count);
            done += count;
            offset = 0;
        }
        return out.size();
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

}  // namespace hvgdb::osi
