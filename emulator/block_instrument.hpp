// SPDX-License-Identifier: GPL-2.0-or-later
// Somebody besides sites who puts callbacks into the code that QEMU translates.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "emulator/instruction_place.hpp"
#include "emulator/instrumentation.hpp"
#include "emulator/parking.hpp"
#include "emulator/types.hpp"

struct qemu_plugin_tb;

namespace hvgdb::emulator {

class PluginRegisters;
class SiteTable;

/// What a callback on an instruction can ask of TcgInstrumentation, on the vCPU's thread. It must have been registered
/// with QEMU_PLUGIN_CB_RW_REGS_PC.
class VcpuStops {
  public:
    VcpuStops() = default;
    VcpuStops(const VcpuStops&) = delete;
    VcpuStops& operator=(const VcpuStops&) = delete;
    virtual ~VcpuStops() = default;

    /// The page-table root in use. Of callbacks without registers, too.
    [[nodiscard]] virtual AddressSpace space(VcpuId vcpu) const = 0;
    [[nodiscard]] virtual std::optional<VirtAddr> pc(const InstructionPlace& place) const = 0;
    /// Stops the vCPU before this instruction, unless it has been stopped there and is to go on: see Parking::halt.
    [[nodiscard]] virtual Parking::Action stop(VcpuId vcpu, VirtAddr pc, const std::shared_ptr<const Halter>& halter,
                                               bool anew) = 0;
};

/// What TcgInstrumentation asks and tells: it alone decides when blocks are told, and when all are dropped.
class BlockInstrument {
  public:
    BlockInstrument() = default;
    BlockInstrument(const BlockInstrument&) = delete;
    BlockInstrument& operator=(const BlockInstrument&) = delete;
    virtual ~BlockInstrument() = default;

    /// Whether blocks have to be told. Any thread.
    [[nodiscard]] virtual bool wanted() = 0;
    /// Whether the blocks that were told differ from those that are wanted now. The server's thread.
    [[nodiscard]] virtual bool outdated() = 0;
    /// The machine, which is paused, is about to run. `reads_watched`: QEMU may leave a block before a load of it, for
    /// a watchpoint, and execute that load in a block of its own. The server's thread.
    virtual void prepare_resume(bool reads_watched) = 0;

    // vCPU threads.

    /// The first vCPU starts. Both last.
    virtual void started(const PluginRegisters& registers, VcpuStops& stops) = 0;
    /// The vCPU wakes up.
    virtual void resumed(VcpuId vcpu) = 0;
    /// Before the instruction at `from` an exception is about to be delivered, or it or an interrupt was, at `to`.
    /// Registers may be read.
    virtual void discontinuity(VcpuId vcpu, bool delivered, VirtAddr from, VirtAddr to) = 0;
    /// In the translation callback, after the callbacks of sites were registered. Instructions that `sites` may hold
    /// are perhaps not executed when a vCPU comes to them. Answers false if all blocks should be dropped soon.
    [[nodiscard]] virtual bool instrument(qemu_plugin_tb* block, const SiteTable& sites) = 0;
    /// All blocks are dropped, and no vCPU executes. `told`: instrument() is called from now on.
    virtual void forgotten(bool told) = 0;
};

}  // namespace hvgdb::emulator
