// SPDX-License-Identifier: GPL-2.0-or-later
// Where in a process's memory the bytes are that a system call moves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/types.hpp"
#include "osi/data_call.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct UserPiece {
    VirtAddr address;
    std::uint64_t size = 0;  ///< bytes, at least one
    friend bool operator==(const UserPiece&, const UserPiece&) = default;
};

/// No call moves more (MAX_RW_COUNT, include/linux/fs.h).
inline constexpr std::uint64_t kMostCallBytes = 0x7fff'f000;

/// In the order of the bytes, `size` of them if that is told, else all that the call was given; less where the program
/// gave less. What the program wrote into its arrays is read now, up to the kernel's bound of 1024 entries; of an array
/// that can only be read in part, that part. An error: the process, or its array, cannot be read.
[[nodiscard]] Expected<std::vector<UserPiece>> buffer_of_call(Os& os, ProcessId pid, const DataCall& call,
                                                              const CallArguments& arguments,
                                                              std::optional<std::uint64_t> size);

}  // namespace hvgdb::osi
