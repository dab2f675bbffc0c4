// SPDX-License-Identifier: GPL-2.0-or-later
// The user registers of a thread, as gdb is told them and as it writes them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "emulator/target_description.hpp"
#include "gdbserver/inferior.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// A whole block in the layout of `description`, which is one of process_description(). Of a 32-bit program the lower
/// halves. Unknown are registers that the guest's kernel or the machine does not tell: without an XSAVE area x87 and
/// SSE, where it has no place for them AVX's upper halves.
[[nodiscard]] RegisterBytes process_registers(const osi::UserRegisters& registers,
                                              const emulator::TargetDescription& description);

/// One of them out of a block. Nothing is unknown when `unknown` comes back empty.
[[nodiscard]] RegisterBytes register_of(const RegisterBytes& block, const emulator::RegisterInfo& info);

/// What osi::Os::write_user_register() takes.
struct UserRegisterWrite {
    std::string name;
    Bytes value;
};

/// `compat`: of i386's registers, whose values are those of the 64-bit registers' lower halves, the upper being zero;
/// orig_eax is extended with its sign, since -1 means the same in both. `bad_argument` for a value that has not the
/// register's size.
[[nodiscard]] Expected<UserRegisterWrite> user_register_write(const emulator::RegisterInfo& info, bool compat,
                                                              std::span<const std::byte> value);

}  // namespace hvgdb::gdbserver
