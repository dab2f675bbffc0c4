// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "emulator/stub_link.hpp"
#include "emulator/stub_registers.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// Guest memory over the link. Small virtual reads are remembered until forget(), exactly as they were asked for:
/// reading more than that could touch device registers.
class StubMemory {
  public:
    StubMemory(StubLink& link, StubRegisters& registers, std::size_t packet_size);

    [[nodiscard]] Expected<std::size_t> read(VcpuId vcpu, VirtAddr address, std::span<std::byte> out);
    [[nodiscard]] Expected<void> write(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data);
    [[nodiscard]] Expected<std::size_t> read_physical(PhysAddr address, std::span<std::byte> out);
    [[nodiscard]] Expected<void> write_physical(PhysAddr address, std::span<const std::byte> data);

    /// Makes addresses virtual again. Physical mode is QEMU's for all its clients, and is left on from one physical
    /// access to the next only while the machine is paused.
    [[nodiscard]] Expected<void> leave_physical_mode() { return set_physical(false); }
    void forget() { extents_.clear(); }

  private:
    struct Extent {
        VcpuId vcpu;
        std::uint64_t address = 0;
        Bytes bytes;
    };

    [[nodiscard]] Expected<void> set_physical(bool physical);
    [[nodiscard]] Expected<std::size_t> read_current(std::uint64_t address, std::span<std::byte> out);
    [[nodiscard]] Expected<std::size_t> read_prefix(std::uint64_t address, std::span<std::byte> out);
    [[nodiscard]] Expected<void> read_whole(std::uint64_t address, std::span<std::byte> out);
    [[nodiscard]] Expected<void> write_current(std::uint64_t address, std::span<const std::byte> data);
    [[nodiscard]] bool recall(VcpuId vcpu, std::uint64_t address, std::span<std::byte> out) const;
    void remember(VcpuId vcpu, std::uint64_t address, std::span<const std::byte> bytes);

    StubLink& link_;
    StubRegisters& registers_;
    std::size_t chunk_;  ///< bytes in one request
    std::optional<bool> physical_ = false;
    std::deque<Extent> extents_;
};

}  // namespace hvgdb::emulator
