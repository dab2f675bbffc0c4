// SPDX-License-Identifier: GPL-2.0-or-later
// The documents that a client reads in pieces (qXfer).
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "gdbserver/libraries_document.hpp"
#include "gdbserver/osdata.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/siginfo_document.hpp"
#include "gdbserver/signals.hpp"
#include "gdbserver/stub.hpp"
#include "gdbserver/xml.hpp"
#include "osi/auxiliary_bytes.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Kept at a time for one client.
constexpr std::size_t kMostDocuments = 64;

struct Request {
    std::string_view annex;
    const Session& session;
    Debuggee& debuggee;
    osi::Os* os = nullptr;
    Expected<Inferior*> selected;
};

std::unexpected<Error> no_such_document() {
    return fail(Errc::not_found, "");
}

/// The inferior that is selected, if it is a process of the guest.
Expected<osi::ProcessId> selected_process(const Request& request) {
    if (!request.selected) {
        return std::unexpected(request.selected.error());
    }
    const auto pid = (*request.selected)->pid();
    return pid == MachineInferior::kPid ? fail(Errc::not_found, "no process of the guest is selected")
                                        : Expected<osi::ProcessId>(pid);
}

/// A client that has just heard of an inferior asks for its description without selecting one of its threads.
Expected<std::string> features(const Request& request) {
    const auto& asked_about = request.session.asked_about;
    auto* inferior = asked_about ? request.debuggee.find_inferior(*asked_about) : nullptr;
    if (inferior == nullptr) {
        if (!request.selected) {
            return std::unexpected(request.selected.error());
        }
        inferior = *request.selected;
    }
    const auto& documents = inferior->description().documents();
    const auto found = documents.find(std::string(request.annex));
    return found == documents.end() ? no_such_document() : Expected<std::string>(found->second);
}

/// gdb 17 shows this instead of what it makes of the thread's id.
std::string shown_id(std::uint32_t pid, std::uint32_t tid) {
    return pid == MachineInferior::kPid ? "" : fmt::format(" id_str=\"Thread {}.{}\"", pid, tid);
}

Expected<std::string> threads(const Request& request) {
    if (!request.selected) {
        return std::unexpected(request.selected.error());
    }
    std::string text = "<?xml version=\"1.0\"?>\n<threads>\n";
    for (const auto pid : request.debuggee.pids()) {
        for (const auto& info : request.debuggee.find_inferior(pid)->threads()) {
            fmt::format_to(std::back_inserter(text), "<thread id=\"{}\" core=\"{}\" name=\"{}\"{}>{}</thread>\n",
                           request.session.format({.pid = pid, .tid = info.tid}), info.core, escape_xml(info.name),
                           shown_id(pid, info.tid), escape_xml(info.state));
        }
    }
    return text + "</threads>\n";
}

Expected<std::string> osdata(const Request& request) {
    return osdata_document(*request.os, request.annex);
}

Expected<std::string> executable(const Request& request) {
    const auto named = parse_pid(request.annex);
    if (!named && !request.annex.empty()) {
        return no_such_document();
    }
    const auto pid = named ? Expected<osi::ProcessId>(*named) : selected_process(request);
    auto path = pid ? request.os->executable(*pid) : std::unexpected(pid.error());
    return path && path->empty() ? no_such_document() : path;
}

Expected<std::string> auxiliary_vector(const Request& request) {
    const auto pid = selected_process(request);
    const auto process = pid ? request.os->process(*pid) : std::unexpected(pid.error());
    const auto entries = process ? request.os->auxiliary_vector(*pid) : std::unexpected(process.error());
    if (!entries) {
        return std::unexpected(entries.error());
    }
    return osi::auxiliary_bytes(*entries, process->compat);
}

Expected<std::string> libraries(const Request& request) {
    const auto pid = selected_process(request);
    const auto found = pid ? request.os->libraries(*pid) : std::unexpected(pid.error());
    if (!found) {
        return std::unexpected(found.error());
    }
    return libraries_document(*found);
}

SignalInfo signal_of(const Stopped& stop, std::optional<VirtAddr> pc) {
    const auto number = linux_signal(static_cast<unsigned>(stop.signal)).value_or(0);
    switch (stop.cause) {
        case Stopped::Cause::step:
            return {number, SignalInfo::Code::trace, pc};
        case Stopped::Cause::software_breakpoint:
            return {number, SignalInfo::Code::breakpoint, pc};
        case Stopped::Cause::hardware_breakpoint:
            return {number, SignalInfo::Code::hardware_breakpoint, pc};
        case Stopped::Cause::watchpoint:
            return {number, SignalInfo::Code::hardware_breakpoint, stop.address};
        default:
            return {number, SignalInfo::Code::user, std::nullopt};
    }
}

Expected<std::string> signal_information(const Request& request) {
    const auto pid = selected_process(request);
    const auto process = pid ? request.os->process(*pid) : std::unexpected(pid.error());
    if (!process) {
        return std::unexpected(process.error());
    }
    const auto& stop = request.debuggee.last_stop();
    if (!stop || stop->thread != request.session.general) {
        return siginfo_document(SignalInfo{}, process->compat);
    }
    if (stop->siginfo) {
        return siginfo_document(*stop->siginfo, process->compat);
    }
    const auto registers = request.os->user_registers(stop->thread.tid);
    const auto pc = registers ? std::optional(VirtAddr{registers->rip}) : std::nullopt;
    return siginfo_document(signal_of(*stop, pc), process->compat);
}

template <Expected<std::string> (*make)(const Request&)>
Expected<std::string> without_annex(const Request& request) {
    return request.annex.empty() ? make(request) : no_such_document();
}

struct Document {
    /// Whose it is: two of them are not the same document.
    enum class Owner : std::uint8_t { client, described, process, thread };
    std::string_view object;
    Owner owner;
    bool of_os;  ///< unknown where there is none
    Expected<std::string> (*make)(const Request&);
};

constexpr std::array kDocuments{
    Document{"features", Document::Owner::described, false, features},
    Document{"threads", Document::Owner::client, false, without_annex<threads>},
    Document{"osdata", Document::Owner::client, true, osdata},
    Document{"exec-file", Document::Owner::process, true, executable},
    Document{"auxv", Document::Owner::process, true, without_annex<auxiliary_vector>},
    Document{"libraries-svr4", Document::Owner::process, true, without_annex<libraries>},
    Document{"siginfo", Document::Owner::thread, true, without_annex<signal_information>},
};

DocumentKey key_of(const cmd::Transfer& wanted, Document::Owner owner, const Session& session) {
    auto whose = session.general.value_or(ThreadId{});
    switch (owner) {
        case Document::Owner::client:
            whose = {};
            break;
        case Document::Owner::described:
            whose = {.pid = session.asked_about.value_or(whose.pid), .tid = 0};
            break;
        case Document::Owner::process:
            whose.tid = 0;
            break;
        case Document::Owner::thread:
            break;
    }
    return {.object = wanted.object, .annex = wanted.annex, .owner = whose};
}

}  // namespace

// A document is made when its reading begins, so that the pieces fit together.
Stub::Reply Stub::run(const cmd::Transfer& command) {
    const auto* document = std::ranges::find(kDocuments, command.object, &Document::object);
    if (document == kDocuments.end() || (document->of_os && os_ == nullptr)) {
        return "";
    }
    auto key = key_of(command, document->owner, session_);
    auto& known = session_.documents;
    auto found = known.find(key);
    if (command.offset == 0 || found == known.end()) {
        auto made = document->make({command.annex, session_, debuggee_, os_, selected_inferior()});
        if (!made) {
            return refuse(made.error());
        }
        if (known.size() >= kMostDocuments) {
            known.clear();
        }
        found = known.insert_or_assign(std::move(key), std::move(*made)).first;
    }
    return document_slice(found->second, command.offset, command.length);
}

}  // namespace hvgdb::gdbserver
