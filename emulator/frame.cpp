// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/frame.hpp"

#include <algorithm>
#include <utility>

#include "emulator/hex.hpp"

namespace hvgdb {

namespace {

constexpr unsigned char kInterrupt = 0x03;
constexpr unsigned char kTelnetCommand = 0xff;
constexpr unsigned char kTelnetBreak = 0xf3;
constexpr unsigned char kEscapeMask = 0x20;

// GDB manual, "Overview": a run-length code is the number of further repetitions plus 29, printable, and at least 3.
constexpr unsigned char kRunBias = 29;
constexpr unsigned char kMinRunCode = kRunBias + 3;
constexpr unsigned char kMaxRunCode = 126;

bool must_escape(char character) {
    return character == '#' || character == '$' || character == '}' || character == '*';
}

/// The largest code for at most `repeats` further repetitions that no reader takes for framing; none if too few.
std::optional<unsigned char> run_code(std::size_t repeats) {
    if (repeats < kMinRunCode - kRunBias) {
        return std::nullopt;
    }
    auto code = static_cast<unsigned char>(std::min<std::size_t>(repeats + kRunBias, kMaxRunCode));
    while (code == '#' || code == '$' || code == '+' || code == '-') {
        --code;
    }
    return code;
}

std::string encode_body(std::string_view body, bool compress) {
    std::string result;
    result.reserve(body.size() + body.size() / 8);
    for (std::size_t at = 0; at < body.size(); ++at) {
        const char character = body[at];
        if (must_escape(character)) {
            result.push_back('}');
            result.push_back(static_cast<char>(static_cast<unsigned char>(character) ^ kEscapeMask));
            continue;
        }
        result.push_back(character);
        if (!compress) {
            continue;
        }
        const auto run_end = std::min(body.find_first_not_of(character, at), body.size());
        if (const auto code = run_code(run_end - at - 1)) {
            result.push_back('*');
            result.push_back(static_cast<char>(*code));
            at += *code - kRunBias;
        }
    }
    return result;
}

}  // namespace

FrameDecoder::FrameDecoder(std::size_t max_body, bool expand_runs) : max_body_(max_body), expand_runs_(expand_runs) {}

void FrameDecoder::reset() {
    state_ = State::idle;
}

std::optional<Frame> FrameDecoder::feed(std::byte byte) {
    const auto value = std::to_integer<unsigned char>(byte);
    switch (state_) {
        case State::idle:
        case State::telnet:
            return feed_idle(value);
        case State::body:
            feed_body(value);
            return std::nullopt;
        case State::drain:
            feed_drain(value);
            return std::nullopt;
        case State::checksum_high:
        case State::checksum_low:
            return feed_checksum(value);
    }
    return std::nullopt;
}

std::optional<Frame> FrameDecoder::feed_idle(unsigned char byte) {
    const bool after_telnet_command = std::exchange(state_, State::idle) == State::telnet;
    switch (byte) {
        case '$':
            begin(false);
            return std::nullopt;
        case '%':
            begin(true);
            return std::nullopt;
        case '+':
            return frame::Ack{};
        case '-':
            return frame::Nak{};
        case kInterrupt:
            return frame::Interrupt{};
        case kTelnetCommand:
            state_ = State::telnet;
            return std::nullopt;
        case kTelnetBreak:
            return after_telnet_command ? std::optional<Frame>(frame::Interrupt{}) : std::nullopt;
        default:
            return std::nullopt;
    }
}

void FrameDecoder::begin(bool notification) {
    state_ = State::body;
    notification_ = notification;
    escaped_ = run_ = bad_escape_ = too_long_ = checksum_malformed_ = false;
    sum_ = wanted_ = 0;
    previous_.reset();
    body_.clear();
}

void FrameDecoder::feed_body(unsigned char byte) {
    if (byte == '$') {
        begin(false);
        return;
    }
    if (byte == '#') {
        bad_escape_ = bad_escape_ || escaped_ || run_;
        state_ = State::checksum_high;
        return;
    }
    sum_ = static_cast<unsigned char>(sum_ + byte);
    decode(byte);
}

void FrameDecoder::decode(unsigned char byte) {
    if (std::exchange(run_, false)) {
        expand_run(byte);
        return;
    }
    if (std::exchange(escaped_, false)) {
        previous_ = byte;
        append(byte ^ kEscapeMask);
    } else if (byte == '}') {
        escaped_ = true;
    } else if (byte == '*' && expand_runs_) {
        run_ = true;
    } else {
        previous_ = byte;
        append(byte);
    }
}

void FrameDecoder::expand_run(unsigned char count) {
    if (!previous_ || count < kMinRunCode || count > kMaxRunCode) {
        bad_escape_ = true;
        return;
    }
    append(*previous_, count - kRunBias);
}

void FrameDecoder::append(unsigned char byte, std::size_t times) {
    if (times > max_body_ - body_.size()) {
        too_long_ = true;
        state_ = State::drain;
        return;
    }
    body_.append(times, static_cast<char>(byte));
}

void FrameDecoder::feed_drain(unsigned char byte) {
    if (byte == '$') {
        begin(false);
    } else if (byte == '#') {
        state_ = State::checksum_high;
    }
}

std::optional<Frame> FrameDecoder::feed_checksum(unsigned char byte) {
    if (byte == '$') {
        begin(false);
        return std::nullopt;
    }
    const auto digit = hex_digit(static_cast<char>(byte));
    checksum_malformed_ = checksum_malformed_ || !digit;
    wanted_ = static_cast<unsigned char>(unsigned{wanted_} << 4U | digit.value_or(0));
    if (std::exchange(state_, State::checksum_low) == State::checksum_high) {
        return std::nullopt;
    }
    state_ = State::idle;
    return finish();
}

std::optional<Frame> FrameDecoder::finish() {
    std::optional<frame::Bad::Why> why;
    if (too_long_) {
        why = frame::Bad::Why::too_long;
    } else if (verify_ && (checksum_malformed_ || sum_ != wanted_)) {
        why = frame::Bad::Why::checksum;
    } else if (bad_escape_) {
        why = frame::Bad::Why::escape;
    }
    auto body = std::exchange(body_, {});
    if (why) {
        return notification_ ? std::nullopt : std::optional<Frame>(frame::Bad{*why});
    }
    if (notification_) {
        return frame::Notification{std::move(body)};
    }
    return frame::Packet{std::move(body)};
}

std::string encode_packet(std::string_view body, bool compress) {
    auto result = encode_body(body, compress);
    unsigned char sum = 0;
    for (const char character : result) {
        sum = static_cast<unsigned char>(sum + static_cast<unsigned char>(character));
    }
    const std::byte checksum[] = {std::byte{sum}};
    result.insert(result.begin(), '$');
    result.push_back('#');
    return result + encode_hex(checksum);
}

}  // namespace hvgdb
