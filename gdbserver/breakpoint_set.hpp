// SPDX-License-Identifier: GPL-2.0-or-later
// A client's breakpoints and the sites that serve them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "emulator/instrumentation.hpp"
#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

/// gdb removes all breakpoints at each stop and inserts them again before it goes on. So insert() and remove() only
/// note what the client wants; commit() applies the difference. A site nobody wants is kept disabled, which makes its
/// return free. The server's thread only.
class BreakpointSet {
  public:
    static constexpr std::size_t kMaxBreakpoints = 65536;
    /// Disabled sites kept for a return; beyond, they go.
    static constexpr std::size_t kMaxIdleSites = 4096;

    explicit BreakpointSet(emulator::Instrumentation& instrumentation) : instrumentation_(instrumentation) {}

    /// `kind` is software or hardware: the same thing here, remembered because the client wants to be told which.
    [[nodiscard]] Expected<void> insert(cmd::PointKind kind, VirtAddr address);
    void remove(cmd::PointKind kind, VirtAddr address);
    /// In which address space breakpoints count; nothing for any. From the next commit on.
    void set_scope(std::optional<AddressSpace> scope) { scope_ = scope; }
    [[nodiscard]] std::optional<AddressSpace> scope() const { return scope_; }

    /// Makes the sites be what the client wants. On a paused machine, before Instrumentation::prepare_resume().
    void commit();
    /// All breakpoints and all sites go, the scope too.
    void clear();

    /// The kind the client gave to its breakpoint at the address, if it has one; software wins over hardware.
    [[nodiscard]] std::optional<cmd::PointKind> kind_at(VirtAddr address) const;
    [[nodiscard]] bool has_sites() const { return !sites_.empty(); }

  private:
    using SiteKey = std::pair<VirtAddr, std::optional<AddressSpace>>;

    void disable_unwanted();
    void enable_wanted();

    emulator::Instrumentation& instrumentation_;
    std::set<std::pair<VirtAddr, cmd::PointKind>> wanted_;
    std::map<SiteKey, emulator::SiteHandle> sites_;
    std::optional<AddressSpace> scope_;
};

}  // namespace hvgdb::gdbserver
