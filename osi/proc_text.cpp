// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/proc_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "osi/auxiliary_bytes.hpp"
#include "osi/proc_text_areas.hpp"
#include "osi/proc_text_task.hpp"

namespace hvgdb::osi {

namespace {

std::unexpected<Error> no_such_file() {
    return fail(Errc::not_found, "no such file");
}

/// /proc/PID/NAME or /proc/PID/task/TID/NAME
struct ProcPath {
    ProcessId pid = 0;
    std::optional<ThreadId> tid;
    std::string_view name;
};

std::optional<std::uint32_t> take_number(std::string_view& text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || text.starts_with('0')) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view prefix) {
    const bool there = text.starts_with(prefix);
    text.remove_prefix(there ? prefix.size() : 0);
    return there;
}

std::optional<ProcPath> parse(std::string_view text) {
    ProcPath path;
    const auto pid = take(text, "/proc/") ? take_number(text) : std::nullopt;
    if (!pid || !take(text, "/")) {
        return std::nullopt;
    }
    path.pid = *pid;
    if (take(text, "task/")) {
        path.tid = take_number(text);
        if (!path.tid || !take(text, "/")) {
            return std::nullopt;
        }
    }
    path.name = text;
    return path;
}

Expected<Process> process_of(Os& os, const ProcPath& path) {
    return os.process(path.pid);
}

Expected<Thread> thread_of(Os& os, const ProcPath& path) {
    const auto threads = os.threads(path.pid);
    if (!threads) {
        return std::unexpected(threads.error());
    }
    const auto found = std::ranges::find(*threads, path.tid.value_or(path.pid), &Thread::tid);
    return found == threads->end() ? fail(Errc::not_found, "no such thread") : Expected<Thread>(*found);
}

template <std::string (*print)(const TaskFacts&)>
Expected<std::string> of_task(Os& os, const ProcPath& path) {
    auto process = process_of(os, path);
    auto thread = process ? thread_of(os, path) : std::unexpected(process.error());
    if (!thread) {
        return std::unexpected(thread.error());
    }
    const auto mappings = os.mappings(path.pid);
    return print({.process = *std::move(process),
                  .thread = *std::move(thread),
                  .memory_size = mappings ? total_size(*mappings) : 0});
}

template <std::string (*print)(std::span<const Mapping>)>
Expected<std::string> of_areas(Os& os, const ProcPath& path) {
    const auto mappings = os.mappings(path.pid);
    return mappings ? Expected<std::string>(print(*mappings)) : std::unexpected(mappings.error());
}

/// Each with a NUL behind it.
Expected<std::string> of_strings(const Expected<std::vector<std::string>>& strings) {
    if (!strings) {
        return std::unexpected(strings.error());
    }
    std::string text;
    for (const auto& string : *strings) {
        text.append(string) += '\0';
    }
    return text;
}

Expected<std::string> arguments(Os& os, const ProcPath& path) {
    return of_strings(os.arguments(path.pid, kMostProgramText));
}

Expected<std::string> environment(Os& os, const ProcPath& path) {
    return of_strings(os.environment(path.pid));
}

Expected<std::string> auxiliary_vector(Os& os, const ProcPath& path) {
    const auto process = process_of(os, path);
    const auto entries = process ? os.auxiliary_vector(path.pid) : std::unexpected(process.error());
    if (!entries) {
        return std::unexpected(entries.error());
    }
    return entries->empty() ? std::string() : auxiliary_bytes(*entries, process->compat);
}

Expected<std::string> command(Os& os, const ProcPath& path) {
    auto thread = thread_of(os, path);
    return thread ? Expected<std::string>(std::move(thread->command) + '\n') : std::unexpected(thread.error());
}

/// What the kernel starts with: private and shared anonymous memory, the heads of ELF files, private huge pages.
Expected<std::string> core_filter(Os& os, const ProcPath& path) {
    const auto process = process_of(os, path);
    return process ? Expected<std::string>("00000033\n") : std::unexpected(process.error());
}

Expected<std::string> executable(Os& os, const ProcPath& path) {
    return os.executable(path.pid);
}

Expected<std::string> working_directory(Os& os, const ProcPath& path) {
    return os.working_directory(path.pid);
}

/// Names of files are told from the first process's root on already.
Expected<std::string> root(Os& os, const ProcPath& path) {
    const auto process = process_of(os, path);
    return process ? Expected<std::string>("/") : std::unexpected(process.error());
}

struct Entry {
    std::string_view name;
    Expected<std::string> (*make)(Os&, const ProcPath&);
};
constexpr std::array kFiles{
    Entry{"auxv", auxiliary_vector},       Entry{"cmdline", arguments},       Entry{"comm", command},
    Entry{"coredump_filter", core_filter}, Entry{"environ", environment},     Entry{"maps", of_areas<maps_text>},
    Entry{"smaps", of_areas<smaps_text>},  Entry{"stat", of_task<stat_text>}, Entry{"status", of_task<status_text>},
};
constexpr std::array kLinks{Entry{"exe", executable}, Entry{"cwd", working_directory}, Entry{"root", root}};

Expected<std::string> make(Os& os, std::string_view text, std::span<const Entry> entries) {
    const auto path = parse(text);
    const auto entry = path ? std::ranges::find(entries, path->name, &Entry::name) : entries.end();
    if (entry == entries.end()) {
        return no_such_file();
    }
    if (path->tid) {
        if (const auto thread = thread_of(os, *path); !thread) {
            return std::unexpected(thread.error());
        }
    }
    return entry->make(os, *path);
}

}  // namespace

Expected<std::string> proc_file(Os& os, std::string_view path) {
    return make(os, path, kFiles);
}

Expected<std::string> proc_link(Os& os, std::string_view path) {
    auto text = make(os, path, kLinks);
    return text && text->empty() ? no_such_file() : text;
}

}  // namespace hvgdb::osi
