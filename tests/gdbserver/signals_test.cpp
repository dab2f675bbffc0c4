// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/signals.hpp"

#include <gtest/gtest.h>

namespace hvgdb::gdbserver {
namespace {

struct Pair {
    unsigned linux_number;
    unsigned protocol;
};

class Signals : public testing::TestWithParam<Pair> {};

TEST_P(Signals, AreTranslatedBothWays) {
    EXPECT_EQ(protocol_signal(GetParam().linux_number), GetParam().protocol);
    EXPECT_EQ(linux_signal(GetParam().protocol), GetParam().linux_number);
}

// gdb 18.1, include/gdb/signals.def
INSTANTIATE_TEST_SUITE_P(Table, Signals,
                         testing::Values(Pair{0, 0}, Pair{1, 1}, Pair{5, 5}, Pair{6, 6}, Pair{7, 10}, Pair{8, 8},
                                         Pair{9, 9}, Pair{10, 30}, Pair{11, 11}, Pair{12, 31}, Pair{15, 15},
                                         Pair{17, 20}, Pair{18, 19}, Pair{19, 17}, Pair{20, 18}, Pair{21, 21},
                                         Pair{22, 22}, Pair{23, 16}, Pair{28, 28}, Pair{29, 23}, Pair{30, 32},
                                         Pair{31, 12}, Pair{32, 77}, Pair{33, 45}, Pair{34, 46}, Pair{63, 75},
                                         Pair{64, 78}));

TEST(SignalNumbers, AllOfLinuxButOneComeBack) {
    for (unsigned number = 0; number <= 64; ++number) {
        const auto protocol = protocol_signal(number);
        if (number == 16) {
            EXPECT_EQ(protocol, kUnknownSignal) << "SIGSTKFLT";
            continue;
        }
        EXPECT_EQ(linux_signal(protocol), number) << protocol;
    }
}

TEST(SignalNumbers, OfNeitherSideAreNone) {
    for (const unsigned number : {65U, 127U, 1000U, ~0U}) {
        EXPECT_EQ(protocol_signal(number), kUnknownSignal) << number;
    }
    for (const unsigned number : {7U, 29U, 76U, 79U, 141U, 142U, kUnknownSignal, 144U, 152U, 255U, ~0U}) {
        EXPECT_FALSE(linux_signal(number)) << number;
    }
    EXPECT_EQ(linux_signal(33), 29U) << "SIGPOLL is SIGIO";
}

}  // namespace
}  // namespace hvgdb::gdbserver
