// SPDX-License-Identifier: GPL-2.0-or-later
// Where a kernel keeps its own symbol table (kernel/kallsyms.c, written by scripts/kallsyms.c).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// How the table of addresses is written. All numbers are little endian.
enum class KallsymsEncoding : std::uint8_t {
    absolute,         ///< eight bytes each (up to 4.5; without CONFIG_KALLSYMS_BASE_RELATIVE up to 6.10)
    base_relative,    ///< four bytes each, unsigned, from the relative base (4.6 to 6.19)
    absolute_percpu,  ///< four bytes each, signed: n >= 0 is n itself, else relative base - 1 - n (x86 SMP, 4.6
                      ///< to 6.14)
    place_relative,   ///< four bytes each, signed, from the number's own place (since 7.0)
};

/// Plain values that stay the same for one build of the kernel, wherever it is loaded: offsets are in bytes from the
/// image's base. Not trusted by whoever takes them.
struct KallsymsPlaces {
    std::uint32_t count = 0;  ///< of symbols
    std::uint64_t names = 0;  ///< the compressed names
    std::uint64_t names_size = 0;
    std::uint64_t token_table = 0;  ///< 256 strings
    std::uint64_t token_table_size = 0;
    std::uint64_t token_index = 0;    ///< 256 two-byte offsets into token_table
    std::uint64_t addresses = 0;      ///< the first symbol's
    std::uint64_t relative_base = 0;  ///< an offset as well; may wrap
    KallsymsEncoding encoding = KallsymsEncoding::absolute;
    bool long_lengths = false;  ///< a name's length of 128 and more takes two bytes (since 6.1)

    friend bool operator==(const KallsymsPlaces&, const KallsymsPlaces&) = default;
};

/// Finds the tables in a kernel image: one buffer from _text (at `base`) on, what is not mapped is zeros. Nothing is
/// concluded from a version: the tables count when they fit each other and the symbols found agree with the image
/// (linux_banner; in a kernel without data symbols the start and the range of its code). Errc::not_found otherwise.
[[nodiscard]] Expected<KallsymsPlaces> find_kallsyms(std::span<const std::byte> image, VirtAddr base);

}  // namespace hvgdb::osi
