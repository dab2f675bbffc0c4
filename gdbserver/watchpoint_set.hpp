// SPDX-License-Identifier: GPL-2.0-or-later
// A client's watchpoints and those the machine has.
#pragma once

#include <cstddef>
#include <set>

#include "emulator/machine.hpp"
#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

/// As BreakpointSet, except that a watchpoint the machine does not have yet is inserted at once: the machine may refuse
/// it, and the client has to hear of that in the reply. The server's thread only.
class WatchpointSet {
  public:
    static constexpr std::size_t kMaxWatchpoints = 256;
    static constexpr std::uint64_t kMaxLength = 4096;

    explicit WatchpointSet(emulator::Machine& machine) : machine_(machine) {}

    /// `bad_argument` for a length of 0, above kMaxLength or around the end of the address space.
    [[nodiscard]] Expected<void> insert(const cmd::Point& point);
    void remove(const cmd::Point& point) { wanted_.erase(point); }
    /// Takes those nobody wants out of the (paused) machine.
    void commit();
    /// The client wants none any more; commit() has still to follow.
    void forget() { wanted_.clear(); }
    [[nodiscard]] bool has_inserted() const { return !inserted_.empty(); }

  private:
    emulator::Machine& machine_;
    std::set<cmd::Point> wanted_;
    std::set<cmd::Point> inserted_;
};

}  // namespace hvgdb::gdbserver
