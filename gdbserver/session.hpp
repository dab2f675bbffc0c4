// SPDX-License-Identifier: GPL-2.0-or-later
// What one client and we agreed on, and what it chose. Forgotten when the client leaves.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gdbserver/thread_id.hpp"

namespace hvgdb::gdbserver {

/// The longest packet we read and write: what `PacketSize` promises, the frame included.
inline constexpr std::size_t kPacketSize = 0x20000;
/// How many bytes of memory or document one reply carries at most: two characters each, and the frame.
inline constexpr std::size_t kMaxPayload = (kPacketSize - 16) / 2;

/// What the client says it understands in `qSupported`.
struct ClientFeatures {
    bool multiprocess = false;   ///< thread ids with a process
    bool error_message = false;  ///< `E.` and words
    bool swbreak = false;
    bool hwbreak = false;

    [[nodiscard]] static ClientFeatures parse(std::span<const std::string> features);
};

struct Session {
    ClientFeatures client;
    bool acknowledge = true;
    bool lldb = false;                      ///< wants neither run-length codes nor the `b` before binary memory
    bool physical = false;                  ///< addresses of m, M, x and X are physical
    std::optional<ThreadId> general;        ///< for registers and memory (`Hg`)
    std::optional<ThreadId> resumed;        ///< for `c` and `s` (`Hc`); nothing for all
    std::vector<ThreadId> threads_to_list;  ///< what `qsThreadInfo` has still to send
    std::map<std::pair<std::string, std::string>, std::string> documents;  ///< by object and annex, as begun to be read

    [[nodiscard]] std::string format(const ThreadId& thread) const {
        return format_thread(thread, client.multiprocess);
    }
};

/// Our answer to `qSupported`.
[[nodiscard]] std::string supported_features(const ClientFeatures& client, bool osdata);

}  // namespace hvgdb::gdbserver
