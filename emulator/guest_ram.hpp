// SPDX-License-Identifier: GPL-2.0-or-later
// Guest RAM as QEMU's own memory, without a question to QEMU for each read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "emulator/physical_memory.hpp"

namespace hvgdb::emulator {

class Machine;
class Qmp;

/// A table of where each range of guest RAM and ROM is in this process, which must be QEMU's. Any thread may read, the
/// machine running or paused.
///
/// QEMU keeps the memory it gave a machine until it ends, so nothing here ever points to nowhere. That does not hold
/// for memory that is unplugged from a running machine: this is not supported. A guest that remaps what is below 1 MiB
/// (its firmware does), and a machine that is reset, want a new table; the old one then reads something else there, but
/// never fails.
class GuestRam final : public PhysicalMemory {
  public:
    struct Range {
        PhysAddr start;
        std::uint64_t size = 0;  ///< bytes, not 0
        const std::byte* host = nullptr;
    };

    /// Asks QEMU, once for the map and once for each range; about a millisecond for each. `unsupported` when the
    /// memory that it tells is not this process's, or there is none.
    [[nodiscard]] static Expected<std::unique_ptr<GuestRam>> find(Qmp& qmp);
    /// In the order of their addresses and without overlaps.
    explicit GuestRam(std::vector<Range> ranges);

    /// Compares a few bytes at both ends of each range with what the machine, which must be paused, reads there, and
    /// drops the ranges that differ twice. Returns how many. To be called before other threads read.
    [[nodiscard]] Expected<std::size_t> verify(Machine& machine);

    [[nodiscard]] std::size_t read(PhysAddr address, std::span<std::byte> out) const override;
    [[nodiscard]] const std::byte* in_place(PhysAddr address, std::size_t size) const override;
    [[nodiscard]] bool any_thread() const override { return true; }
    [[nodiscard]] std::span<const Range> ranges() const { return ranges_; }

  private:
    [[nodiscard]] const Range* range_at(std::uint64_t address) const;

    std::vector<Range> ranges_;
};

}  // namespace hvgdb::emulator
