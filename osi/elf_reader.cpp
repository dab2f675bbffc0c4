// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/elf_reader.hpp"

#include <bit>

namespace hvgdb::osi {

static_assert(std::endian::native == std::endian::little, "structures are copied out of little-endian files");

Expected<void> ElfReader::fill(std::uint64_t offset, std::span<std::byte> out) {
    constexpr std::uint64_t kLeastCost = 256;  // a read costs time, however small
    const auto cost = std::max<std::uint64_t>(out.size(), kLeastCost);
    if (cost > left_) {
        return fail(Errc::unsupported, "too much of the ELF file would have to be read");
    }
    left_ -= cost;
    while (!out.empty()) {
        const auto count = file_.read(offset, out);
        if (!count) {
            return std::unexpected(count.error());
        }
        if (*count == 0) {
            return fail(Errc::bad_argument, "the ELF file ends too early");
        }
        offset += *count;
        out = out.subspan(*count);
    }
    return {};
}

}  // namespace hvgdb::osi
