// SPDX-License-Identifier: GPL-2.0-or-later
// The start of a program that is waited for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "osi/events.hpp"

namespace hvgdb::osi {

/// Where a program that starts is to be stopped.
enum class StopAt : std::uint8_t {
    start,          ///< before the first instruction: the dynamic linker's, where there is one
    entry,          ///< at the program's own entry point
    main_function,  ///< in `main` where the program has that symbol, else at the entry point
};

struct StartOrder {
    /// With a slash: the path of the program, or the one it is started by. Without: the last part of either.
    std::string program;
    StopAt stop_at = StopAt::entry;
    friend bool operator==(const StartOrder&, const StartOrder&) = default;
};

/// Whether `program` is what has been started. It is compared with the path of the program and with the path it was
/// invoked by, so that /bin/busybox invoked as /bin/sh is found as both. Of a script only the latter counts: it is
/// known by its own name, not by that of its interpreter. (A script is told by its arguments; with the name of its
/// interpreter, or when the arguments are unreadable, it may be found as both.)
/// Without a slash the last parts must be equal; with one the paths, less "." and empty parts. Where one of both is
/// relative it must be the end of the other, unless the folder of what was invoked is known from the program's path;
/// what is before ".." does not count then. Symbolic links among the folders (/bin, /usr/bin) are not followed. Any
/// thread.
[[nodiscard]] bool is_start_of(const event::Started& started, std::string_view program);

}  // namespace hvgdb::osi
