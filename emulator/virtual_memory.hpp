// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory through page tables, for reading on vCPU threads.
#pragma once

#include <cstddef>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// Reading never has an effect on the guest. Any number of threads at once.
class VirtualMemory {
  public:
    VirtualMemory() = default;
    virtual ~VirtualMemory() = default;

    /// How many bytes from the start are mapped and RAM. What is behind them in `out` is unspecified.
    [[nodiscard]] virtual std::size_t read(AddressSpace space, VirtAddr address, std::span<std::byte> out) const = 0;

  protected:
    VirtualMemory(const VirtualMemory&) = default;
    VirtualMemory& operator=(const VirtualMemory&) = default;
};

}  // namespace hvgdb::emulator
