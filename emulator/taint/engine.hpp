// SPDX-License-Identifier: GPL-2.0-or-later
// All there is of taint in a machine: labels, memory, and the registers of each vCPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "emulator/taint/compiler.hpp"
#include "emulator/taint/interpreter.hpp"
#include "emulator/taint/labels.hpp"
#include "emulator/taint/policy.hpp"
#include "emulator/taint/shadow_memory.hpp"
#include "emulator/taint/sink_table.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// Used by vCPU threads as VcpuTaint says, by all others only while the machine is paused, except where a part's own
/// header allows more.
class Engine {
  public:
    explicit Engine(unsigned vcpus);

    [[nodiscard]] LabelSets& labels() { return labels_; }
    [[nodiscard]] ShadowMemory& memory() { return memory_; }
    [[nodiscard]] const ShadowMemory& memory() const { return memory_; }
    [[nodiscard]] UnknownInstructions& unknown() { return unknown_; }
    /// They outlast the taint.
    [[nodiscard]] SinkTable& sinks() { return sinks_; }
    [[nodiscard]] std::size_t vcpu_count() const { return vcpus_.size(); }
    /// `vcpu.index < vcpu_count()`.
    [[nodiscard]] VcpuTaint& vcpu(VcpuId vcpu) { return *vcpus_.at(vcpu.index); }

    [[nodiscard]] const Policy& policy() const { return policy_; }
    /// Blocks have to be compiled anew: see policy_generation().
    void set_policy(const Policy& policy);
    [[nodiscard]] std::uint64_t policy_generation() const { return policy_generation_; }

    /// Something is tainted. While the machine runs: it was, a moment ago.
    [[nodiscard]] bool active() const;
    /// Somebody who is no vCPU wrote there, with data of his own. Any thread.
    void drop(PhysAddr address, std::uint64_t size) { memory_.clear(address, size); }
    /// Nothing is tainted afterwards, and all labels are forgotten.
    void clear();

  private:
    LabelSets labels_;
    ShadowMemory memory_;
    UnknownInstructions unknown_;
    SinkTable sinks_;
    std::vector<std::unique_ptr<VcpuTaint>> vcpus_;
    Policy policy_;
    std::uint64_t policy_generation_ = 0;
};

}  // namespace hvgdb::emulator::taint
