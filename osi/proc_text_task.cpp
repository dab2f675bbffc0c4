// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/proc_text_task.hpp"

#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <string_view>
#include <utility>

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kKibibyte = 1024;

std::string_view state_words(char state) {
    constexpr std::array<std::pair<char, std::string_view>, 9> kWords{{{'R', "running"},
                                                                       {'S', "sleeping"},
                                                                       {'D', "disk sleep"},
                                                                       {'T', "stopped"},
                                                                       {'t', "tracing stop"},
                                                                       {'X', "dead"},
                                                                       {'Z', "zombie"},
                                                                       {'P', "parked"},
                                                                       {'I', "idle"}}};
    for (const auto& [letter, words] : kWords) {
        if (letter == state) {
            return words;
        }
    }
    return "unknown";
}

/// As string_escape_str() in lib/string_helpers.c does it for status.
std::string escape_command(std::string_view command) {
    std::string text;
    for (const char c : command) {
        switch (c) {
            case '\n':
                text += "\\n";
                break;
            case '\\':
                text += "\\\\";
                break;
            default:
                text += c;
        }
    }
    return text;
}

/// Real, effective, saved and of file access. The last two are as the effective one unless the program wanted it
/// otherwise.
void add_ids(std::string_view name, std::optional<std::uint32_t> real, std::optional<std::uint32_t> effective,
             std::string& text) {
    if (real) {
        const auto others = effective.value_or(*real);
        fmt::format_to(std::back_inserter(text), "{}:\t{}\t{}\t{}\t{}\n", name, *real, others, others, others);
    }
}

void add_namespace_ids(std::string_view name, const std::vector<std::uint32_t>& ids, std::string& text) {
    if (!ids.empty()) {
        fmt::format_to(std::back_inserter(text), "{}:\t{}\n", name, fmt::join(ids, "\t"));
    }
}

}  // namespace

std::string status_text(const TaskFacts& facts) {
    const auto& [process, thread, memory_size] = facts;
    std::string text =
        fmt::format("Name:\t{}\nState:\t{} ({})\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n",
                    escape_command(thread.command), thread.state, state_words(thread.state), process.pid, thread.tid,
                    process.parent.value_or(0));
    add_ids("Uid", process.uid, process.effective_uid, text);
    add_ids("Gid", process.gid, std::nullopt, text);
    add_namespace_ids("NStgid", process.namespace_pids, text);
    add_namespace_ids("NSpid", thread.namespace_tids, text);
    if (memory_size > 0) {
        fmt::format_to(std::back_inserter(text), "VmSize:\t{:8} kB\n", memory_size / kKibibyte);
    }
    fmt::format_to(std::back_inserter(text), "Threads:\t{}\n", process.threads);
    return text;
}

std::string stat_text(const TaskFacts& facts) {
    constexpr std::size_t kFields = 52;
    constexpr std::uint64_t kNanosecondsPerTick = 10'000'000;  // USER_HZ is 100
    // Numbered as in proc(5), from 1.
    constexpr std::size_t kParent = 4;
    constexpr std::size_t kTerminalGroup = 8;
    constexpr std::size_t kThreads = 20;
    constexpr std::size_t kStart = 22;
    constexpr std::size_t kSize = 23;
    constexpr std::size_t kCpu = 39;
    constexpr std::size_t kExitCode = 52;
    const auto& [process, thread, memory_size] = facts;
    std::array<std::uint64_t, kFields + 1> values{};
    values[kParent] = process.parent.value_or(0);
    values[kThreads] = process.threads;
    values[kStart] = thread.tid == process.pid ? process.start_time.value_or(0) / kNanosecondsPerTick : 0;
    values[kSize] = memory_size;
    values[kCpu] = thread.cpu.value_or(0);
    values[kExitCode] = process.exit_code.value_or(0);
    std::string text = fmt::format("{} ({}) {}", thread.tid, thread.command, thread.state);
    for (std::size_t field = kParent; field <= kFields; ++field) {
        if (field == kTerminalGroup) {
            text += " -1";  // none
        } else {
            fmt::format_to(std::back_inserter(text), " {}", values[field]);
        }
    }
    return text + '\n';
}

}  // namespace hvgdb::osi
