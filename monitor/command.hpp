// SPDX-License-Identifier: GPL-2.0-or-later
// What a monitor line asks for, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "emulator/types.hpp"
#include "monitor/command_table.hpp"

namespace hvgdb::monitor {

/// A register by its name in the machine's own description, where it is sure to exist.
struct RegisterName {
    std::string name;
    friend bool operator==(const RegisterName&, const RegisterName&) = default;
};

/// `*ADDRESS` or a register. An address is of the selected vCPU's address space.
using Place = std::variant<VirtAddr, RegisterName>;

using ProcessNumber = std::uint32_t;

namespace cmd {

struct Taint {
    Place target;
    std::uint32_t label = 0;
};
struct CheckTaint {
    Place target;
};
struct GetTaint {
    Place target;
};
struct MemInfo {
    std::optional<ProcessNumber> process;
};
struct ProcInfo {
    std::optional<ProcessNumber> process;
};
struct ProcList {
    std::optional<std::string> name;
};
struct ThreadInfo {
    std::optional<ProcessNumber> process;
};
struct Vcpus {};
struct Translate {
    Place address;  ///< a register stands for the address in it
};
struct Sites {};
struct Scope {
    struct Any {};
    struct Here {};
    std::variant<std::monostate, Any, Here, AddressSpace> wanted;  ///< monostate: only tell
};
struct Version {};
struct Help {
    std::optional<CommandId> about;
};

}  // namespace cmd

/// In the order of CommandId.
using Command =
    std::variant<cmd::CheckTaint, cmd::GetTaint, cmd::Taint, cmd::MemInfo, cmd::ProcInfo, cmd::ProcList,
                 cmd::ThreadInfo, cmd::Vcpus, cmd::Translate, cmd::Sites, cmd::Scope, cmd::Version, cmd::Help>;

static_assert(std::variant_size_v<Command> == kCommands.size());

[[nodiscard]] inline CommandId id_of(const Command& command) {
    return static_cast<CommandId>(command.index());
}

}  // namespace hvgdb::monitor
