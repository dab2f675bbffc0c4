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
#include "monitor/event_word.hpp"
#include "monitor/json_topic.hpp"
#include "monitor/sink_words.hpp"
#include "monitor/taint_source.hpp"
#include "monitor/taint_words.hpp"
#include "osi/os.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::monitor {

/// A register by its name in the machine's own description, where it is sure to exist.
struct RegisterName {
    std::string name;
    friend bool operator==(const RegisterName&, const RegisterName&) = default;
};

/// An address, of the selected vCPU's address space, or a register.
using Place = std::variant<VirtAddr, RegisterName>;

/// A kernel symbol's name; or the address of which the symbol is wanted, or a register which holds it.
using SymbolQuery = std::variant<std::string, VirtAddr, RegisterName>;

namespace cmd {

struct Taint {
    TaintTarget target;
    std::uint32_t label = 0;  ///< of the first byte, if `positional`
    bool positional = false;
};
struct CheckTaint {
    TaintTarget target;
};
struct GetTaint {
    TaintTarget target;
};
struct Untaint {
    std::optional<TaintTarget> target;  ///< nothing: all
};
struct TaintFile {
    SourceRequest request;
    std::string path;
};
struct TaintFd {
    SourceRequest request;
    std::uint32_t number = 0;
};
struct TaintArgv {
    std::variant<std::monostate, osi::ProcessId, std::string> whom;  ///< monostate: the selected process
    InputLabels labels;
};
struct TaintSources {};
struct UntaintSource {
    std::optional<std::uint32_t> number;  ///< nothing: all
};
struct TaintReport {
    SinkWish wish;
};
struct TaintBreak {
    std::variant<SinkWish, TaintTarget> what;  ///< a target is memory
};
struct TaintSinks {
    std::optional<std::uint32_t> number;  ///< nothing: a row a sink; else its lines
};
struct UntaintSink {
    std::optional<std::uint32_t> number;  ///< nothing: all
};
struct TaintPolicy {
    std::optional<emulator::taint::PointerTaint> loads;
    std::optional<emulator::taint::PointerTaint> stores;
    std::optional<bool> conditions;
    [[nodiscard]] bool tells() const { return !loads && !stores && !conditions; }
};
struct TaintStats {};
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
    std::string path;                  ///< of a file
    TaintTarget target;                ///< of taint
};
struct Events {
    struct Off {};
    std::variant<std::monostate, Off, EventWish> wanted;  ///< monostate: only tell
};
struct Wait {
    std::optional<osi::StartOrder> order;  ///< nothing: only tell
};
struct Unwait {
    std::optional<std::string> program;  ///< nothing: all
};
/// Where a hook is wanted, and of whom: of the kernel, of one process, or of what is selected.
struct Hook {
    struct Place {
        std::optional<osi::ProcessId> process;
        bool kernel = false;
        std::string library;  ///< empty: none
        std::variant<VirtAddr, std::string> where;
    };
    std::optional<Place> place;  ///< nothing: only tell
};
struct Unhook {
    std::optional<std::uint32_t> number;  ///< nothing: all
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
using Command = std::variant<cmd::CheckTaint, cmd::GetTaint, cmd::Taint, cmd::Untaint, cmd::TaintFile, cmd::TaintFd,
                             cmd::TaintArgv, cmd::TaintSources, cmd::UntaintSource, cmd::TaintReport, cmd::TaintBreak,
                             cmd::TaintSinks, cmd::UntaintSink, cmd::TaintPolicy, cmd::TaintStats, cmd::OsInfo,
                             cmd::ProcList, cmd::ProcInfo, cmd::ThreadInfo, cmd::MemInfo, cmd::Files, cmd::Modules,
                             cmd::KernelSymbol, cmd::OsJson, cmd::Events, cmd::Wait, cmd::Unwait, cmd::Hook,
                             cmd::Unhook, cmd::Vcpus, cmd::Translate, cmd::Sites, cmd::Scope, cmd::Version, cmd::Help>;

static_assert(std::variant_size_v<Command> == kCommands.size());

[[nodiscard]] inline CommandId id_of(const Command& command) {
    return static_cast<CommandId>(command.index());
}

}  // namespace hvgdb::monitor
