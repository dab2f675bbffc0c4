// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/frame.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/hex.hpp"

namespace hvgdb {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMaxBody = 16;

std::string show(const Frame& frame) {
    struct Visitor {
        std::string operator()(const frame::Packet& packet) const { return fmt::format("packet({})", packet.body); }
        std::string operator()(const frame::Notification& note) const {
            return fmt::format("notification({})", note.body);
        }
        std::string operator()(frame::Ack) const { return "ack"; }
        std::string operator()(frame::Nak) const { return "nak"; }
        std::string operator()(frame::Interrupt) const { return "interrupt"; }
        std::string operator()(const frame::Bad& bad) const {
            const char* const names[] = {"bad checksum", "too long", "bad escape"};
            return names[static_cast<std::size_t>(bad.why)];
        }
    };
    return std::visit(Visitor{}, frame);
}

using Shown = std::vector<std::string>;

Shown feed_all(FrameDecoder& decoder, std::string_view input) {
    Shown frames;
    for (const auto byte : as_bytes(input)) {
        if (const auto frame = decoder.feed(byte)) {
            frames.push_back(show(*frame));
        }
    }
    return frames;
}

/// A body as it stands on the wire, with the right checksum.
std::string framed(std::string_view wire, char start = '$') {
    unsigned char sum = 0;
    for (const char character : wire) {
        sum = static_cast<unsigned char>(sum + static_cast<unsigned char>(character));
    }
    const std::byte checksum[] = {std::byte{sum}};
    return fmt::format("{}{}#{}", start, wire, encode_hex(checksum));
}

struct Row {
    const char* name;
    std::string input;
    Shown frames;
};

std::vector<Row> common_rows() {
    return {
        {"empty packet", "$#00", {"packet()"}},
        {"packet", "$g#67", {"packet(g)"}},
        {"upper-case checksum", "$OK#9A", {"packet(OK)"}},
        {"two packets", "$g#67$OK#9a", {"packet(g)", "packet(OK)"}},
        {"acks", "+$g#67-+", {"ack", "packet(g)", "nak", "ack"}},
        {"junk between frames", "xyz\r\n#00$g#67\0abc$g#67"s, {"packet(g)", "packet(g)"}},
        {"interrupt", "\x03$g#67\x03", {"interrupt", "packet(g)", "interrupt"}},
        {"0x03 inside is data", framed("a\x03z"), {"packet(a\x03z)"}},
        {"acks inside are data", framed("+-%"), {"packet(+-%)"}},
        {"telnet break", "\xff\xf3", {"interrupt"}},
        {"telnet break after telnet", "\xff\xff\xf3", {"interrupt"}},
        {"f3 alone", "\xf3$g#67", {"packet(g)"}},
        {"telnet other command", "\xff\xf4$g#67", {"packet(g)"}},
        {"packet right after ff", "\xff$g#67", {"packet(g)"}},
        {"notification", framed("Stop:T05", '%'), {"notification(Stop:T05)"}},
        {"damaged notification", "%Stop#00$g#67", {"packet(g)"}},
        {"wrong checksum", "$g#68$g#67", {"bad checksum", "packet(g)"}},
        {"first digit bad", "$g#g7$g#67", {"bad checksum", "packet(g)"}},
        {"second digit bad", "$g#6z$g#67", {"bad checksum", "packet(g)"}},
        {"restart in body", "$abc$g#67", {"packet(g)"}},
        {"restart in checksum", "$abc#$g#67$abc#1$g#67", {"packet(g)", "packet(g)"}},
        {"restart of a notification", "%abc$g#67", {"packet(g)"}},
        {"escapes", framed("}\x03}\x04}]}\x0a"), {"packet(#$}*)"}},
        {"escaped ordinary", framed("}A"), {"packet(a)"}},
        {"lone escape", framed("a}"), {"bad escape"}},
        {"lone escape then packet", framed("}") + "$g#67", {"bad escape", "packet(g)"}},
        {"as long as allowed", framed("0123456789abcdef"), {"packet(0123456789abcdef)"}},
        {"too long", framed("0123456789abcdefX") + "$g#67", {"too long", "packet(g)"}},
        {"far too long", framed(std::string(100'000, 'y')) + "$g#67", {"too long", "packet(g)"}},
        {"too long with wrong checksum", "$0123456789abcdefX#zz$g#67", {"too long", "packet(g)"}},
        {"restart while draining", "$0123456789abcdefXXXX$g#67", {"packet(g)"}},
        {"escapes count once", framed("}a}a}a}a}a}a}a}a}a}a}a}a}a}a}a}a"), {"packet(AAAAAAAAAAAAAAAA)"}},
    };
}

std::vector<Row> run_rows() {
    return {
        {"run", framed("0* "), {"packet(0000)"}},
        {"run and more", framed("a0*!b"), {"packet(a00000b)"}},
        {"run that just fits", framed("0*,"), {"packet(0000000000000000)"}},
        {"run too long", framed("0*-") + "$g#67", {"too long", "packet(g)"}},
        {"longest code", framed("0*~") + "$g#67", {"too long", "packet(g)"}},
        {"code below the least", framed("0*\x1f"), {"bad escape"}},
        {"code above the most", framed("0*\x7f"), {"bad escape"}},
        {"nothing to repeat", framed("* a"), {"bad escape"}},
        {"no code", framed("0*"), {"bad escape"}},
        {"run of runs", framed("0* * "), {"packet(0000000)"}},
    };
}

void expect_rows(const std::vector<Row>& rows, bool expand_runs) {
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        FrameDecoder whole(kMaxBody, expand_runs);
        EXPECT_EQ(feed_all(whole, row.input), row.frames);
    }
}

TEST(FrameDecoder, Table) {
    expect_rows(common_rows(), false);
    expect_rows(common_rows(), true);
    expect_rows(run_rows(), true);
}

TEST(FrameDecoder, StarIsOrdinaryUnlessRunsAreExpanded) {
    FrameDecoder decoder(kMaxBody, false);
    EXPECT_EQ(feed_all(decoder, framed("0* ")), Shown{"packet(0* )"});
}

TEST(FrameDecoder, ResetAtEverySplitPointLeavesNothingBehind) {
    for (const auto& row : run_rows()) {
        for (std::size_t split = 0; split <= std::min<std::size_t>(row.input.size(), 64); ++split) {
            SCOPED_TRACE(std::string(row.name) + " cut at " + std::to_string(split));
            FrameDecoder decoder(kMaxBody, true);
            feed_all(decoder, row.input.substr(0, split));
            decoder.reset();
            EXPECT_EQ(feed_all(decoder, "$g#67"), Shown{"packet(g)"});
        }
    }
}

TEST(FrameDecoder, APacketCutAtEverySplitPointNeverHurtsTheNext) {
    const auto first = framed("ab}\x03* 0* cd");
    for (std::size_t split = 0; split < first.size(); ++split) {
        SCOPED_TRACE(split);
        FrameDecoder decoder(kMaxBody, true);
        EXPECT_EQ(feed_all(decoder, first.substr(0, split)), Shown{});
        EXPECT_EQ(feed_all(decoder, "$g#67"), Shown{"packet(g)"});
    }
}

TEST(FrameDecoder, IgnoresChecksumsWhenTold) {
    FrameDecoder decoder(kMaxBody, false);
    decoder.set_verify_checksums(false);
    EXPECT_EQ(feed_all(decoder, "$g#00$g#zz"), (Shown{"packet(g)", "packet(g)"}));
    EXPECT_EQ(feed_all(decoder, "$g}#00"), Shown{"bad escape"});
    decoder.set_verify_checksums(true);
    EXPECT_EQ(feed_all(decoder, "$g#00"), Shown{"bad checksum"});
}

TEST(EncodePacket, Table) {
    const struct {
        std::string body;
        bool compress;
        std::string wire;
    } rows[] = {
        {"", false, ""},
        {"OK", false, "OK"},
        {"#$}*", false, "}\x03}\x04}]}\x0a"},
        {"#$}*", true, "}\x03}\x04}]}\x0a"},
        {"0000", false, "0000"},
        {"000", true, "000"},
        {"0000", true, "0* "},
        {"a00000b", true, "a0*!b"},
        {"0000000", true, "0*\"0"},    // six more would be '#'
        {"00000000", true, "0*\"00"},  // seven '$'
        {"000000000", true, "0*%"},
        {std::string(15, '0'), true, "0**0"},  // fourteen '+'
        {std::string(17, '0'), true, "0*,0"},  // sixteen '-'
        {std::string(98, '0'), true, "0*~"},
        {std::string(99, '0'), true, "0*~0"},
        {std::string(196, '0'), true, "0*~0*~"},
        {"}]]]]", true, "}]]* "},
        {"####", true, "}\x03}\x03}\x03}\x03"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(encode_packet(row.body, row.compress), framed(row.wire)) << row.body;
    }
}

TEST(EncodePacket, EveryRunComesBackAndNoCodeLooksLikeFraming) {
    for (std::size_t length = 0; length <= 300; ++length) {
        SCOPED_TRACE(length);
        const auto body = fmt::format("x{}y", std::string(length, '0'));
        const auto wire = encode_packet(body, true);
        for (std::size_t at = 0; at + 1 < wire.size(); ++at) {
            if (wire[at] == '*') {
                EXPECT_EQ(std::string_view("#$+-").find(wire[at + 1]), std::string_view::npos);
                EXPECT_GE(wire[at + 1], ' ');
                EXPECT_LE(wire[at + 1], '~');
            }
        }
        FrameDecoder decoder(body.size(), true);
        EXPECT_EQ(feed_all(decoder, wire), Shown{fmt::format("packet({})", body)});
    }
}

TEST(EncodePacket, EveryByteComesBack) {
    std::string body;
    for (int value = 0; value < 256; ++value) {
        body.append(static_cast<std::size_t>(value % 7) + 1, static_cast<char>(value));
    }
    for (const bool compress : {false, true}) {
        FrameDecoder decoder(body.size(), compress);
        EXPECT_EQ(feed_all(decoder, encode_packet(body, compress)), Shown{fmt::format("packet({})", body)});
    }
}

}  // namespace
}  // namespace hvgdb
