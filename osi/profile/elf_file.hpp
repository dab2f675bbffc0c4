// SPDX-License-Identifier: GPL-2.0-or-later
// A vmlinux.
#pragma once

#include <filesystem>

#include "emulator/types.hpp"
#include "osi/profile/profile.hpp"

namespace hvgdb::osi {

/// Symbols from .symtab; types from .BTF, else from DWARF (seconds for a kernel's). 64-bit little endian only. Of the
/// file only what is needed is read. Errors begin with the file's name.
[[nodiscard]] Expected<Profile> load_elf(const std::filesystem::path& path);

}  // namespace hvgdb::osi
