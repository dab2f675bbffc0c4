// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever comes in: bodies stay within their limit, and what we encode is decoded to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <variant>

#include "emulator/frame.hpp"
#include "emulator/hex.hpp"

namespace {

using hvgdb::Frame;
using hvgdb::FrameDecoder;

constexpr std::size_t kMaxBody = 256;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void expect_round_trip(const std::string& body, bool compress) {
    FrameDecoder decoder(kMaxBody, compress);
    std::optional<Frame> last;
    for (const auto byte : hvgdb::as_bytes(hvgdb::encode_packet(body, compress))) {
        require(!last);
        last = decoder.feed(byte);
    }
    const auto* const packet = last ? std::get_if<hvgdb::frame::Packet>(&*last) : nullptr;
    require(packet != nullptr && packet->body == body);
}

void decode_all(std::span<const std::byte> input, bool expand_runs, bool verify) {
    FrameDecoder decoder(kMaxBody, expand_runs);
    decoder.set_verify_checksums(verify);
    for (const auto byte : input) {
        const auto frame = decoder.feed(byte);
        if (!frame) {
            continue;
        }
        if (const auto* const packet = std::get_if<hvgdb::frame::Packet>(&*frame)) {
            require(packet->body.size() <= kMaxBody);
            expect_round_trip(packet->body, true);
            expect_round_trip(packet->body, false);
        }
    }
    // Whatever state it was in, at most one frame is lost.
    decoder.set_verify_checksums(true);
    std::optional<Frame> last;
    for (const auto byte : hvgdb::as_bytes("$?#3f")) {
        last = decoder.feed(byte);
    }
    require(last && std::holds_alternative<hvgdb::frame::Packet>(*last));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    decode_all(input, true, true);
    decode_all(input, true, false);
    decode_all(input, false, true);
    decode_all(input, false, false);
    return 0;
}
