// SPDX-License-Identifier: GPL-2.0-or-later
// Volatility 3's symbol files: ISF, a JSON document of types and symbols (its schemas: volatility3/schemas).
#pragma once

#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/profile/profile.hpp"

namespace hvgdb::osi {

/// Of the types only what kernel_fields.def names is kept. Errors begin with `file` and name the place or the key.
[[nodiscard]] Expected<Profile> parse_isf(std::string_view json, const std::string& file);

}  // namespace hvgdb::osi
