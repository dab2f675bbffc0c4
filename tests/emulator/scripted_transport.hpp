// SPDX-License-Identifier: GPL-2.0-or-later
// A conversation with QEMU's stub, played from a table.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "emulator/stub_machine.hpp"
#include "emulator/stub_transport.hpp"

namespace hvgdb::emulator {

/// `sent` is what we must write next, byte for byte, acknowledgments of QEMU's packets aside; `answer` is what then
/// can be read. When `sent` is empty the answer comes unasked, as soon as all before it was read.
struct Line {
    std::string sent;
    std::string answer;
};
using Script = std::deque<Line>;

/// `$body#xx`.
std::string packet(std::string_view body);
/// A request and its acknowledged reply.
Line ask(std::string_view request, std::string_view reply);

inline const std::string kClosed = "<closed>";  ///< as an answer: QEMU goes

/// What a test still sees after the transport went to its owner.
struct Conversation {
    Script script;
    std::string unexpected;     ///< what was written though the script had something else, or nothing
    unsigned acknowledged = 0;  ///< `+` written
    std::size_t read_size = 65536;
};

/// Time-outs come at once.
class ScriptedTransport final : public Transport {
  public:
    explicit ScriptedTransport(Conversation& conversation) : conversation_(conversation) {}
    Expected<void> write(std::span<const std::byte> bytes, std::chrono::milliseconds limit) override;
    Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds limit) override;
    int native_handle() const override { return -1; }

  private:
    void next_answer();

    Conversation& conversation_;
    std::string readable_;
    std::size_t read_ = 0;
    bool closed_ = false;
};

/// The handshake of a machine with an x86-like description of two 8-byte registers, rip and rsp, a 4-byte one, flags,
/// and, beyond the block, extra (number 3, 2 bytes).
Script handshake(unsigned vcpus = 2, std::string_view packet_size = "20020");

}  // namespace hvgdb::emulator
