// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/machine_memory.hpp"

#include "emulator/machine.hpp"

namespace hvgdb::emulator {

std::size_t MachineMemory::read(PhysAddr address, std::span<std::byte> out) const {
    return out.empty() ? 0 : machine_.read_physical(address, out).value_or(0);
}

}  // namespace hvgdb::emulator
