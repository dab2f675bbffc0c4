// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_link.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

constexpr std::size_t kMaxReply = std::size_t{256} << 10U;
constexpr std::size_t kReadSize = std::size_t{64} << 10U;
constexpr unsigned kMaxRepeats = 3;
constexpr unsigned kAttempts = 2;

// A request whose answer cannot be mistaken for any other's.
constexpr std::string_view kMarkRequest = "qqemu.sstepbits";
constexpr std::string_view kMarkReply = "ENABLE=";
constexpr unsigned kMaxStaleReplies = 16;

bool is_stop_reply(std::string_view body) {
    return body.size() >= 3 && (body[0] == 'T' || body[0] == 'S') && hex_digit(body[1]) && hex_digit(body[2]);
}

bool is_exit_reply(std::string_view body) {
    return body.size() >= 3 && (body[0] == 'W' || body[0] == 'X') && hex_digit(body[1]) && hex_digit(body[2]);
}

std::string excerpt(std::string_view text) {
    std::string result;
    for (const char character : text.substr(0, 40)) {
        result.push_back(character >= ' ' && character <= '~' ? character : '?');
    }
    return result;
}

}  // namespace

bool is_error_reply(std::string_view body) {
    return body.size() == 3 && body[0] == 'E' && hex_digit(body[1]) && hex_digit(body[2]);
}

std::unexpected<Error> unexpected_reply(std::string_view request, std::string_view reply) {
    return fail(Errc::protocol, fmt::format("QEMU's stub answered '{}' to '{}'", excerpt(reply), excerpt(request)));
}

StubLink::StubLink(std::unique_ptr<Transport> transport, std::chrono::milliseconds limit)
    : transport_(std::move(transport)), limit_(limit), decoder_(kMaxReply, true), input_(kReadSize) {}

Expected<std::string> StubLink::request(std::string_view body) {
    Error last;
    for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
        if (gone_) {
            return std::unexpected(*gone_);
        }
        if (stale_) {
            if (auto clean = resynchronise(); !clean) {
                return std::unexpected(lose(clean.error()));
            }
        }
        auto reply = exchange(body);
        if (reply || reply.error().code != Errc::timeout) {
            return reply;
        }
        last = std::move(reply.error());
    }
    return std::unexpected(lose(std::move(last)));
}

Expected<void> StubLink::command(std::string_view body, Errc on_error) {
    const auto reply = request(body);
    if (!reply) {
        return std::unexpected(reply.error());
    }
    if (*reply == "OK") {
        return {};
    }
    if (reply->empty()) {
        return fail(Errc::unsupported, fmt::format("QEMU's stub does not know '{}'", excerpt(body)));
    }
    if (is_error_reply(*reply)) {
        return fail(on_error, fmt::format("QEMU's stub refused '{}' ({})", excerpt(body), *reply));
    }
    return unexpected_reply(body, *reply);
}

Expected<std::string> StubLink::exchange(std::string_view body) {
    const auto wire = encode_packet(body, false);
    const auto deadline = Clock::now() + limit_;
    repeats_ = 0;
    if (auto sent = write_frame(wire); !sent) {
        return std::unexpected(sent.error());
    }
    stale_ = true;
    auto reply = await_reply(wire, deadline);
    stale_ = !reply;
    return reply;
}

Expected<std::string> StubLink::await_reply(std::string_view wire, Clock::time_point deadline) {
    while (true) {
        auto frame = next_frame(deadline);
        if (!frame) {
            return std::unexpected(frame.error());
        }
        if (auto* const packet = std::get_if<frame::Packet>(&*frame)) {
            if (is_exit_reply(packet->body)) {
                return std::unexpected(lose({Errc::gone, "QEMU ended"}));
            }
            if (!is_stop_reply(packet->body)) {
                return std::move(packet->body);
            }
        } else if (std::holds_alternative<frame::Nak>(*frame)) {
            if (auto repeated = repeat(wire); !repeated) {
                return std::unexpected(repeated.error());
            }
        } else if (std::holds_alternative<frame::Bad>(*frame)) {
            if (auto repeated = repeat("-"); !repeated) {
                return std::unexpected(repeated.error());
            }
        }
    }
}

Expected<void> StubLink::resynchronise() {
    auto reply = exchange(kMarkRequest);
    for (unsigned stale = 0; reply && !reply->starts_with(kMarkReply); ++stale) {
        if (stale == kMaxStaleReplies) {
            return unexpected_reply(kMarkRequest, *reply);
        }
        reply = await_reply({}, Clock::now() + limit_);
    }
    if (!reply) {
        return std::unexpected(reply.error());
    }
    return {};
}

Expected<void> StubLink::start(std::string_view body) {
    if (gone_) {
        return std::unexpected(*gone_);
    }
    repeats_ = 0;
    started_ = encode_packet(body, false);
    return write_frame(started_);
}

Expected<void> StubLink::interrupt() {
    if (gone_) {
        return std::unexpected(*gone_);
    }
    return write("\x03");
}

Expected<std::optional<std::string>> StubLink::poll() {
    while (true) {
        if (gone_) {
            return std::unexpected(*gone_);
        }
        auto frame = next_frame(std::nullopt);
        if (!frame) {
            if (frame.error().code == Errc::timeout) {
                return std::nullopt;
            }
            return std::unexpected(frame.error());
        }
        Expected<void> repeated;
        if (auto* const packet = std::get_if<frame::Packet>(&*frame)) {
            return std::move(packet->body);
        }
        if (std::holds_alternative<frame::Nak>(*frame) && !started_.empty()) {
            repeated = repeat(started_);
        } else if (std::holds_alternative<frame::Bad>(*frame)) {
            repeated = repeat("-");
        }
        if (!repeated) {
            return std::unexpected(lose(repeated.error()));
        }
    }
}

Expected<Frame> StubLink::next_frame(std::optional<Clock::time_point> deadline) {
    while (true) {
        while (input_begin_ < input_end_) {
            if (auto frame = decoder_.feed(input_[input_begin_++])) {
                acknowledge_ = acknowledge_ || std::holds_alternative<frame::Packet>(*frame);
                return std::move(*frame);
            }
        }
        if (auto filled = fill(deadline); !filled) {
            return std::unexpected(filled.error());
        }
    }
}

Expected<void> StubLink::fill(std::optional<Clock::time_point> deadline) {
    auto limit = std::chrono::milliseconds::zero();
    if (deadline) {
        limit = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
        if (limit <= std::chrono::milliseconds::zero()) {
            return fail(Errc::timeout, "QEMU's stub does not answer");
        }
    }
    const auto got = transport_->read(input_, limit);
    if (!got) {
        return std::unexpected(got.error().code == Errc::timeout ? got.error() : lose(got.error()));
    }
    input_begin_ = 0;
    input_end_ = std::min(*got, input_.size());
    return {};
}

Expected<void> StubLink::repeat(std::string_view wire) {
    if (++repeats_ > kMaxRepeats || wire.empty()) {
        return fail(Errc::protocol, "the link to QEMU's stub garbles what it carries");
    }
    return write(wire);
}

Expected<void> StubLink::write_frame(std::string_view wire) {
    return std::exchange(acknowledge_, false) ? write(fmt::format("+{}", wire)) : write(wire);
}

Expected<void> StubLink::write(std::string_view bytes) {
    auto written = transport_->write(as_bytes(bytes), limit_);
    if (!written) {
        return std::unexpected(lose(std::move(written.error())));
    }
    return {};
}

Error StubLink::lose(Error why) {
    if (!gone_) {
        gone_ = Error{Errc::gone, why.detail};
    }
    return why;
}

}  // namespace hvgdb::emulator
