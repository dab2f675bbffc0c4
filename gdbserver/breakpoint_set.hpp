// SPDX-License-Identifier: GPL-2.0-or-later
// The breakpoints of one inferior and the sites that serve them.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "emulator/instrumentation.hpp"
#include "gdbserver/breakpoint_code.hpp"
#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

/// gdb removes all breakpoints at each stop and inserts them again before it goes on. So insert() and remove() only
/// note what the client wants; commit() applies the difference. A site nobody wants is kept disabled, which makes its
/// return free. The server's thread only.
///
/// A breakpoint stops the machine when its conditions hold. One with commands runs them instead, and the guest goes on.
class BreakpointSet {
  public:
    static constexpr std::size_t kMaxBreakpoints = 65536;
    /// Bytes of bytecode of all breakpoints together.
    static constexpr std::size_t kMaxCode = std::size_t{1} << 20;
    /// Disabled sites kept for a return; beyond, they go.
    static constexpr std::size_t kMaxIdleSites = 4096;

    /// Text for the client. Called on any vCPU thread, also shortly after clear() or the end of the set.
    using Console = std::function<void(std::string)>;

    /// Where breakpoints count.
    struct Scope {
        std::optional<AddressSpace> space;                   ///< nothing for any
        std::function<emulator::CodePlace(VirtAddr)> place;  ///< empty: not known
    };

    BreakpointSet(emulator::Instrumentation& instrumentation, Console console);
    BreakpointSet(const BreakpointSet&) = delete;
    BreakpointSet& operator=(const BreakpointSet&) = delete;
    ~BreakpointSet() { clear(); }

    /// `kind` is software or hardware: the same thing here, remembered because the client wants to be told which. The
    /// code replaces that of the breakpoint of this kind which is there already. `unsupported` beyond the limits.
    [[nodiscard]] Expected<void> insert(cmd::PointKind kind, VirtAddr address, BreakpointCode code = {});
    void remove(cmd::PointKind kind, VirtAddr address);

    /// Makes the sites be what the client wants, in this scope and in no other. On a paused machine, before
    /// Instrumentation::prepare_resume(). A site whose instruction has moved physically is made anew.
    void commit(const Scope& scope);
    /// All breakpoints and all sites go.
    void clear();

    /// The kind the client gave to its breakpoint at the address, if it has one; software wins over hardware.
    [[nodiscard]] std::optional<cmd::PointKind> kind_at(VirtAddr address) const;
    /// What a thread that arrives at the address meets there: runs conditions and commands, as its site would do; true
    /// when it has to stop. For threads that are stepped, and pass their sites.
    [[nodiscard]] bool arrive(VirtAddr address, emulator::VcpuContext& context) const;
    [[nodiscard]] bool has_sites() const { return !sites_.empty(); }

  private:
    using Code = std::shared_ptr<const BreakpointCode>;
    /// What is inserted at one address.
    struct Points {
        std::array<Code, 2> codes;  ///< by kind: software, hardware; null: no such breakpoint
        [[nodiscard]] bool stops(emulator::VcpuContext& context, const Console& console) const;
    };
    struct Site {
        emulator::SiteHandle handle;
        emulator::CodePlace place;
        /// Shared with the callback on the vCPU threads and changed only by commit(), while none of them runs.
        std::shared_ptr<Points> points;
    };
    using SiteKey = std::pair<VirtAddr, std::optional<AddressSpace>>;

    void disable_unwanted(const Scope& scope);
    void enable_wanted(const Scope& scope);
    [[nodiscard]] Site make_site(const SiteKey& key, const emulator::CodePlace& place, const Points& points);

    emulator::Instrumentation& instrumentation_;
    std::shared_ptr<const Console> console_;
    std::map<VirtAddr, Points> wanted_;
    std::map<SiteKey, Site> sites_;
    std::size_t count_ = 0;
    std::size_t code_size_ = 0;
};

}  // namespace hvgdb::gdbserver
