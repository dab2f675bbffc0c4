// SPDX-License-Identifier: GPL-2.0-or-later
// What `events` can be asked for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "osi/events.hpp"

namespace hvgdb::monitor {

/// Some kinds of events.
class KindSet {
  public:
    constexpr KindSet() = default;
    constexpr KindSet(std::initializer_list<osi::EventKind> kinds) {
        for (const auto kind : kinds) {
            bits_ |= bit(kind);
        }
    }
    [[nodiscard]] static constexpr KindSet all() {
        KindSet set;
        set.bits_ = (1U << osi::kEventKinds) - 1;
        return set;
    }
    [[nodiscard]] constexpr bool has(osi::EventKind kind) const { return (bits_ & bit(kind)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    constexpr void add(KindSet other) { bits_ |= other.bits_; }
    constexpr void remove(osi::EventKind kind) { bits_ &= ~bit(kind); }
    [[nodiscard]] constexpr bool has_all(KindSet other) const { return (bits_ & other.bits_) == other.bits_; }
    friend constexpr bool operator==(KindSet, KindSet) = default;

  private:
    static_assert(osi::kEventKinds < 32);
    static constexpr std::uint32_t bit(osi::EventKind kind) { return 1U << static_cast<unsigned>(kind); }
    std::uint32_t bits_ = 0;
};

enum class EventWord : std::uint8_t {
    started,
    forked,
    threads,
    exited,
    gone,
    mapped,
    unmapped,
    signals,
    syscalls,
    switches,
    processes,
    all,
};

struct EventWordSpec {
    EventWord word;
    std::string_view name;
    KindSet kinds;
    std::string_view meaning;
};

/// In the order of EventWord.
inline constexpr std::array<EventWordSpec, 12> kEventWords{{
    {EventWord::started, "started", {osi::EventKind::started}, "a process runs another program (exec)"},
    {EventWord::forked, "forked", {osi::EventKind::forked}, "a process makes another"},
    {EventWord::threads,
     "threads",
     {osi::EventKind::thread_created, osi::EventKind::thread_exited},
     "a process makes a thread, one of its threads ends"},
    {EventWord::exited, "exited", {osi::EventKind::exited}, "a process ends"},
    {EventWord::gone, "gone", {osi::EventKind::gone}, "its parent has taken note of that"},
    {EventWord::mapped, "mapped", {osi::EventKind::mapped}, "a mapping is made"},
    {EventWord::unmapped, "unmapped", {osi::EventKind::unmapped}, "addresses lose their mapping"},
    {EventWord::signals, "signals", {osi::EventKind::signal}, "a signal is delivered"},
    {EventWord::syscalls,
     "syscalls",
     {osi::EventKind::syscall_entered, osi::EventKind::syscall_returned},
     "a system call is entered, and returns"},
    {EventWord::switches, "switches", {osi::EventKind::switched}, "a CPU changes from one thread to another"},
    {EventWord::processes,
     "processes",
     {osi::EventKind::started, osi::EventKind::forked, osi::EventKind::exited},
     "started, forked and exited"},
    {EventWord::all, "all", KindSet::all(), "all of them"},
}};

[[nodiscard]] constexpr const EventWordSpec& spec(EventWord word) {
    return kEventWords[static_cast<std::size_t>(word)];
}

[[nodiscard]] constexpr std::string_view name_of(EventWord word) {
    return spec(word).name;
}

static_assert(std::ranges::all_of(kEventWords, [](const EventWordSpec& row) { return &spec(row.word) == &row; }));

/// What a log is to tell, and of whom: of everybody, of one process, or of those that are called so.
struct EventWish {
    KindSet kinds;
    std::variant<std::monostate, osi::ProcessId, std::string> whom;
    friend bool operator==(const EventWish&, const EventWish&) = default;
};

}  // namespace hvgdb::monitor
