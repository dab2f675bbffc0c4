// SPDX-License-Identifier: GPL-2.0-or-later
// Acknowledgments, damaged and pipelined packets, run-length codes.
#include <gtest/gtest.h>

#include "tests/gdbserver/stub_fixture.hpp"

namespace hvgdb::test {
namespace {

struct Framing : testing::Test {
    StubRig rig;
    void SetUp() override {
        rig.connect();
        (void)rig.ask_paused("?");
        rig.acks = 0;
    }
};

TEST_F(Framing, AcknowledgesUntilToldOtherwise) {
    EXPECT_EQ(rig.ask("qC"), "QC989681");
    EXPECT_EQ(rig.acks, 1U);
    EXPECT_EQ(rig.ask("QStartNoAckMode"), "OK");
    EXPECT_EQ(rig.acks, 2U);
    rig.send_raw("+");
    EXPECT_EQ(rig.ask("qC"), "QC989681");
    EXPECT_EQ(rig.acks, 2U);
}

TEST_F(Framing, RepeatsTheLastReplyAFewTimes) {
    EXPECT_EQ(rig.ask("qC"), "QC989681");
    for (int i = 0; i < 3; ++i) {
        rig.send_raw("-");
        EXPECT_EQ(rig.next(), "QC989681");
    }
    rig.send_raw("-");
    EXPECT_EQ(rig.next(), "(nothing)");
    EXPECT_EQ(rig.ask("qC"), "QC989681") << "a new reply can be repeated again";
    rig.send_raw("-");
    EXPECT_EQ(rig.next(), "QC989681");
}

TEST_F(Framing, NakBeforeAnyReplyAndWithoutAcknowledgmentsIsIgnored) {
    rig.stub.disconnect();
    rig.connect();
    rig.send_raw("-");
    EXPECT_EQ(rig.next(), "(nothing)");
    (void)rig.ask("QStartNoAckMode");
    rig.send_raw("-");
    EXPECT_EQ(rig.next(), "(nothing)");
}

TEST_F(Framing, AsksForADamagedPacketAgain) {
    rig.send_raw("$qC#00");
    EXPECT_EQ(rig.naks, 1U);
    EXPECT_EQ(rig.next(), "(nothing)");
    EXPECT_EQ(rig.ask("qC"), "QC989681");
}

TEST_F(Framing, AcceptsPacketsInAnyPortions) {
    for (const char byte : encode_packet("qC", false)) {
        EXPECT_TRUE(rig.replies.empty());
        rig.send_raw(std::string_view(&byte, 1));
    }
    EXPECT_EQ(rig.next(), "QC989681");
    rig.send_raw(encode_packet("qC", false) + encode_packet("?", false) + encode_packet("!", false));
    EXPECT_EQ(rig.next(), "QC989681");
    EXPECT_TRUE(rig.next().starts_with("T05"));
    EXPECT_EQ(rig.next(), "OK");
}

TEST_F(Framing, KeepsThePromisedPacketSize) {
    (void)rig.ask("QStartNoAckMode");
    const std::string prefix = "X1000,0:";
    EXPECT_EQ(rig.ask(prefix + std::string(gdbserver::kPacketSize - prefix.size() - 4, 'a')), "E16");
    EXPECT_EQ(rig.ask(std::string(2 * gdbserver::kPacketSize, 'q')), "E16") << "too long, but still answered";
    EXPECT_EQ(rig.ask("qC"), "QC989681");
}

TEST_F(Framing, TooLongPacketsAreRefusedWhileAcknowledging) {
    rig.send(std::string(2 * gdbserver::kPacketSize, 'q'));
    EXPECT_EQ(rig.naks, 1U);
    EXPECT_EQ(rig.next(), "(nothing)");
}

TEST_F(Framing, UsesRunLengthCodesExceptForLldb) {
    (void)rig.ask("QStartNoAckMode");
    rig.raw.clear();
    const auto zeros = rig.ask("m1100,40");
    EXPECT_EQ(zeros, std::string(128, '0'));
    EXPECT_LT(rig.raw.size(), 64U);
    (void)rig.ask("QThreadSuffixSupported");
    rig.raw.clear();
    EXPECT_EQ(rig.ask("m1100,40"), zeros);
    EXPECT_GT(rig.raw.size(), 128U);
}

TEST(Holding, PacketsWaitForThePauseThatTheFirstOneNeeds) {
    StubRig rig;
    rig.connect();
    rig.send("QStartNoAckMode");
    EXPECT_EQ(rig.raw, "+" + encode_packet("OK", true)) << "needs no pause";
    rig.raw.clear();
    EXPECT_FALSE(rig.stub.waits().has_value());
    rig.send("m1000,1");
    rig.send("vMustReplyEmpty");
    EXPECT_EQ(rig.raw, "");
    EXPECT_TRUE(rig.stub.waits().has_value());
    EXPECT_TRUE(rig.machine.run_until_stop(1));
    EXPECT_EQ(rig.raw, encode_packet("90", true) + encode_packet("", true));
}

TEST(Holding, AMachineThatDoesNotPauseIsReported) {
    StubRig rig;
    rig.connect();
    rig.send("g");
    rig.stub.overdue();
    EXPECT_EQ(rig.raw, "+" + encode_packet("E10", true));
}

TEST(Holding, AFloodIsNoticed) {
    StubRig rig;
    rig.connect();
    rig.send("g");
    const std::string junk(gdbserver::kPacketSize, '+');
    for (int i = 0; i < 4; ++i) {
        rig.send_raw(junk);
    }
    EXPECT_FALSE(rig.stub.flooded());
    rig.send_raw(junk);
    EXPECT_TRUE(rig.stub.flooded());
}

}  // namespace
}  // namespace hvgdb::test
