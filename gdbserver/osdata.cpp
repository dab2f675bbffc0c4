// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/osdata.hpp"

#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "gdbserver/xml.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::size_t kLongestDocument = std::size_t{16} << 20;
constexpr std::size_t kLongestCommand = 512;
/// Of all processes together.
constexpr std::size_t kMostThreads = std::size_t{64} * 1024;

class Table {
  public:
    explicit Table(std::string_view type)
        : text_(fmt::format("<?xml version=\"1.0\"?>\n<!DOCTYPE osdata SYSTEM \"osdata.dtd\">\n<osdata type=\"{}\">\n",
                            type)) {}

    using Column = std::pair<std::string_view, std::string>;
    void add(std::initializer_list<Column> columns) {
        if (full()) {
            return;
        }
        text_ += "<item>";
        for (const auto& [name, value] : columns) {
            text_ += fmt::format("<column name=\"{}\">{}</column>", name, escape_xml(value));
        }
        text_ += "</item>\n";
    }
    [[nodiscard]] bool full() const { return text_.size() > kLongestDocument; }
    [[nodiscard]] std::string finish() && { return std::move(text_) + "</osdata>\n"; }

  private:
    std::string text_;
};

/// The guest's names of users are in its files. Some clients drop rows whose user is not letters and digits.
std::string user(const osi::Process& process) {
    return process.uid == 0U ? "root" : process.uid ? std::to_string(*process.uid) : "";
}

std::string command(osi::Os& os, const osi::Process& process) {
    std::string line;
    if (!process.kernel_thread) {
        for (const auto& word : os.arguments(process.pid, kLongestCommand).value_or(std::vector<std::string>{})) {
            line.append(line.empty() ? "" : " ").append(word);
        }
    }
    return line.empty() ? "[" + process.command + "]" : line;
}

/// Those on which its threads run or ran last.
std::string cores(const std::vector<osi::Thread>& threads) {
    std::set<unsigned> cpus;
    for (const auto& thread : threads) {
        if (thread.cpu) {
            cpus.insert(*thread.cpu);
        }
    }
    return fmt::format("{}", fmt::join(cpus, ","));
}

Expected<std::string> types(osi::Os&) {
    Table table("types");
    constexpr std::array<std::array<std::string_view, 3>, 4> kRows{{
        {"processes", "Listing of all processes", "Processes"},
        {"threads", "Listing of all threads", "Threads"},
        {"files", "Listing of all file descriptors", "File descriptors"},
        {"modules", "Listing of all loaded kernel modules", "Kernel modules"},
    }};
    for (const auto& [type, description, title] : kRows) {
        table.add(
            {{"Type", std::string(type)}, {"Description", std::string(description)}, {"Title", std::string(title)}});
    }
    return std::move(table).finish();
}

/// Calls `row` with each process, and its threads as long as there are not too many of them.
template <typename Row>
Expected<std::string> of_processes(osi::Os& os, std::string_view type, Row row) {
    const auto processes = os.processes();
    if (!processes) {
        return std::unexpected(processes.error());
    }
    Table table(type);
    std::size_t looked_at = 0;
    for (const auto& process : *processes) {
        if (table.full()) {
            break;
        }
        std::vector<osi::Thread> threads;
        if (looked_at < kMostThreads) {
            threads = os.threads(process.pid).value_or(std::vector<osi::Thread>{});
            looked_at += threads.size();
        }
        row(table, process, threads);
    }
    return std::move(table).finish();
}

Expected<std::string> processes(osi::Os& os) {
    return of_processes(os, "processes", [&](Table& table, const osi::Process& process, const auto& threads) {
        table.add({{"pid", std::to_string(process.pid)},
                   {"user", user(process)},
                   {"command", command(os, process)},
                   {"cores", cores(threads)}});
    });
}

Expected<std::string> threads(osi::Os& os) {
    return of_processes(os, "threads", [](Table& table, const osi::Process& process, const auto& all) {
        for (const auto& thread : all) {
            table.add({{"pid", std::to_string(process.pid)},
                       {"command", thread.command},
                       {"tid", std::to_string(thread.tid)},
                       {"core", thread.cpu ? std::to_string(*thread.cpu) : ""}});
        }
    });
}

Expected<std::string> files(osi::Os& os) {
    const auto processes = os.processes();
    if (!processes) {
        return std::unexpected(processes.error());
    }
    Table table("files");
    for (const auto& process : *processes) {
        if (table.full()) {
            break;
        }
        for (const auto& file : os.open_files(process.pid).value_or(std::vector<osi::OpenFile>{})) {
            table.add({{"pid", std::to_string(process.pid)},
                       {"command", process.command},
                       {"file descriptor", std::to_string(file.number)},
                       {"name", file.name}});
        }
    }
    return std::move(table).finish();
}

Expected<std::string> modules(osi::Os& os) {
    const auto all = os.modules();
    if (!all) {
        return std::unexpected(all.error());
    }
    Table table("modules");
    for (const auto& module : *all) {
        table.add({{"name", module.name},
                   {"size", std::to_string(module.size)},
                   {"num uses", module.users ? std::to_string(*module.users) : ""},
                   {"status", module.state},
                   {"address", fmt::format("{:#x}", module.base.value)}});
    }
    return std::move(table).finish();
}

}  // namespace

Expected<std::string> osdata_document(osi::Os& os, std::string_view table) {
    using Make = Expected<std::string> (*)(osi::Os&);
    constexpr std::array<std::pair<std::string_view, Make>, 5> kTables{
        {{"", types}, {"processes", processes}, {"threads", threads}, {"files", files}, {"modules", modules}}};
    for (const auto& [name, make] : kTables) {
        if (name == table) {
            return make(os);
        }
    }
    return fail(Errc::not_found, "there is no such table (\"info os\" lists them)");
}

}  // namespace hvgdb::gdbserver
