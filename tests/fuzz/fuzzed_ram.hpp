// SPDX-License-Identifier: GPL-2.0-or-later
// The input as a guest's physical memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "emulator/physical_memory.hpp"

namespace hvgdb {

/// Over and over again, with gaps of kHole bytes between as many.
class FuzzedRam final : public emulator::PhysicalMemory {
  public:
    static constexpr std::uint64_t kHole = 0x40000;  ///< addresses with this bit are no RAM

    explicit FuzzedRam(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override {
        std::size_t done = 0;
        while (done < out.size() && !bytes_.empty() && ((address.value + done) & kHole) == 0) {
            const std::uint64_t at = address.value + done;
            const std::size_t place = at % bytes_.size();
            const std::size_t count = std::min({out.size() - done, bytes_.size() - place, kHole - at % kHole});
            std::memcpy(out.data() + done, bytes_.data() + place, count);
            done += count;
        }
        return done;
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

/// What must hold for every input.
inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace hvgdb
