// SPDX-License-Identifier: GPL-2.0-or-later
// The outer form of BTF, the description of its own types that a Linux kernel carries
// (Documentation/bpf/btf.rst, include/uapi/linux/btf.h): a header and three sections. Little endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// Views into the blob.
struct BtfSections {
    std::span<const std::byte> types;
    std::span<const std::byte> strings;  ///< at least one byte; the first and the last are NUL
    /// Since Linux 7: for each kind of type, how long its record is; empty where there is none.
    std::span<const std::byte> layout;
    std::size_t size = 0;  ///< of the whole blob, from its header to the end of its last section
};

/// Of a blob that begins at the first byte; what follows it does not matter. `bad_argument` when it is none.
[[nodiscard]] Expected<BtfSections> btf_sections(std::span<const std::byte> blob);

/// The one BTF of a kernel in its image. Nothing when it carries none. Small ones, as a module's or a stray header, are
/// not meant.
[[nodiscard]] std::optional<std::span<const std::byte>> find_btf(std::span<const std::byte> image);

}  // namespace hvgdb::osi
