// SPDX-License-Identifier: GPL-2.0-or-later
// The file that a system call is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "osi/events.hpp"
#include "osi/linux/event_kernel.hpp"

namespace hvgdb::osi {

/// What `descriptor` of the scene's process stands for, if its path is `wanted` or ends with these parts. Costs a few
/// reads when the file is called otherwise.
[[nodiscard]] std::optional<event::CallFile> read_call_file(const EventScene& scene, std::uint32_t descriptor,
                                                            std::string_view wanted);

/// Whether a path as the kernel shows it is `wanted`: absolute, or the last parts of one. A file that has no name any
/// more is known by the one it had.
[[nodiscard]] bool is_path_of(std::string_view path, std::string_view wanted);

}  // namespace hvgdb::osi
