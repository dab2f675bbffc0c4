// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "emulator/physical_memory.hpp"

namespace hvgdb::emulator {

class Machine;

/// Guest RAM as a paused machine reads it: what to use where QEMU's memory is not at hand (see GuestRam). Each read
/// asks the machine; server's thread only. While the machine runs, or when it does not answer, everything is absent.
/// What a device serves cannot be told from RAM here, so addresses should come from where RAM is expected.
class MachineMemory final : public PhysicalMemory {
  public:
    /// `machine` must outlive it.
    explicit MachineMemory(Machine& machine) : machine_(machine) {}
    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override;

  private:
    Machine& machine_;
};

}  // namespace hvgdb::emulator
