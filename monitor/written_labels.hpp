// SPDX-License-Identifier: GPL-2.0-or-later
// What a debugger writes carries no labels.
#pragma once

#include "emulator/machine.hpp"
#include "emulator/taint/engine.hpp"
#include "emulator/write_observer.hpp"

namespace hvgdb::monitor {

/// Takes the labels off the bytes and registers that are written through a machine, and off nothing else.
class WrittenLabels final : public emulator::WriteObserver {
  public:
    /// Both must outlive it.
    WrittenLabels(emulator::Machine& machine, emulator::taint::Engine& engine) : machine_(machine), engine_(engine) {}

    void on_register_written(VcpuId vcpu, unsigned number) override;
    /// Nothing where the vCPU's page tables are not those of x86-64.
    void on_memory_written(VcpuId vcpu, VirtAddr address, std::uint64_t size) override;
    void on_physical_written(PhysAddr address, std::uint64_t size) override;

  private:
    emulator::Machine& machine_;
    emulator::taint::Engine& engine_;
};

}  // namespace hvgdb::monitor
