// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/signals.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hvgdb::gdbserver {

namespace {

/// By Linux's number. Real-time signals 33 to 63 are in a row in the protocol, 32 and 64 were added behind them.
constexpr auto kProtocolNumbers = [] {
    constexpr std::array<std::uint8_t, 32> kStandard{
        0,  1,  2,  3,  4,  5,  6,  10, 8,  9,  30, 11, 31, 13, 14, 15, kUnknownSignal,
        20, 19, 17, 18, 21, 22, 16, 24, 25, 26, 27, 28, 23, 32, 12};
    constexpr unsigned kRealTime33 = 45;
    std::array<std::uint8_t, 65> numbers{};
    std::ranges::copy(kStandard, numbers.begin());
    for (unsigned number = 33; number < 64; ++number) {
        numbers.at(number) = static_cast<std::uint8_t>(kRealTime33 + number - 33);
    }
    numbers.at(32) = 77;
    numbers.at(64) = 78;
    return numbers;
}();

}  // namespace

unsigned protocol_signal(unsigned linux_number) {
    return linux_number < kProtocolNumbers.size() ? kProtocolNumbers.at(linux_number) : kUnknownSignal;
}

std::optional<unsigned> linux_signal(unsigned protocol_number) {
    constexpr unsigned kPoll = 33;  // Linux has one number for SIGPOLL and SIGIO
    constexpr unsigned kIo = 23;
    const auto wanted = protocol_number == kPoll ? kIo : protocol_number;
    const auto* const found = std::ranges::find(kProtocolNumbers, wanted);
    if (wanted == kUnknownSignal || found == kProtocolNumbers.end()) {
        return std::nullopt;
    }
    return static_cast<unsigned>(found - kProtocolNumbers.begin());
}

}  // namespace hvgdb::gdbserver
