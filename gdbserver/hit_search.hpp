// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "emulator/machine.hpp"

namespace hvgdb::gdbserver {

/// The search for hits of watchpoints that QEMU has not told. When several vCPUs meet watchpoints at once, QEMU tells
/// of one; each other keeps its hit until the next time it stops for a reason of its own (QEMU, gdbstub/system.c,
/// gdb_vm_state_change: watchpoint_hit). So each that ran is let execute one instruction before the machine goes on.
class HitSearch {
  public:
    /// These vCPUs have still to be asked.
    void begin(std::vector<VcpuId> vcpus) {
        unasked_ = std::move(vcpus);
        found_.clear();
    }
    [[nodiscard]] std::optional<VcpuId> next() {
        if (unasked_.empty()) {
            return std::nullopt;
        }
        const auto vcpu = unasked_.back();
        unasked_.pop_back();
        return vcpu;
    }
    /// Whether a vCPU is executing its one instruction.
    [[nodiscard]] bool asking() const { return asking_; }
    void ask() { asking_ = true; }
    void answered(const emulator::MachineStop& stop) {
        asking_ = false;
        if (stop.reason == emulator::MachineStop::Reason::watchpoint) {
            found_.push_back(stop);
        }
    }
    [[nodiscard]] std::optional<emulator::MachineStop> take_found() {
        if (found_.empty()) {
            return std::nullopt;
        }
        auto stop = found_.back();
        found_.pop_back();
        return stop;
    }

  private:
    std::vector<VcpuId> unasked_;
    std::vector<emulator::MachineStop> found_;
    bool asking_ = false;
};

}  // namespace hvgdb::gdbserver
