// SPDX-License-Identifier: GPL-2.0-or-later
// Requests and replies on the private link to QEMU's stub: framing, acknowledgments, repetition, time limits.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/frame.hpp"
#include "emulator/stub_transport.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// The caller knows whether QEMU runs: while it does, nothing but interrupt() and poll() may be called, because QEMU
/// takes any byte for a wish to pause (gdbstub/gdbstub.c, gdb_read_byte). QEMU has no mode without acknowledgments;
/// ours for a reply travels with the next request.
class StubLink {
  public:
    /// `limit` holds for one request; after a second one of the same request the link is given up.
    StubLink(std::unique_ptr<Transport> transport, std::chrono::milliseconds limit);

    /// The body of the one reply. Stop replies that come late are dropped. Errors: `timeout`, `gone`, `protocol`.
    [[nodiscard]] Expected<std::string> request(std::string_view body);
    /// A request whose only good reply is OK. An error reply becomes `on_error`, no reply at all `unsupported`.
    [[nodiscard]] Expected<void> command(std::string_view body, Errc on_error);

    /// Sends a request that sets QEMU running, without waiting for anything.
    [[nodiscard]] Expected<void> start(std::string_view body);
    [[nodiscard]] Expected<void> interrupt();
    /// The body of a packet that has come since start(), nothing when there is none yet. Never waits.
    [[nodiscard]] Expected<std::optional<std::string>> poll();

    [[nodiscard]] bool gone() const { return gone_.has_value(); }
    [[nodiscard]] int native_handle() const { return transport_->native_handle(); }

  private:
    using Clock = std::chrono::steady_clock;

    Expected<std::string> exchange(std::string_view body);
    Expected<std::string> await_reply(std::string_view wire, Clock::time_point deadline);
    Expected<void> resynchronise();
    Expected<Frame> next_frame(std::optional<Clock::time_point> deadline);
    Expected<void> fill(std::optional<Clock::time_point> deadline);
    Expected<void> repeat(std::string_view wire);
    Expected<void> write(std::string_view bytes);
    Expected<void> write_frame(std::string_view wire);
    Error lose(Error why);

    std::unique_ptr<Transport> transport_;
    std::chrono::milliseconds limit_;
    FrameDecoder decoder_;
    std::vector<std::byte> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::string started_;       ///< the frame that set QEMU running, should it ask for it again
    unsigned repeats_ = 0;      ///< how often a frame was asked for again since the last request
    bool acknowledge_ = false;  ///< QEMU's last packet is still to be acknowledged
    bool stale_ = false;        ///< a reply to an earlier request may still come
    std::optional<Error> gone_;
};

/// Is it a reply of QEMU's that says "error"?
[[nodiscard]] bool is_error_reply(std::string_view body);
/// `protocol`, quoting the beginning of an unexpected reply.
[[nodiscard]] std::unexpected<Error> unexpected_reply(std::string_view request, std::string_view reply);

}  // namespace hvgdb::emulator
