// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a vCPU that was told to step did so.
#pragma once

#include "emulator/machine.hpp"

namespace hvgdb::gdbserver {

/// QEMU ends a single step now and then, on a busy machine, before the instruction has run. No instruction leaves
/// everything as it was, but for a jump to itself; and that may be done some times more.
class StepCheck {
  public:
    static constexpr unsigned kMostInARow = 3;

    /// The paused vCPU is going to step.
    void before(emulator::Machine& machine, VcpuId vcpu) {
        const auto block = machine.read_registers(vcpu);
        vcpu_ = vcpu;
        block_ = block ? *block : Bytes{};
    }
    /// It has to be told again.
    [[nodiscard]] bool stalled(emulator::Machine& machine, VcpuId vcpu) {
        const auto block = machine.read_registers(vcpu);
        const bool same = vcpu == vcpu_ && block && !block->empty() && *block == block_;
        in_a_row_ = same ? in_a_row_ + 1 : 0;
        if (!same || in_a_row_ > kMostInARow) {
            in_a_row_ = 0;
            return false;
        }
        return true;
    }

  private:
    VcpuId vcpu_;
    Bytes block_;
    unsigned in_a_row_ = 0;
};

}  // namespace hvgdb::gdbserver
