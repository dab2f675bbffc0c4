// SPDX-License-Identifier: GPL-2.0-or-later
// What a program was started with: arguments, environment, auxiliary vector.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "osi/linux/kernel_memory.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// Bytes out of the process's own memory, as /proc shows them: strings, each with its NUL, but for what the program has
/// put there instead.
struct ProgramText {
    std::string bytes;
    bool truncated = false;  ///< behind this it could not be read (swapped out, never touched), or is beyond the limit
    friend bool operator==(const ProgramText&, const ProgramText&) = default;
};

/// `mm` is a struct mm_struct, `process` the memory that it describes. Empty before a program's start is over.
/// As /proc/PID/cmdline (get_mm_cmdline() in fs/proc/base.c), with its rule for programs that write a title over their
/// arguments: no NUL at their end, then it is one string, which may go on into the environment.
[[nodiscard]] std::optional<ProgramText> command_line(const KernelMemory& kernel, VirtAddr mm,
                                                      const MemoryReader& process,
                                                      std::size_t limit = kMostProgramText);
/// Where the arguments are, as the kernel has noted it, or prctl(2) since.
[[nodiscard]] std::optional<AddressRange> argument_area(const KernelMemory& kernel, VirtAddr mm);
/// As /proc/PID/environ.
[[nodiscard]] std::optional<ProgramText> environment(const KernelMemory& kernel, VirtAddr mm,
                                                     const MemoryReader& process, std::size_t limit = kMostProgramText);
/// At its NULs, of which the last may be missing.
[[nodiscard]] std::vector<std::string> split_text(std::string_view bytes);

/// Without the closing AT_NULL. `compat`: a 32-bit program, whose numbers have 4 bytes.
[[nodiscard]] std::optional<std::vector<AuxiliaryEntry>> auxiliary_vector(const KernelMemory& kernel, VirtAddr mm,
                                                                          bool compat);

}  // namespace hvgdb::osi
