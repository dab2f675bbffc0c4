// SPDX-License-Identifier: GPL-2.0-or-later
// The clients' watchpoints and those the machine has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "emulator/machine.hpp"
#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

/// As BreakpointSet, except that a watchpoint the machine does not have yet is inserted at once: the machine may refuse
/// it, and the client has to hear of that in the reply. The machine's watchpoints are the same in all address spaces,
/// so one of them may serve several inferiors, and is hit by others, too. The server's thread only.
class WatchpointSet {
  public:
    static constexpr std::size_t kMaxWatchpoints = 256;
    static constexpr std::uint64_t kMaxLength = 4096;

    explicit WatchpointSet(emulator::Machine& machine) : machine_(machine) {}

    /// `bad_argument` for a length of 0, above kMaxLength or around the end of the address space.
    [[nodiscard]] Expected<void> insert(std::uint32_t pid, const cmd::Point& point);
    void remove(std::uint32_t pid, const cmd::Point& point) { wanted_.erase({pid, point}); }
    /// Takes those nobody wants out of the (paused) machine.
    void commit();
    /// The inferior wants none any more; commit() has still to follow.
    void forget(std::uint32_t pid);
    [[nodiscard]] bool has_inserted() const { return !inserted_.empty(); }
    /// Whether the inferior watches what the machine stopped for.
    [[nodiscard]] bool watches(std::uint32_t pid, emulator::WatchKind kind, VirtAddr address) const;

    /// Reads memory of an inferior; false when it cannot be read.
    using Reader = std::function<bool(std::uint32_t pid, VirtAddr address, std::span<std::byte> out)>;
    /// Notes what the watched bytes are, before the machine runs.
    void remember(const Reader& read);
    /// One that is to hear of writes and whose bytes have changed since. When two vCPUs meet watchpoints at once QEMU
    /// tells of one of them only.
    [[nodiscard]] std::optional<std::pair<std::uint32_t, cmd::Point>> changed(const Reader& read) const;

  private:
    emulator::Machine& machine_;
    std::map<std::pair<std::uint32_t, cmd::Point>, Bytes> remembered_;
    std::set<std::pair<std::uint32_t, cmd::Point>> wanted_;
    std::set<cmd::Point> inserted_;
};

}  // namespace hvgdb::gdbserver
