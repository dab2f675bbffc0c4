// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/named_processes.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "osi/start_order.hpp"

namespace hvgdb::monitor {

namespace {

/// More are known by their command names alone.
constexpr std::size_t kMostProcesses = 65536;

/// The kernel keeps 15 bytes of a command name (TASK_COMM_LEN).
bool has_command(std::string_view command, std::string_view name) {
    constexpr std::size_t kKept = 15;
    return !name.empty() && command == name.substr(0, kKept);
}

bool runs_program(const std::string& path, std::string_view name) {
    osi::event::Started started;
    started.path = path;
    started.invoked = path;
    return !path.empty() && osi::is_start_of(started, name);
}

/// Whom it is about, besides the one to whom it happens; 0: nobody.
osi::ProcessId other_process(const osi::Event& event) {
    if (const auto* gone = std::get_if<osi::event::Gone>(&event.what)) {
        return gone->process;
    }
    const auto* switched = std::get_if<osi::event::Switched>(&event.what);
    return switched != nullptr ? switched->process : 0;
}

}  // namespace

NamedProcesses::NamedProcesses(std::string name, std::vector<osi::ProcessId> already)
    : name_(std::move(name)), processes_(already.begin(), already.end()) {}

bool NamedProcesses::concerns(const osi::Event& event) {
    const bool by_command = has_command(event.command, name_);
    const auto* started = std::get_if<osi::event::Started>(&event.what);
    const bool by_start = started != nullptr && osi::is_start_of(*started, name_);
    const std::scoped_lock lock(mutex_);
    const bool known = started == nullptr && processes_.contains(event.pid);
    const bool ours = by_command || by_start || known;
    learn(event, ours);
    return ours || processes_.contains(other_process(event));
}

void NamedProcesses::learn(const osi::Event& event, bool ours) {
    osi::ProcessId about = event.pid;
    if (const auto* forked = std::get_if<osi::event::Forked>(&event.what)) {
        about = forked->child;
    } else if (!std::holds_alternative<osi::event::Started>(event.what)) {
        return;
    }
    if (!ours) {
        processes_.erase(about);
    } else if (processes_.size() < kMostProcesses) {
        processes_.insert(about);
    }
}

std::vector<osi::ProcessId> processes_called(osi::Os& os, const std::string& name) {
    std::vector<osi::ProcessId> found;
    const auto processes = os.processes();
    if (!processes) {
        return found;
    }
    for (const auto& process : *processes) {
        const auto path = process.kernel_thread ? Expected<std::string>() : os.executable(process.pid);
        const bool by_program = path && runs_program(*path, name);
        if ((by_program || has_command(process.command, name)) && found.size() < kMostProcesses) {
            found.push_back(process.pid);
        }
    }
    return found;
}

}  // namespace hvgdb::monitor
