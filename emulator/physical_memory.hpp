// SPDX-License-Identifier: GPL-2.0-or-later
// Guest RAM by physical address, for reading.
#pragma once

#include <cstddef>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// Reading never has an effect on the guest: what is no RAM (a device's registers, a hole) reads as absent. While the
/// guest runs, what is read may be torn.
class PhysicalMemory {
  public:
    PhysicalMemory() = default;
    PhysicalMemory(const PhysicalMemory&) = delete;
    PhysicalMemory& operator=(const PhysicalMemory&) = delete;
    virtual ~PhysicalMemory() = default;

    /// How many bytes from the start could be read; 0 when there is no RAM at `address`. What is behind them in `out`
    /// is unspecified.
    [[nodiscard]] virtual std::size_t read(PhysAddr address, std::span<std::byte> out) const = 0;
    /// The bytes themselves, where they are in this process, `size` of them in one piece; null where they are not. They
    /// stay there as long as this object does, and change as the guest runs.
    [[nodiscard]] virtual const std::byte* in_place(PhysAddr address, std::size_t size) const {
        static_cast<void>(address);
        static_cast<void>(size);
        return nullptr;
    }
    /// Whether any thread may read, with the machine running or paused; else only who owns the machine.
    [[nodiscard]] virtual bool any_thread() const { return false; }
};

}  // namespace hvgdb::emulator
