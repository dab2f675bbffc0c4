// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>
#include <vector>

#include "monitor/os_reports.hpp"
#include "monitor/process_words.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::size_t kLongestText = 4096;

std::string number_text(std::optional<std::uint32_t> number) {
    return number ? std::to_string(*number) : std::string(kUnreadable);
}

std::string parent_text(osi::Os& os, const osi::Process& process) {
    if (!process.parent) {
        return std::string(kUnreadable);
    }
    const auto parent = os.process(*process.parent);
    if (!parent) {
        return *process.parent == 0 ? "0 (the kernel)" : fmt::format("{} ({})", *process.parent, kUnreadable);
    }
    return fmt::format("{} ({})", *process.parent, short_name(parent->command));
}

std::string path_text(const Expected<std::string>& path) {
    if (!path) {
        return std::string(kUnreadable);
    }
    return path->empty() ? "none" : shortened(*path, kLongestText);
}

std::string exit_text(std::uint32_t code) {
    constexpr std::uint32_t kSignal = 0x7f;
    constexpr std::uint32_t kStatus = 0xff;
    return (code & kSignal) == 0 ? fmt::format("status {}", code >> 8 & kStatus)
                                 : fmt::format("signal {}", code & kSignal);
}

std::string kind_text(const osi::Process& process) {
    if (process.kernel_thread) {
        return "kernel thread";
    }
    return process.compat ? "program, 32-bit" : "program, 64-bit";
}

}  // namespace

Expected<osi::ProcessId> chosen_process(osi::Os& os, std::optional<osi::ProcessId> asked, VcpuId selected) {
    if (asked) {
        return *asked;
    }
    const auto current = os.current(selected);
    if (!current) {
        return std::unexpected(current.error());
    }
    if (current->pid == 0) {
        return fail(Errc::not_found,
                    fmt::format("vCPU {} is idle, name a process (\"proclist\" lists them)", selected.index));
    }
    return current->pid;
}

Expected<std::string> process_report(osi::Os& os, osi::ProcessId pid) {
    const auto process = os.process(pid);
    if (!process) {
        return std::unexpected(process.error());
    }
    std::vector<std::pair<std::string, std::string>> facts{
        {"pid", std::to_string(process->pid)},
        {"name", short_name(process->command)},
        {"parent", parent_text(os, *process)},
        {"namespace pids", process->namespace_pids.empty()
                               ? std::string(kUnreadable)
                               : fmt::format("{}", fmt::join(process->namespace_pids, " "))},
        {"uid", number_text(process->uid)},
        {"effective uid", number_text(process->effective_uid)},
        {"gid", number_text(process->gid)},
        {"state", state_text(process->state)},
    };
    if (process->exit_code) {
        facts.emplace_back("exit", exit_text(*process->exit_code));
    }
    const auto started =
        process->start_time ? seconds_text(*process->start_time) + " s after boot" : std::string(kUnreadable);
    facts.emplace_back("threads", std::to_string(process->threads));
    facts.emplace_back("started", started);
    facts.emplace_back("kind", kind_text(*process));
    facts.emplace_back("program", path_text(os.executable(pid)));
    facts.emplace_back("directory", path_text(os.working_directory(pid)));
    facts.emplace_back("command line",
                       command_line(*process, arguments_of(os, *process, kLongestText + 1), kLongestText));
    facts.emplace_back("address space", process->space ? hex_text(process->space->root) : "none");
    facts.emplace_back("task", hex_text(process->task.value));
    return facts_table(facts);
}

}  // namespace hvgdb::monitor
