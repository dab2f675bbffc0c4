// SPDX-License-Identifier: GPL-2.0-or-later
// The number that tells one build of a kernel from all others.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// A SHA-1 sum, as GNU ld's --build-id makes it.
using BuildId = std::array<std::byte, 20>;

struct BuildIdPlace {
    BuildId id{};
    std::size_t offset = 0;  ///< of the 20 bytes, in what was searched
};

/// From the note NT_GNU_BUILD_ID (elf.h), at a multiple of four. The last one counts: in a whole image the vDSOs, which
/// have notes of their own, come before the kernel's notes.
[[nodiscard]] std::optional<BuildIdPlace> find_build_id(std::span<const std::byte> notes);

}  // namespace hvgdb::osi
