// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a monitor line while it is parsed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/target_description.hpp"
#include "monitor/command.hpp"
#include "monitor/expectation.hpp"

namespace hvgdb::monitor {

using grammar::Expectation;

/// A sentence of the language that means nothing here. Thrown, because a mere failure would be a reason to try the
/// other alternatives; parse() catches it.
struct Refusal {
    std::string_view where;  ///< the part of the line that is refused
    std::string message;
    std::string hint;
};

/// What would have been right at the furthest place that the parser got to.
class Furthest {
  public:
    void note(const char* where, const Expectation& expectation) {
        if (expected_.empty() || where > where_) {
            where_ = where;
            expected_.clear();
        }
        if (where == where_ && std::ranges::find(expected_, expectation) == expected_.end()) {
            expected_.push_back(expectation);
        }
    }

    [[nodiscard]] const char* where() const { return where_; }
    [[nodiscard]] const std::vector<Expectation>& expected() const { return expected_; }

  private:
    const char* where_ = nullptr;
    std::vector<Expectation> expected_;
};

/// The arguments as they are met, and at last the command.
struct Reading {
    const emulator::TargetDescription& description;
    Furthest furthest = {};
    Place place = {};
    TaintTarget target = {};
    bool all_targets = false;
    std::uint32_t label = 0;
    bool positional = false;
    cmd::TaintPolicy policy = {};
    bool any_process = false;
    std::uint32_t source_number = 0;  ///< of a descriptor
    std::optional<std::uint32_t> ended_source = {};
    std::optional<SinkWord> sink = {};  ///< nothing: memory
    std::optional<std::uint32_t> sink_number = {};
    std::optional<osi::ProcessId> process = {};
    std::optional<std::string> name = {};  ///< of a process or a program
    std::string path = {};
    bool tree = false;
    JsonTopic json_topic = JsonTopic::facts;
    std::vector<SymbolQuery> symbols = {};
    std::uint32_t number = 0;  ///< of a thread or a vCPU
    std::uint32_t length = 0;
    KindSet kinds = {};
    bool events_on = false;
    bool events_off = false;
    osi::StopAt stop_at = osi::StopAt::entry;
    cmd::Hook::Place hook = {};
    bool has_hook = false;
    std::optional<std::uint32_t> hook_number = {};
    std::optional<CommandId> topic = {};
    cmd::Scope scope = {};
    std::optional<Command> command = {};
};

}  // namespace hvgdb::monitor
