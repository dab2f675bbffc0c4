// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/file_error.hpp"

#include <cerrno>

namespace hvgdb::gdbserver {

FileError file_error(const Error& error) {
    switch (error.code) {
        case Errc::not_found:
            return FileError::no_entry;
        case Errc::fault:
            return FileError::input_output;
        case Errc::bad_argument:
            return FileError::invalid;
        case Errc::unsupported:
            return FileError::access;
        case Errc::running:
        case Errc::timeout:
        case Errc::gone:
        case Errc::protocol:
            break;
    }
    return FileError::unknown;
}

FileError file_error_of_host(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return FileError::no_entry;
        case EACCES:
        case EPERM:
            return FileError::access;
        case EISDIR:
            return FileError::is_folder;
        case EINVAL:
        case ELOOP:
            return FileError::invalid;
        case EMFILE:
        case ENFILE:
            return FileError::too_many_open;
        case ENAMETOOLONG:
            return FileError::name_too_long;
        default:
            return FileError::input_output;
    }
}

}  // namespace hvgdb::gdbserver
