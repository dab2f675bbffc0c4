// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/json_values.hpp"

#include <boost/json.hpp>
#include <optional>

#include "emulator/hex.hpp"

namespace hvgdb::monitor {

namespace {

namespace json = boost::json;

template <typename Value>
json::value or_null(const std::optional<Value>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

json::value address_or_null(const std::optional<VirtAddr>& address) {
    return address ? json::value(address->value) : json::value(nullptr);
}

template <typename Range>
json::array numbers(const Range& range) {
    json::array all;
    for (const auto number : range) {
        all.emplace_back(number);
    }
    return all;
}

std::string_view code_name(Errc code) {
    switch (code) {
        case Errc::bad_argument:
            return "bad_argument";
        case Errc::fault:
            return "fault";
        case Errc::unsupported:
            return "unsupported";
        case Errc::running:
            return "running";
        case Errc::not_found:
            return "not_found";
        case Errc::timeout:
            return "timeout";
        case Errc::gone:
            return "gone";
        case Errc::protocol:
            return "protocol";
    }
    return "unknown";
}

}  // namespace

json::value to_json(const std::string& text) {
    return json::string(text);
}

json::value to_json(const osi::OsFacts& facts) {
    json::object all;
    for (const auto& [name, value] : facts) {
        all.emplace(name, value);
    }
    return all;
}

json::value to_json(const osi::Process& process) {
    return {
        {"pid", process.pid},
        {"parent", or_null(process.parent)},
        {"namespace_pids", numbers(process.namespace_pids)},
        {"uid", or_null(process.uid)},
        {"effective_uid", or_null(process.effective_uid)},
        {"gid", or_null(process.gid)},
        {"command", process.command},
        {"state", std::string(1, process.state)},
        {"kernel_thread", process.kernel_thread},
        {"compat", process.compat},
        {"start_time", or_null(process.start_time)},
        {"exit_code", or_null(process.exit_code)},
        {"threads", process.threads},
        {"space", process.space ? json::value(process.space->root) : json::value(nullptr)},
        {"task", process.task.value},
    };
}

json::value to_json(const osi::Thread& thread) {
    return {
        {"tid", thread.tid},
        {"pid", thread.pid},
        {"namespace_tids", numbers(thread.namespace_tids)},
        {"command", thread.command},
        {"state", std::string(1, thread.state)},
        {"cpu", or_null(thread.cpu)},
        {"vcpu", thread.vcpu ? json::value(thread.vcpu->index) : json::value(nullptr)},
        {"task", thread.task.value},
    };
}

json::value to_json(const osi::Mapping& mapping) {
    return {
        {"start", mapping.start.value},
        {"end", mapping.end.value},
        {"read", mapping.read},
        {"write", mapping.write},
        {"execute", mapping.execute},
        {"shared", mapping.shared},
        {"offset", mapping.offset},
        {"device_major", mapping.device_major},
        {"device_minor", mapping.device_minor},
        {"inode", mapping.inode},
        {"name", mapping.name},
    };
}

json::value to_json(const osi::OpenFile& file) {
    return {
        {"number", file.number}, {"name", file.name},   {"position", file.position},
        {"flags", file.flags},   {"inode", file.inode},
    };
}

json::value to_json(const osi::AuxiliaryEntry& entry) {
    return {{"type", entry.type}, {"value", entry.value}};
}

json::value to_json(const osi::KernelModule& module) {
    return {
        {"name", module.name},   {"base", module.base.value}, {"size", module.size}, {"users", or_null(module.users)},
        {"state", module.state},
    };
}

json::value to_json(const osi::UserRegisters& registers) {
    using Source = osi::UserRegisters::Source;
    return {
        {"source", registers.source == Source::vcpu ? "vcpu" : "saved_frame"},
        {"general", numbers(registers.general)},
        {"rip", registers.rip},
        {"eflags", registers.eflags},
        {"cs", registers.cs},
        {"ss", registers.ss},
        {"ds", registers.ds},
        {"es", registers.es},
        {"fs", registers.fs},
        {"gs", registers.gs},
        {"fs_base", registers.fs_base},
        {"gs_base", registers.gs_base},
        {"orig_rax", or_null(registers.orig_rax)},
        {"xsave", registers.xsave ? json::value(encode_hex(*registers.xsave)) : json::value(nullptr)},
        {"frame", address_or_null(registers.frame)},
        {"xsave_address", address_or_null(registers.xsave_address)},
    };
}

json::value to_json(const osi::SymbolPlace& place) {
    return {
        {"name", place.name},
        {"address", place.address.value},
        {"offset", place.offset},
        {"module", place.module},
    };
}

json::value to_json(const osi::CurrentThread& current) {
    return {{"tid", current.tid}, {"pid", current.pid}, {"user_mode", current.user_mode}};
}

json::object to_json(const osi::FileStatus& status) {
    return {{"size", status.size},
            {"mode", status.mode},
            {"inode", status.inode},
            {"device_major", status.device_major},
            {"device_minor", status.device_minor},
            {"links", status.links},
            {"uid", status.uid},
            {"gid", status.gid},
            {"modified", status.modified}};
}

json::value to_json(const Error& error) {
    return {{"error", error.detail}, {"code", code_name(error.code)}};
}

}  // namespace hvgdb::monitor
