// SPDX-License-Identifier: GPL-2.0-or-later
// Threads and documents.
#include <fmt/format.h>
#include <iterator>

#include "emulator/hex.hpp"
#include "gdbserver/osdata.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"
#include "gdbserver/xml.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Thread ids in one packet; each takes at most 19 characters.
constexpr std::size_t kThreadsPerPacket = 4096;

const ThreadInfo* find_thread(const std::vector<ThreadInfo>& threads, std::uint32_t tid) {
    for (const auto& thread : threads) {
        if (thread.tid == tid) {
            return &thread;
        }
    }
    return nullptr;
}

}  // namespace

Stub::Reply Stub::run(const cmd::Attached& command) {
    if (command.pid && debuggee_.find_inferior(*command.pid) == nullptr) {
        return refuse({Errc::not_found, "no such process"});
    }
    return "1";
}

Stub::Reply Stub::run(const cmd::SelectThread& command) {
    const auto thread = debuggee_.choose(command.thread);
    if (!thread) {
        return refuse({Errc::not_found, "no such thread"});
    }
    if (command.purpose == 'g') {
        session_.general = thread;
    } else {
        session_.resumed = command.thread.tid > 0 ? thread : std::nullopt;
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::ThreadAlive& command) {
    if (!debuggee_.choose(command.thread)) {
        return refuse({Errc::not_found, "no such thread"});
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::CurrentThread&) {
    if (!session_.general || !debuggee_.attached()) {
        return refuse({Errc::not_found, "nothing is attached"});
    }
    return "QC" + session_.format(*session_.general);
}

Stub::Reply Stub::run(const cmd::FirstThreads&) {
    session_.threads_to_list = debuggee_.threads();
    return run(cmd::MoreThreads{});
}

Stub::Reply Stub::run(const cmd::MoreThreads&) {
    auto& left = session_.threads_to_list;
    if (left.empty()) {
        return "l";
    }
    const auto count = std::min(left.size(), kThreadsPerPacket);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += (i == 0 ? "m" : ",") + session_.format(left[i]);
    }
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
    return text;
}

Stub::Reply Stub::run(const cmd::ThreadExtraInfo& command) {
    const auto thread = command.thread.tid > 0 ? debuggee_.choose(command.thread) : std::nullopt;
    auto* inferior = thread ? debuggee_.find_inferior(thread->pid) : nullptr;
    if (inferior == nullptr) {
        return refuse({Errc::not_found, "no such thread"});
    }
    const auto threads = inferior->threads();
    const auto* info = find_thread(threads, thread->tid);
    if (info == nullptr) {
        return refuse({Errc::not_found, "no such thread"});
    }
    return encode_hex(info->state.empty() ? info->name : info->name + " " + info->state);
}

std::string Stub::thread_document() {
    std::string text = "<?xml version=\"1.0\"?>\n<threads>\n";
    std::uint32_t pid = 0;
    std::vector<ThreadInfo> infos;
    for (const auto& thread : debuggee_.threads()) {
        if (thread.pid != std::exchange(pid, thread.pid)) {
            infos = debuggee_.find_inferior(pid)->threads();
        }
        const auto* info = find_thread(infos, thread.tid);
        if (info == nullptr) {
            continue;
        }
        fmt::format_to(std::back_inserter(text), "<thread id=\"{}\" core=\"{}\" name=\"{}\">{}</thread>\n",
                       session_.format(thread), info->core, escape_xml(info->name), escape_xml(info->state));
    }
    return text + "</threads>\n";
}

Expected<std::string> Stub::document(const cmd::Transfer& wanted) {
    if (wanted.object == "osdata" && os_ != nullptr) {
        return osdata_document(*os_, wanted.annex);
    }
    auto inferior = selected_inferior();
    if (!inferior) {
        return std::unexpected(inferior.error());
    }
    if (wanted.object == "threads" && wanted.annex.empty()) {
        return thread_document();
    }
    if (wanted.object == "features") {
        const auto& documents = (*inferior)->description().documents();
        if (const auto found = documents.find(wanted.annex); found != documents.end()) {
            return found->second;
        }
    }
    return fail(Errc::not_found, "");
}

// A document is made when its reading begins, so that the pieces fit together.
Stub::Reply Stub::run(const cmd::Transfer& command) {
    const bool known_object =
        command.object == "threads" || command.object == "features" || (command.object == "osdata" && os_ != nullptr);
    if (!known_object) {
        return "";
    }
    const std::pair key{command.object, command.annex};
    auto known = session_.documents.find(key);
    if (command.offset == 0 || known == session_.documents.end()) {
        auto made = document(command);
        if (!made) {
            return refuse(made.error());
        }
        known = session_.documents.insert_or_assign(key, std::move(*made)).first;
    }
    return document_slice(known->second, command.offset, command.length);
}

}  // namespace hvgdb::gdbserver
