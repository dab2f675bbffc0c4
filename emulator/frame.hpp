// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of the remote serial protocol, as both our server and our link to QEMU's stub speak them
// (GDB manual, "Remote Protocol: Overview" and "Packet Acknowledgment").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hvgdb {

namespace frame {
/// A body whose checksum holds, unescaped and with its run-length codes expanded.
struct Packet {
    std::string body;
};
struct Ack {};
struct Nak {};
/// Byte 0x03 between frames (or a telnet BREAK, 0xff 0xf3).
struct Interrupt {};
/// `%...#xx`: a notification; its body, treated as a packet's. A damaged one is dropped: nobody would repeat it.
struct Notification {
    std::string body;
};
/// The frame is lost; the sender should repeat it if acknowledgments are on.
struct Bad {
    enum class Why : std::uint8_t { checksum, too_long, escape } why = Why::checksum;
};
}  // namespace frame

using Frame = std::variant<frame::Packet, frame::Ack, frame::Nak, frame::Interrupt, frame::Notification, frame::Bad>;

/// Bytes in, frames out; keeps at most `max_body` bytes. Junk between frames is dropped, and a `$` inside a frame,
/// where it can only mean that the rest of that frame was lost, begins the next one.
class FrameDecoder {
  public:
    /// `expand_runs`: accept run-length codes (only servers send them). `verify`: a wrong checksum is Bad; when false
    /// (acknowledgments are off) it is accepted as the protocol asks.
    explicit FrameDecoder(std::size_t max_body, bool expand_runs);

    void set_verify_checksums(bool verify) { verify_ = verify; }
    /// Feeds one byte; a frame when this byte completed one.
    [[nodiscard]] std::optional<Frame> feed(std::byte byte);
    void reset();

  private:
    enum class State : std::uint8_t { idle, telnet, body, drain, checksum_high, checksum_low };

    std::optional<Frame> feed_idle(unsigned char byte);
    void feed_body(unsigned char byte);
    void feed_drain(unsigned char byte);
    std::optional<Frame> feed_checksum(unsigned char byte);
    std::optional<Frame> finish();
    void decode(unsigned char byte);
    void expand_run(unsigned char count);
    void append(unsigned char byte, std::size_t times = 1);
    void begin(bool notification);

    std::size_t max_body_;
    bool expand_runs_;
    bool verify_ = true;
    State state_ = State::idle;
    bool notification_ = false;
    bool escaped_ = false;
    bool run_ = false;
    bool bad_escape_ = false;
    bool too_long_ = false;
    bool checksum_malformed_ = false;
    unsigned char sum_ = 0;
    unsigned char wanted_ = 0;
    std::optional<unsigned char> previous_;  ///< the character a run-length code would repeat
    std::string body_;
};

/// `$body#xx`, with `# $ } *` escaped; `compress` uses run-length codes (replies only; lldb reads none).
[[nodiscard]] std::string encode_packet(std::string_view body, bool compress);

}  // namespace hvgdb
