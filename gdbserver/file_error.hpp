// SPDX-License-Identifier: GPL-2.0-or-later
// Why a file packet failed, in the numbers of the protocol, which are not the host's (GDB manual, "Errno Values", and
// gdb's include/gdb/fileio.h for the two that are missing there: EIO and ENOSYS).
#pragma once

#include <cstdint>
#include <expected>

#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

enum class FileError : std::uint16_t {
    no_entry = 2,
    input_output = 5,
    bad_descriptor = 9,
    access = 13,
    is_folder = 21,
    invalid = 22,
    too_many_open = 24,
    read_only = 30,
    not_supported = 88,
    name_too_long = 91,
    unknown = 9999,
};

template <typename T>
using FileResult = std::expected<T, FileError>;

[[nodiscard]] FileError file_error(const Error& error);
/// Of an errno of this host.
[[nodiscard]] FileError file_error_of_host(int error);

/// A value, or the error in the protocol's numbers.
template <typename T>
[[nodiscard]] FileResult<T> as_file_result(Expected<T>&& result) {
    if (!result) {
        return std::unexpected(file_error(result.error()));
    }
    return *std::move(result);
}

}  // namespace hvgdb::gdbserver
