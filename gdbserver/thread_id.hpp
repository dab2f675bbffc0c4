// SPDX-License-Identifier: GPL-2.0-or-later
// Thread ids as the remote protocol writes them (GDB manual, "Packets", thread-id syntax).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hvgdb::gdbserver {

/// One thread of one inferior. Both parts are positive. Thread numbers are unique over all inferiors, because some
/// clients leave the process out.
struct ThreadId {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    friend auto operator<=>(const ThreadId&, const ThreadId&) = default;
};

/// What a client may write: either part can also be "any" (0) or "all" (-1).
struct ThreadPattern {
    static constexpr std::int64_t kAny = 0;
    static constexpr std::int64_t kAll = -1;

    std::int64_t pid = kAny;  ///< kAny too when the client wrote no process
    std::int64_t tid = kAny;

    [[nodiscard]] bool matches(const ThreadId& thread) const {
        return (pid <= 0 || pid == thread.pid) && (tid <= 0 || tid == thread.tid);
    }
    /// Both parts leave the choice to the server.
    [[nodiscard]] bool open() const { return pid <= 0 && tid <= 0; }
    friend bool operator==(const ThreadPattern&, const ThreadPattern&) = default;
};

/// `TID`, `pPID` (all its threads) or `pPID.TID`; nothing when it is none of these or a number exceeds 31 bits.
[[nodiscard]] std::optional<ThreadPattern> parse_thread(std::string_view text);
/// A process number: hexadecimal, positive, at most 31 bits.
[[nodiscard]] std::optional<std::uint32_t> parse_pid(std::string_view text);
/// `pPID.TID`, or `TID` for clients that did not offer `multiprocess+`.
[[nodiscard]] std::string format_thread(const ThreadId& thread, bool multiprocess);

}  // namespace hvgdb::gdbserver
