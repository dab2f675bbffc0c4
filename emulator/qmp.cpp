// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/qmp.hpp"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "emulator/hex.hpp"
#include "emulator/stub_transport.hpp"

namespace hvgdb::emulator {
namespace {

namespace json = boost::json;

/// QEMU answers from its main loop, which starts only when the whole machine is built.
constexpr std::chrono::seconds kLimit{60};
constexpr std::size_t kMaxLine = std::size_t{1024} * 1024;

Expected<json::object> parse_object(const std::string& line) {
    boost::system::error_code error;
    json::value value = json::parse(line, error);
    if (error || !value.is_object()) {
        return fail(Errc::protocol, "QMP: no JSON object: " + line.substr(0, 80));
    }
    return std::move(value.get_object());
}

std::string request_for(std::string_view command) {
    return json::serialize(json::object{{"execute", command}});
}

std::string text_member(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

}  // namespace

Qmp::Qmp(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}
Qmp::Qmp(Qmp&&) noexcept = default;
Qmp& Qmp::operator=(Qmp&&) noexcept = default;
Qmp::~Qmp() = default;

Expected<Qmp> Qmp::connect(std::unique_ptr<Transport> transport) {
    Qmp qmp(std::move(transport));
    const auto greeting = qmp.read_line();
    if (!greeting) {
        return std::unexpected(greeting.error());
    }
    const auto object = parse_object(*greeting);
    if (!object || !object->contains("QMP")) {
        return fail(Errc::protocol, "QMP: no greeting");
    }
    if (const auto ready = qmp.ask(request_for("qmp_capabilities")); !ready) {
        return std::unexpected(ready.error());
    }
    return qmp;
}

Expected<std::string> Qmp::run_state() {
    const auto answer = ask(request_for("query-status"));
    if (!answer) {
        return std::unexpected(answer.error());
    }
    const auto object = parse_object(*answer);
    std::string status = object ? text_member(*object, "status") : std::string{};
    if (status.empty()) {
        return fail(Errc::protocol, "QMP: query-status told no status");
    }
    return status;
}

Expected<std::string> Qmp::human_monitor(std::string_view command_line) {
    const auto answer = ask(json::serialize(json::object{{"execute", "human-monitor-command"},
                                                         {"arguments", json::object{{"command-line", command_line}}}}));
    if (!answer) {
        return std::unexpected(answer.error());
    }
    boost::system::error_code error;
    const json::value printed = json::parse(*answer, error);
    if (error || !printed.is_string()) {
        return fail(Errc::protocol, "QMP: human-monitor-command told no text");
    }
    return std::string(printed.get_string());
}

Expected<std::string> Qmp::ask(std::string request) {
    request += '\n';
    if (auto sent = transport_->write(as_bytes(request), kLimit); !sent) {
        return std::unexpected(sent.error());
    }
    while (true) {
        const auto line = read_line();
        if (!line) {
            return std::unexpected(line.error());
        }
        const auto object = parse_object(*line);
        if (!object) {
            return std::unexpected(object.error());
        }
        if (const json::value* value = object->if_contains("return")) {
            return json::serialize(*value);
        }
        if (const json::value* error = object->if_contains("error")) {
            return fail(Errc::unsupported, "QMP: " + (error->is_object() ? text_member(error->get_object(), "desc")
                                                                         : std::string("error")));
        }
    }
}

Expected<std::string> Qmp::read_line() {
    std::array<std::byte, 4096> buffer{};
    std::size_t searched = 0;
    while (true) {
        if (const std::size_t end = received_.find('\n', searched); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        searched = received_.size();
        if (searched > kMaxLine) {
            return fail(Errc::protocol, "QMP: an endless line");
        }
        const auto size = transport_->read(buffer, kLimit);
        if (!size) {
            return std::unexpected(size.error());
        }
        received_ += as_text(std::span(buffer).first(*size));
    }
}

}  // namespace hvgdb::emulator
