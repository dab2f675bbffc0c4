// SPDX-License-Identifier: GPL-2.0-or-later
// What one client and we agreed on, and what it chose. Forgotten when the client leaves.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gdbserver/file_table.hpp"
#include "gdbserver/scratch_memory.hpp"
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
    bool error_text = false;  ///< lldb's: `E`, a number, and words in hexadecimal
    bool fork_events = false;
    bool vfork_events = false;
    bool exec_events = false;
    bool no_resumed = false;  ///< `N`: nothing is left of what was resumed

    [[nodiscard]] static ClientFeatures parse(std::span<const std::string> features);
};

/// Which document, and whose: a part of `owner` that does not matter is 0.
struct DocumentKey {
    std::string object;
    std::string annex;
    ThreadId owner;
    friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

struct Session {
    ClientFeatures client;
    /// How the client comes to its inferiors.
    enum class Attachment : std::uint8_t {
        at_need,   ///< the entry's, with the first packet that needs one
        by_entry,  ///< that has happened
        by_client  ///< it attaches by itself, or has detached
    };
    bool acknowledge = true;
    Attachment attachment = Attachment::at_need;
    bool single = false;  ///< one process, and threads without it
    /// Wants neither run-length codes, nor the `b` before binary memory, nor `xx` for unknown registers.
    bool lldb = false;
    bool threads_in_stops = false;                 ///< lldb's stop replies name all threads
    bool physical = false;                         ///< addresses of m, M, x and X are physical
    std::optional<ThreadId> general;               ///< for registers and memory (`Hg`)
    std::optional<ThreadId> resumed;               ///< for `c` and `s` (`Hc`); nothing for all
    std::vector<ThreadId> threads_to_list;         ///< what `qsThreadInfo` has still to send
    std::optional<std::uint32_t> asked_about;      ///< process of the last qAttached, until the next `Hg` with a thread
    std::map<DocumentKey, std::string> documents;  ///< as they were when their reading began

    bool thread_events = false;         ///< new threads, and the end of threads, are news
    std::vector<bool> passed_signals;   ///< by the protocol's number: delivered without a stop
    std::optional<std::uint32_t> told;  ///< the process that is held, when the client has heard of it

    std::uint32_t file_system = 0;  ///< whose view of the files counts; 0: the selected inferior's
    FileTable files;

    std::map<std::uint64_t, Bytes> saved_registers;  ///< lldb's copies, by their number
    ScratchMemory scratch;                           ///< lldb keeps what it computes with in it
    std::uint64_t registers_saved = 0;               ///< number of the last copy

    [[nodiscard]] std::string format(const ThreadId& thread) const {
        return format_thread(thread, client.multiprocess);
    }
};

/// A signal's number, which is the protocol's, as the client writes it, and the other way round: lldb uses Linux's.
/// kUnknownSignal for one that the client has no number for.
[[nodiscard]] unsigned number_for(const Session& session, unsigned signal);
[[nodiscard]] unsigned signal_from(const Session& session, unsigned number);

/// What there is of the guest.
struct GuestFeatures {
    bool documents = false;  ///< there may be an operating system
    bool events = false;     ///< and somebody who tells what happens to its processes
};
/// Our answer to `qSupported`.
[[nodiscard]] std::string supported_features(const ClientFeatures& client, const GuestFeatures& guest);

}  // namespace hvgdb::gdbserver
