// SPDX-License-Identifier: GPL-2.0-or-later
// Where a thread comes back from the system call it is about to make.
#pragma once

#include <cstdint>
#include <optional>

#include "gdbserver/inferior.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

struct UserPlace {
    VirtAddr pc;
    std::uint64_t stack_pointer = 0;
};

/// Nothing when the thread's next instruction makes no system call, or one whose return is not known beforehand.
/// x86-64's SYSCALL (Intel SDM vol. 2) and, of 32-bit programs, INT 80h; rt_sigreturn goes back to where the signal's
/// frame says (arch/x86/include/uapi/asm/sigcontext.h, ucontext.h).
[[nodiscard]] std::optional<UserPlace> system_call_return(Inferior& inferior, std::uint32_t tid,
                                                          const osi::UserRegisters& registers);

}  // namespace hvgdb::gdbserver
