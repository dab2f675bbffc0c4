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
/// Its request to stop may come late too, and then ends that step before the instruction: so the step is repeated.
class HitSearch {
  public:
    /// For all vCPUs of a search. A `rep` may stay at its place for long, and that is no reason to ask on.
    static constexpr unsigned kMaxRepeats = 4;

    /// These vCPUs have still to be asked.
    void begin(std::vector<VcpuId> vcpus) {
        unasked_ = std::move(vcpus);
        found_.clear();
        repeats_ = 0;
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
    [[nodiscard]] bool asking() const { return asked_.has_value(); }
    /// It is, and stood there before.
    void ask(VcpuId vcpu, VirtAddr pc) { asked_ = {vcpu, pc}; }
    /// Where the vCPU stands now is asked of `pc_of` when `stop` tells of no hit.
    template <typename PcOf>
    void answered(const emulator::MachineStop& stop, const PcOf& pc_of) {
        const auto asked = std::exchange(asked_, std::nullopt);
        if (stop.reason == emulator::MachineStop::Reason::watchpoint) {
            found_.push_back(stop);
        } else if (asked && repeats_ < kMaxRepeats && pc_of(asked->first) == asked->second) {
            ++repeats_;
            unasked_.push_back(asked->first);
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
    std::optional<std::pair<VcpuId, VirtAddr>> asked_;
    unsigned repeats_ = 0;
};

}  // namespace hvgdb::gdbserver
