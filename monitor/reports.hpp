// SPDX-License-Identifier: GPL-2.0-or-later
// The answers that are read off the machine. Server's thread only; what fails becomes an Error for the console to word.
#pragma once

#include <string>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "monitor/command.hpp"

namespace hvgdb::monitor {

/// "0x" and the digits.
[[nodiscard]] std::string hex_text(std::uint64_t value);

/// A row a vCPU. While the machine runs only that is told.
[[nodiscard]] Expected<std::string> vcpus_report(emulator::Machine& machine, VcpuId selected);

/// A row a site, the first few hundred.
[[nodiscard]] std::string sites_report(const emulator::Instrumentation& instrumentation);

/// An address, or what a register holds. Registers are read of a paused machine only.
[[nodiscard]] Expected<VirtAddr> resolve(emulator::Machine& machine, VcpuId vcpu, const Place& place);

/// Walks the page tables that the vCPU uses now.
[[nodiscard]] Expected<std::string> translation_report(emulator::Machine& machine, VcpuId vcpu, const Place& place);

/// Version of hvgdb and what machine it is.
[[nodiscard]] std::string version_report(const emulator::Machine& machine);

}  // namespace hvgdb::monitor
