// SPDX-License-Identifier: GPL-2.0-or-later
// The page tables that a vCPU of a paused machine uses now.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "osi/x86_mode.hpp"
#include "osi/x86_page_walk.hpp"

namespace hvgdb::monitor {

/// For one command: it keeps the tables that it has read.
class VcpuSpace {
  public:
    /// `unsupported` for others than x86-64's. The machine must outlive it.
    [[nodiscard]] static Expected<VcpuSpace> of(emulator::Machine& machine, VcpuId vcpu);

    /// Without, virtual addresses are physical ones.
    [[nodiscard]] bool has_paging() const { return paging_.has_value(); }
    /// If it has paging.
    [[nodiscard]] std::expected<osi::Translation, osi::WalkFailure> walk(VirtAddr address);
    /// Nothing when no page is there.
    [[nodiscard]] std::optional<PhysAddr> translate(VirtAddr address);

  private:
    VcpuSpace(emulator::Machine& machine, AddressSpace space, std::optional<osi::X86Paging> paging)
        : machine_(&machine), space_(space), paging_(paging) {}
    [[nodiscard]] Expected<std::uint64_t> read_entry(PhysAddr where);

    emulator::Machine* machine_;
    AddressSpace space_;
    std::optional<osi::X86Paging> paging_;
    std::map<std::uint64_t, Bytes> tables_;  ///< by physical address
};

}  // namespace hvgdb::monitor
