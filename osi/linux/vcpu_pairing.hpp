// SPDX-License-Identifier: GPL-2.0-or-later
// Which of Linux's CPUs each vCPU is.
#pragma once

#include <optional>
#include <vector>

#include "emulator/machine.hpp"
#include "osi/linux/per_cpu.hpp"

namespace hvgdb::osi {

/// The same as long as a kernel lives: a vCPU's registers are read until they have told once. Only what leaves no
/// doubt is remembered, since a program may have any number in its own GS base.
class VcpuPairing {
  public:
    /// Linux's number. Nothing for a vCPU that Linux has not started, and while the machine runs if it was not known
    /// before.
    [[nodiscard]] std::optional<unsigned> cpu_of(emulator::Machine& machine, VcpuId vcpu, const PerCpu& cpus);

  private:
    std::vector<std::optional<unsigned>> known_;
};

}  // namespace hvgdb::osi
