// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/lldb_texts.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/process_registers.hpp"
#include "gdbserver/signals.hpp"

namespace hvgdb::gdbserver {

namespace {

// Above these lldb asks for each thread by itself.
constexpr std::size_t kMostThreadsInStop = 4096;
constexpr std::size_t kMostCountersInStop = 64;
constexpr std::size_t kMostThreadsInJson = 256;

struct Architecture {
    std::string_view name;
    std::string_view in_triple;
    unsigned pointer_size;
};
constexpr Architecture kArchitectures[] = {
    {"i386:x86-64", "x86_64", 8},
    {"i386", "i386", 4},
    {"aarch64", "aarch64", 8},
    {"riscv:rv64", "riscv64", 8},
};

std::string triple(std::string_view architecture, bool linux_guest) {
    return encode_hex(fmt::format("{}-unknown-{}", architecture, linux_guest ? "linux-gnu" : "unknown"));
}

/// Empty where the signal says it all, or the stop's own key.
std::string_view reason(const Stopped& stopped) {
    switch (stopped.cause) {
        case Stopped::Cause::step:
            return "trace";
        case Stopped::Cause::software_breakpoint:
        case Stopped::Cause::hardware_breakpoint:
            return "breakpoint";
        case Stopped::Cause::watchpoint:
            return "watchpoint";
        case Stopped::Cause::forked:
            return "fork";
        case Stopped::Cause::vforked:
            return "vfork";
        case Stopped::Cause::vfork_done:
            return "vforkdone";
        case Stopped::Cause::executed:
            return "exec";
        default:
            return stopped.signal == Signal::none || stopped.signal == Signal::trap ? "" : "signal";
    }
}

/// The guest's text, which may be no UTF-8, for JSON.
std::string plain(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

bool known(const RegisterBytes& value) {
    return std::ranges::find(value.unknown, true) == value.unknown.end();
}

std::string thread_list(const Session& session, Inferior& inferior, const std::vector<ThreadInfo>& threads) {
    if (threads.size() > kMostThreadsInStop) {
        return "";
    }
    std::string ids;
    std::string counters;
    const auto* pc = threads.size() > kMostCountersInStop ? nullptr : inferior.description().program_counter();
    for (const auto& thread : threads) {
        fmt::format_to(std::back_inserter(ids), "{}{}", ids.empty() ? "" : ",",
                       session.format({.pid = inferior.pid(), .tid = thread.tid}));
        const auto value = pc == nullptr ? fail(Errc::not_found, "") : inferior.read_register(thread.tid, pc->number);
        if (!value || !known(*value)) {
            pc = nullptr;
            continue;
        }
        fmt::format_to(std::back_inserter(counters), "{}{:x}", counters.empty() ? "" : ",",
                       load_little_endian(value->bytes));
    }
    return fmt::format("threads:{};", ids) + (pc == nullptr ? "" : fmt::format("thread-pcs:{};", counters));
}

boost::json::object expedited_registers(Inferior& inferior, std::uint32_t tid) {
    boost::json::object found;
    const auto& description = inferior.description();
    const auto block = inferior.read_registers(tid);
    for (const auto number : block ? description.expedited() : std::vector<unsigned>{}) {
        const auto* info = description.find(number);
        const auto value = info == nullptr ? RegisterBytes{} : register_of(*block, *info);
        if (!value.bytes.empty() && known(value)) {
            found[std::to_string(number)] = encode_hex(value.bytes);
        }
    }
    return found;
}

boost::json::object thread_object(const Stopped* stopped, const ThreadInfo& thread, Inferior& inferior) {
    boost::json::object object{{"tid", thread.tid}, {"name", plain(thread.name)}};
    if (stopped != nullptr) {
        if (const auto why = reason(*stopped); !why.empty()) {
            object["reason"] = std::string(why);
        }
        if (stopped->cause == Stopped::Cause::watchpoint) {
            object["description"] = fmt::format("{} 0", stopped->address.value);
        }
        object["signal"] = linux_signal(static_cast<unsigned>(stopped->signal)).value_or(kUnknownSignal);
    }
    object["registers"] = expedited_registers(inferior, thread.tid);
    return object;
}

}  // namespace

std::optional<std::string> lldb_host_info(std::string_view architecture, bool linux_guest) {
    const auto* const found = std::ranges::find(kArchitectures, architecture, &Architecture::name);
    if (found == std::end(kArchitectures)) {
        return std::nullopt;
    }
    return fmt::format("triple:{};ptrsize:{};endian:little;{}", triple(found->in_triple, linux_guest),
                       found->pointer_size, linux_guest ? "watchpoint_exceptions_received:after;" : "");
}

std::string lldb_process_info(const osi::Process& process) {
    auto text = fmt::format("pid:{:x};", process.pid);
    const std::pair<std::string_view, std::optional<std::uint32_t>> numbers[] = {
        {"parent-pid", process.parent},
        {"real-uid", process.uid},
        {"real-gid", process.gid},
        {"effective-uid", process.effective_uid},
    };
    for (const auto& [key, value] : numbers) {
        text += value ? fmt::format("{}:{:x};", key, *value) : "";
    }
    return text + fmt::format("triple:{};ostype:linux;vendor:unknown;endian:little;ptrsize:{};",
                              triple(process.compat ? "i386" : "x86_64", true), process.compat ? 4 : 8);
}

std::string lldb_memory_region(std::span<const osi::Mapping> mappings, VirtAddr address) {
    std::uint64_t gap = 0;
    for (const auto& mapping : mappings) {
        if (address < mapping.start) {
            return fmt::format("start:{:x};size:{:x};", gap, mapping.start.value - gap);
        }
        if (address < mapping.end) {
            const auto permissions =
                fmt::format("{}{}{}", mapping.read ? "r" : "", mapping.write ? "w" : "", mapping.execute ? "x" : "");
            return fmt::format("start:{:x};size:{:x};permissions:{};{}", mapping.start.value,
                               mapping.end.value - mapping.start.value, permissions,
                               mapping.name.empty() ? "" : fmt::format("name:{};", encode_hex(mapping.name)));
        }
        gap = std::max(gap, mapping.end.value);
    }
    return fmt::format("start:{:x};size:{:x};", gap, std::numeric_limits<std::uint64_t>::max() - gap);
}

std::string lldb_stop_keys(const Stopped& stopped, const Session& session, Inferior& inferior) {
    std::string text;
    if (const auto found = inferior.thread(stopped.thread.tid); found && !found->name.empty()) {
        text += fmt::format("hexname:{};", encode_hex(found->name));
    }
    // A watchpoint's stop has a key of its own.
    if (const auto why = reason(stopped); !why.empty() && stopped.cause != Stopped::Cause::watchpoint) {
        text += fmt::format("reason:{};", why);
    }
    return session.threads_in_stops ? text + thread_list(session, inferior, inferior.threads()) : text;
}

std::string lldb_threads(const std::optional<Stopped>& stopped, Inferior& inferior) {
    boost::json::array list;
    for (const auto& thread : inferior.threads()) {
        if (list.size() == kMostThreadsInJson) {
            break;
        }
        const bool is_the_one = stopped && stopped->thread == ThreadId{.pid = inferior.pid(), .tid = thread.tid};
        list.push_back(thread_object(is_the_one ? &*stopped : nullptr, thread, inferior));
    }
    return boost::json::serialize(list);
}

}  // namespace hvgdb::gdbserver
