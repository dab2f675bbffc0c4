// SPDX-License-Identifier: GPL-2.0-or-later
// Who has to know what a debugger changes in the machine.
#pragma once

#include <cstdint>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// Told by a Machine of each write, after it was made, on the server's thread. It may read the machine, not write it.
class WriteObserver {
  public:
    WriteObserver() = default;
    WriteObserver(const WriteObserver&) = delete;
    WriteObserver& operator=(const WriteObserver&) = delete;
    virtual ~WriteObserver() = default;

    /// `number` is one of the machine's description. Of a whole block those registers are told that have another value
    /// now: who writes one register may have only blocks to do it with.
    virtual void on_register_written(VcpuId vcpu, unsigned number) = 0;
    /// Through the vCPU's address space; up to the first page that is missing there.
    virtual void on_memory_written(VcpuId vcpu, VirtAddr address, std::uint64_t size) = 0;
    virtual void on_physical_written(PhysAddr address, std::uint64_t size) = 0;
};

}  // namespace hvgdb::emulator
