// SPDX-License-Identifier: GPL-2.0-or-later
// What `taint_report` and `taint_break` can be asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "osi/os.hpp"

namespace hvgdb::monitor {

enum class SinkWord : std::uint8_t { branch, jump, syscall, write };

[[nodiscard]] constexpr std::string_view name_of(SinkWord word) {
    constexpr std::array<std::string_view, 4> kNames{"branch", "jump", "syscall", "write"};
    return kNames[static_cast<std::size_t>(word)];
}

/// Of the user code of one process; without one of what is selected.
struct SinkWish {
    SinkWord word = SinkWord::branch;
    std::optional<osi::ProcessId> process;
    bool any = false;  ///< of the whole machine, even when a process is selected
    friend bool operator==(const SinkWish&, const SinkWish&) = default;
};

}  // namespace hvgdb::monitor
