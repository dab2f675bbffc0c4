// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/reply.hpp"

#include <gtest/gtest.h>

namespace hvgdb::gdbserver {
namespace {

struct Case {
    int code;
    unsigned signal;
    std::string plain;
};

class EndReply : public testing::TestWithParam<Case> {};

TEST_P(EndReply, TellsCodeOrSignal) {
    const auto& [code, signal, plain] = GetParam();
    const Ended ended{.pid = 0x2e62, .code = code, .signal = signal};
    Session session;
    EXPECT_EQ(end_reply(ended, session), plain);
    session.client.multiprocess = true;
    EXPECT_EQ(end_reply(ended, session), plain + ";process:2e62");
}

// Signals as Linux numbers them, and as gdb does.
INSTANTIATE_TEST_SUITE_P(Table, EndReply,
                         testing::Values(Case{0, 0, "W00"}, Case{3, 0, "W03"}, Case{255, 0, "Wff"}, Case{256, 0, "W00"},
                                         Case{0, 9, "X09"}, Case{0, 11, "X0b"}, Case{0, 6, "X06"}, Case{0, 7, "X0a"},
                                         Case{0, 10, "X1e"}, Case{0, 31, "X0c"}, Case{0, 32, "X4d"}, Case{0, 33, "X2d"},
                                         Case{0, 63, "X4b"}, Case{0, 64, "X4e"}, Case{0, 65, "X8f"},
                                         Case{0, 127, "X8f"}));

}  // namespace
}  // namespace hvgdb::gdbserver
