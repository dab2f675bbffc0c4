// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb shows as $_siginfo (qXfer:siginfo:read).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

/// The part of Linux's struct siginfo that a stop fills (include/uapi/asm-generic/siginfo.h).
struct SignalInfo {
    /// Values of si_code.
    enum class Code : std::int32_t { user = 0, breakpoint = 1, trace = 2, hardware_breakpoint = 4 };
    unsigned number = 0;  ///< as the guest numbers signals; 0: there was none
    Code code = Code::user;
    std::optional<VirtAddr> address;  ///< si_addr
};

/// struct siginfo of a 64-bit program.
using SignalBytes = std::array<std::byte, 128>;

/// The 128 bytes as the program's own C library knows them, little endian. `compat`: those of a 32-bit program. All
/// zero without a signal.
[[nodiscard]] std::string siginfo_document(const SignalInfo& info, bool compat);
/// The same of one that the guest has. For a 32-bit program what kill(2), sigqueue(3), faults, children, timers,
/// SIGPOLL and seccomp tell; anything else is zero.
[[nodiscard]] std::string siginfo_document(const SignalBytes& info, bool compat);

}  // namespace hvgdb::gdbserver
