// SPDX-License-Identifier: GPL-2.0-or-later
// What happens when a vCPU arrives at an instruction with sites: run their callbacks, let it pass, or park it.
// Knows no QEMU.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/site_registry.hpp"

namespace hvgdb::emulator {

/// A parked vCPU executes the same instruction again and again without ever completing it, until the machine is paused;
/// so arrive() is called again and again too, and runs the callbacks on the first arrival only.
class Parking {
  public:
    enum class Action : std::uint8_t {
        go_on,
        park,        ///< leave the block for this same instruction
        park_first,  ///< the same, and tell the server: it has to pause the machine
    };

    explicit Parking(unsigned vcpus) : vcpus_(vcpus) {}

    /// The vCPU's thread: it is about to execute the instruction at vcpu.pc(), on which `slots` have a callback.
    [[nodiscard]] Action arrive(VcpuContext& vcpu, std::span<Slot* const> slots);
    /// The vCPU's thread: an exception or interrupt came while `pc` was the next instruction.
    void restarted(VcpuId vcpu, VirtAddr pc);

    // The server's thread, while no vCPU executes.
    struct Parked {
        VirtAddr pc;
        AddressSpace space;
        SiteSpec where;
    };
    /// Where the vCPU is parked and why, if the site that stopped it is still enabled.
    [[nodiscard]] std::optional<Parked> parked(VcpuId vcpu);
    void forget_parked(VcpuId vcpu);
    /// See Instrumentation::pass_once.
    void pass_once(VcpuId vcpu, VirtAddr pc, AddressSpace space);
    /// Parked vCPUs report again when they come back. A pass that was not used yet is void unless its vCPU still
    /// `stands_at` that place.
    void prepare_resume(const std::function<bool(VcpuId, VirtAddr)>& stands_at);

  private:
    struct Pass {
        VirtAddr pc;
        AddressSpace space;
        bool fresh = true;       ///< made since the last resume
        bool used = false;       ///< the instruction was let through
        bool restarted = false;  ///< and did not complete
    };
    struct Vcpu {
        std::mutex mutex;
        std::optional<Pass> pass;
        std::optional<Parked> parked;
        Slot* parked_by = nullptr;
        bool announced = false;
    };

    static bool let_pass(Vcpu& state, VirtAddr pc, AddressSpace space);
    static bool still_parked(Vcpu& state, VirtAddr pc, AddressSpace space);
    static Slot* run_callbacks(VcpuContext& vcpu, std::span<Slot* const> slots);

    std::vector<Vcpu> vcpus_;
};

}  // namespace hvgdb::emulator
