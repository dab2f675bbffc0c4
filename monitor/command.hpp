// SPDX-License-Identifier: GPL-2.0-or-later
// What a monitor line asks for, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emulator/types.hpp"
#include "monitor/command_table.hpp"
#include "monitor/json_topic.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A register by its name in the machine's own description, where it is sure to exist.
struct RegisterName {
    std::string name;
    friend bool operator==(const RegisterName&, const RegisterName&) = default;
};

/// `*ADDRESS` or a register. An address is of the selected vCPU's address space.
using Place = std::variant<VirtAddr, RegisterName>;

/// A kernel symbol's name; or the address of which the symbol is wanted, or a register which holds it.
using SymbolQuery = std::variant<std::string, VirtAddr, RegisterName>;

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
struct OsInfo {};
struct ProcList {
    bool tree = false;
    std::optional<std::string> name;
};
struct ProcInfo {
    std::optional<osi::ProcessId> process;
};
struct ThreadInfo {
    std::optional<osi::ProcessId> process;
};
struct MemInfo {
    std::optional<osi::ProcessId> process;
};
struct Files {
    std::optional<osi::ProcessId> process;
};
struct Modules {};
struct KernelSymbol {
    SymbolQuery symbol;
};
struct OsJson {
    JsonTopic topic = JsonTopic::facts;
    std::uint32_t number = 0;          ///< the process, the thread or the vCPU, as the topic asks for
    std::vector<SymbolQuery> symbols;  ///< no registers
    VirtAddr address;                  ///< of memory
    std::uint32_t length = 0;          ///< of memory, at most kLongestMemory
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
using Command = std::variant<cmd::CheckTaint, cmd::GetTaint, cmd::Taint, cmd::OsInfo, cmd::ProcList, cmd::ProcInfo,
                             cmd::ThreadInfo, cmd::MemInfo, cmd::Files, cmd::Modules, cmd::KernelSymbol, cmd::OsJson,
                             cmd::Vcpus, cmd::Translate, cmd::Sites, cmd::Scope, cmd::Version, cmd::Help>;

static_assert(std::variant_size_v<Command> == kCommands.size());

[[nodiscard]] inline CommandId id_of(const Command& command) {
    return static_cast<CommandId>(command.index());
}

}  // namespace hvgdb::monitor
