// SPDX-License-Identifier: GPL-2.0-or-later
// PANDA's kernelinfo.conf: offsets of some members, as numbers, in a group for each kernel.
#pragma once

#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/profile/profile.hpp"

namespace hvgdb::osi {

/// `group` may be empty when there is only one. Keys that we have no use for are passed over. Errors begin with `file`
/// and name the line.
[[nodiscard]] Expected<Profile> parse_kernelinfo(std::string_view text, std::string_view group,
                                                 const std::string& file);

/// Whether text begins like that: a comment or "[group]".
[[nodiscard]] bool is_kernelinfo(std::string_view text);

}  // namespace hvgdb::osi
