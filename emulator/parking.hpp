// SPDX-License-Identifier: GPL-2.0-or-later
// What happens when a vCPU arrives at an instruction with sites: run their callbacks, let it pass, or park it.
// Knows no QEMU.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/passes.hpp"
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
    /// The same for somebody who wants it stopped there, and says so whenever the vCPU comes there again. `anew`: for
    /// another reason than the last time, so that it may not pass for that one's sake.
    [[nodiscard]] Action halt(VcpuContext& vcpu, const std::shared_ptr<const Halter>& halter, bool anew = false);
    /// The vCPU's thread: an exception or interrupt came while `pc` was the next instruction.
    void restarted(VcpuId vcpu, VirtAddr pc) {
        passes_.restarted(vcpu, pc);
        halt_passes_.restarted(vcpu, pc);
    }

    // The server's thread, while no vCPU executes.
    struct Parked {
        VirtAddr pc;
        AddressSpace space;
        std::uint64_t stack_pointer = 0;
        SiteSpec where;
        std::shared_ptr<const Halter> halter = {};  ///< null: a site stopped it
    };
    /// Where the vCPU is parked and why, if whoever stopped it still wants that.
    [[nodiscard]] std::optional<Parked> parked(VcpuId vcpu);
    /// An interrupt took the thread away from there; when it comes back it parks without another call.
    void left_parked(VcpuId vcpu);
    /// See Instrumentation::pass_once.
    void pass_once(VcpuId vcpu, const Standpoint& standpoint);
    /// Parked vCPUs report again when they come back. Passes are void where no site is enabled: nobody would see them
    /// used.
    void prepare_resume(const SiteRegistry& registry);

  private:
    struct Vcpu {
        std::mutex mutex;
        std::optional<Parked> parked;
        Slot* parked_by = nullptr;  ///< without a halter
        bool announced = false;

        [[nodiscard]] bool wanted() const { return parked->halter ? parked->halter->wanted() : parked_by->enabled(); }
    };

    static Action announce(Vcpu& state);
    static bool still_parked(Vcpu& state, VirtAddr pc, AddressSpace space);
    static Slot* first_match(VcpuContext& vcpu, std::span<Slot* const> slots);
    static Slot* run_callbacks(VcpuContext& vcpu, std::span<Slot* const> slots);

    std::vector<Vcpu> vcpus_;
    Passes passes_;
    Passes halt_passes_;  ///< of those that a halter stopped: sites at the same instruction have their own
    std::vector<std::shared_ptr<const Halter>> halters_;  ///< that the latter are of
    Passes interrupted_;                                  ///< threads that were parked when an interrupt came
};

}  // namespace hvgdb::emulator
