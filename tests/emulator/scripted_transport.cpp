// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/emulator/scripted_transport.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "emulator/frame.hpp"
#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

const std::string kTarget = R"(<target><architecture>i386:x86-64</architecture><xi:include href="core.xml"/></target>)";
const std::string kCore =
    R"(<feature name="core"><reg name="rip" bitsize="64" type="code_ptr"/><reg name="rsp" bitsize="64"/>)"
    R"(<reg name="flags" bitsize="32"/><reg name="extra" bitsize="16"/></feature>)";

}  // namespace

std::string packet(std::string_view body) {
    return encode_packet(body, false);
}

Line ask(std::string_view request, std::string_view reply) {
    return {packet(request), "+" + packet(reply)};
}

Expected<void> ScriptedTransport::write(std::span<const std::byte> bytes, std::chrono::milliseconds /*limit*/) {
    if (closed_) {
        return fail(Errc::gone, "closed");
    }
    auto text = std::string(as_text(bytes));
    if (text.starts_with('+')) {
        ++conversation_.acknowledged;
        text.erase(0, 1);
    }
    auto& script = conversation_.script;
    if (script.empty() || script.front().sent != text) {
        conversation_.unexpected += text;
        return {};
    }
    next_answer();
    return {};
}

void ScriptedTransport::next_answer() {
    auto& script = conversation_.script;
    closed_ = script.front().answer == kClosed;
    if (!closed_) {
        readable_ += script.front().answer;
    }
    script.pop_front();
}

Expected<std::size_t> ScriptedTransport::read(std::span<std::byte> out, std::chrono::milliseconds /*limit*/) {
    auto& script = conversation_.script;
    if (read_ == readable_.size() && !script.empty() && script.front().sent.empty()) {
        next_answer();
    }
    if (closed_) {
        return fail(Errc::gone, "closed");
    }
    if (read_ == readable_.size()) {
        return fail(Errc::timeout, "nothing to read");
    }
    const auto rest = std::string_view(readable_).substr(read_);
    const auto count = std::min({out.size(), rest.size(), conversation_.read_size});
    std::ranges::copy(as_bytes(rest.substr(0, count)), out.begin());
    read_ += count;
    return count;
}

Script handshake(unsigned vcpus, std::string_view packet_size) {
    const auto chunk = std::min<std::uint64_t>(0x8000, parse_hex(packet_size).value_or(0x40) - 0x40);
    Script script{
        ask("qSupported:qXfer:features:read+", fmt::format("PacketSize={};qXfer:features:read+", packet_size)),
        ask("Qqemu.PhyMemMode:0", "OK"),
        ask(fmt::format("qXfer:features:read:target.xml:0,{:x}", chunk), "m" + kTarget.substr(0, 20)),
        ask(fmt::format("qXfer:features:read:target.xml:14,{:x}", chunk), "l" + kTarget.substr(20)),
        ask(fmt::format("qXfer:features:read:core.xml:0,{:x}", chunk), "l" + kCore),
        ask("g", std::string(40, '0')),
        ask("qfThreadInfo", "m01"),
    };
    for (unsigned vcpu = 2; vcpu <= vcpus; ++vcpu) {
        script.push_back(ask("qsThreadInfo", fmt::format("m{:02x}", vcpu)));
    }
    script.push_back(ask("qsThreadInfo", "l"));
    script.push_back(ask("qqemu.sstep", "0x7"));
    return script;
}

}  // namespace hvgdb::emulator
