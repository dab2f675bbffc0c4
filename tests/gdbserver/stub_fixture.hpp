// SPDX-License-Identifier: GPL-2.0-or-later
// A Stub over the fake machine, and the client's end of the conversation.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "emulator/frame.hpp"
#include "gdbserver/stub.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

/// Two vCPUs at 0x1000 and memory at 0x1000 to 0x2fff; the machine runs, nobody is connected. What `os` knows outlives
/// the rig.
class StubRig {
  public:
    explicit StubRig(unsigned vcpus = 2, osi::Os* os = nullptr) : machine(vcpus), instrumentation(machine) {
        machine.memory().map(0x1000, 0x2000);
        machine.poke(0x1000, "\x90\x90\x90\x90\x90\x90\x90\x90");
        instrumentation.set_parked_handler([this] { debuggee.on_vcpu_parked(); });
        if (os != nullptr) {
            stub.set_os(os);
        }
        machine.start();
    }

    /// Nothing is attached, and the machine runs on.
    void connect(gdbserver::Entry entry = {}) {
        stub.connect([this](std::string_view bytes) { take(bytes); }, std::move(entry));
    }
    /// Connected, without acknowledgments; `features` as in qSupported.
    void greet(std::string_view features = "multiprocess+;swbreak+;hwbreak+", gdbserver::Entry entry = {}) {
        connect(std::move(entry));
        (void)ask("QStartNoAckMode");
        (void)ask("qSupported:" + std::string(features));
    }
    /// greet(), and what the entry is for, the machine mostly, is attached and paused.
    void connect_quietly(std::string_view features = "multiprocess+;swbreak+;hwbreak+") {
        greet(features);
        (void)ask_paused("?");
    }

    void send(std::string_view body) { stub.receive(encode_packet(body, false)); }
    void send_raw(std::string_view bytes) { stub.receive(bytes); }
    /// The next reply, unescaped; "(nothing)" when there is none.
    [[nodiscard]] std::string next() {
        if (replies.empty()) {
            return "(nothing)";
        }
        auto reply = std::move(replies.front());
        replies.pop_front();
        return reply;
    }
    /// The only reply; "(nothing)", or "(more than one) ..." otherwise.
    std::string ask(std::string_view body) {
        send(body);
        auto reply = next();
        return replies.empty() ? reply : "(more than one) " + reply;
    }

    /// ask() something that the machine pauses for.
    std::string ask_paused(std::string_view body) {
        send(body);
        (void)machine.run_until_stop(1);
        return next();
    }

    FakeMachine machine;
    FakeInstrumentation instrumentation;
    gdbserver::Debuggee debuggee{machine, instrumentation};
    gdbserver::Stub stub{debuggee};
    std::deque<std::string> replies;
    std::string raw;  ///< all bytes since the test last cleared it
    unsigned acks = 0;
    unsigned naks = 0;

  private:
    void take(std::string_view bytes) {
        raw += bytes;
        for (const char byte : bytes) {
            const auto frame = decoder_.feed(static_cast<std::byte>(byte));
            if (!frame) {
                continue;
            }
            if (const auto* packet = std::get_if<frame::Packet>(&*frame)) {
                replies.push_back(packet->body);
            }
            acks += std::holds_alternative<frame::Ack>(*frame) ? 1 : 0;
            naks += std::holds_alternative<frame::Nak>(*frame) ? 1 : 0;
        }
    }

    FrameDecoder decoder_{std::size_t{1} << 20, true};
};

}  // namespace hvgdb::test
