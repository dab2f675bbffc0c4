// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor: a line in, its answer out.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "monitor/command.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A longer line is refused.
inline constexpr std::size_t kLongestLine = 4096;

/// All of it must outlive the console.
struct ConsoleContext {
    emulator::Machine& machine;
    emulator::Instrumentation& instrumentation;

    /// Where breakpoints of the whole machine count from now on: one address space, or any. Either may be empty; the
    /// `scope` command is refused then.
    std::function<Expected<void>(std::optional<AddressSpace>)> set_scope;
    std::function<std::optional<AddressSpace>()> get_scope;

    /// The guest's operating system; null where nobody looks at it. It is asked while the guest runs, too.
    osi::Os* os = nullptr;
};

/// Server's thread only.
class Console {
  public:
    explicit Console(ConsoleContext context) : context_(std::move(context)) {}

    /// Never fails: a wrong line and a refused command have answers too. The answer is printable ASCII in lines of at
    /// most 80 columns (of osjson: one line of at most kLongestJson), ends in a newline and is never empty, whatever
    /// bytes the line or the guest holds. An empty line asks for help. `selected` is the vCPU that the client looks at.
    [[nodiscard]] std::string execute(std::string_view line, VcpuId selected);

  private:
    [[nodiscard]] Expected<std::string> run(const Command& command, VcpuId selected);
    [[nodiscard]] Expected<std::string> run_os(const Command& command, VcpuId selected);
    [[nodiscard]] Expected<std::string> run_scope(const cmd::Scope& command, VcpuId selected);
    [[nodiscard]] Expected<AddressSpace> checked_root(AddressSpace space) const;

    ConsoleContext context_;
};

}  // namespace hvgdb::monitor
