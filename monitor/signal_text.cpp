// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/signal_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <span>

#include "emulator/hex.hpp"
#include "monitor/linux_names.hpp"

namespace hvgdb::monitor {

namespace {

constexpr unsigned kSigChild = 17;
/// Which tell the address of what happened: SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV.
constexpr std::array<unsigned, 5> kWithAddress{4, 5, 7, 8, 11};

std::string name_text(unsigned number) {
    const auto name = signal_name(number);
    return name.empty() ? std::to_string(number) : std::string(name);
}

/// struct siginfo of 64 bits (include/uapi/asm-generic/siginfo.h): signal, error, code, and from 16 on a union that
/// begins with the address or with the process it is about.
std::string origin_text(const osi::event::Signal& signal) {
    constexpr std::int32_t kFromKernel = 0x80;                      // SI_KERNEL
    constexpr std::int32_t kFromTimer = -2;                         // SI_TIMER
    constexpr std::array<std::int32_t, 3> kFromProcess{0, -1, -6};  // SI_USER, SI_QUEUE, SI_TKILL
    const std::span info(signal.info);
    const auto code = static_cast<std::int32_t>(load_little_endian(info.subspan(8, 4)));
    if (load_little_endian(info.first(4)) != signal.number) {
        return {};
    }
    if (code == kFromKernel) {
        return " from the kernel";
    }
    if (code == kFromTimer) {
        return " from a timer";
    }
    const auto process = load_little_endian(info.subspan(16, 4));
    if (std::ranges::find(kFromProcess, code) != kFromProcess.end()) {
        return fmt::format(" from {}", process);
    }
    if (code > 0 && signal.number == kSigChild) {
        return fmt::format(" about {}", process);
    }
    if (code > 0 && std::ranges::find(kWithAddress, signal.number) != kWithAddress.end()) {
        return fmt::format(" at {:#x}", load_little_endian(info.subspan(16, 8)));
    }
    return {};
}

}  // namespace

std::string status_text(std::uint32_t status) {
    constexpr std::uint32_t kSignal = 0x7f;
    constexpr std::uint32_t kCoreDumped = 0x80;
    if ((status & kSignal) == 0) {
        return fmt::format("exited with {}", status >> 8 & 0xff);
    }
    const auto name = signal_name(status & kSignal);
    return fmt::format("killed by {}{}{}", name.empty() ? "signal " : "", name_text(status & kSignal),
                       (status & kCoreDumped) != 0 ? " (core dumped)" : "");
}

std::string signal_text(const osi::event::Signal& signal) {
    return fmt::format("signal {}{}{}", name_text(signal.number), origin_text(signal),
                       signal.by_default ? ", by default" : "");
}

}  // namespace hvgdb::monitor
