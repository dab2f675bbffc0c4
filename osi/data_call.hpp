// SPDX-License-Identifier: GPL-2.0-or-later
// System calls of x86 Linux that move bytes between a program and what it has open.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace hvgdb::osi {

enum class DataDirection : std::uint8_t {
    in,   ///< into the program
    out,  ///< out of it
};

/// The first argument is the descriptor.
struct DataCall {
    /// What the second argument points to.
    enum class Buffer : std::uint8_t {
        bytes,    ///< as many as the third argument says
        vector,   ///< an array of struct iovec, as many as the third argument says
        message,  ///< a struct msghdr
    };
    /// Where in the file they are.
    enum class Position : std::uint8_t {
        next,      ///< where the file's position is, which moves on
        given,     ///< in the fourth argument, and with 32 bits in the fifth
        optional,  ///< the same, where that is not -1
        none,
    };
    std::uint16_t number = 0;
    bool compat = false;  ///< of the 32-bit table
    DataDirection direction = DataDirection::in;
    Buffer buffer = Buffer::bytes;
    Position position = Position::next;
    friend bool operator==(const DataCall&, const DataCall&) = default;
};

using CallArguments = std::array<std::uint64_t, 6>;

/// Nothing for all other calls. arch/x86/entry/syscalls/syscall_64.tbl and syscall_32.tbl.
[[nodiscard]] std::optional<DataCall> find_data_call(std::uint64_t number, bool compat);

/// The position in the file that the call's arguments give; nothing: they give none.
[[nodiscard]] std::optional<std::uint64_t> given_position(const DataCall& call, const CallArguments& arguments);

/// The bytes of a socket stay there to be read again (MSG_PEEK of recv(2), include/linux/socket.h).
[[nodiscard]] bool only_peeks(const DataCall& call, const CallArguments& arguments);

}  // namespace hvgdb::osi
