// SPDX-License-Identifier: GPL-2.0-or-later
// A small kernel image with a symbol table in it, as scripts/kallsyms.c of several versions would write it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/kallsyms_places.hpp"
#include "osi/linux/symbol_source.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

enum class KallsymsOrder {
    addresses_first,  ///< up to 6.3
    names_ordered,    ///< the same, in 6.2 and 6.3 with an order of the names before the tokens
    names_first,      ///< since 6.4
    packed,           ///< since 7.0: aligned to four bytes only
};

struct KallsymsShape {
    KallsymsOrder order = KallsymsOrder::names_first;
    KallsymsEncoding encoding = KallsymsEncoding::base_relative;
    std::size_t marker_size = 4;
    bool data_symbols = true;  ///< CONFIG_KALLSYMS_ALL
    bool long_name = true;     ///< one name's length takes two bytes, if long_lengths
    bool long_lengths = true;  ///< ... and not one (up to 6.0)
    bool decoy = false;        ///< a table of characters with a run of digits, before the tables
    bool sorted = true;
    std::vector<Symbol> more = {};  ///< between 0x1500 and 0x2000 behind the start, in their order
};

struct KallsymsImage {
    static constexpr VirtAddr kBase{0xffffffff'9a000000};
    static constexpr std::size_t kBanner = 0x100;
    static constexpr std::size_t kSize = 0x6000;

    Bytes bytes;
    std::vector<Symbol> symbols;  ///< in the table's order
};

[[nodiscard]] KallsymsImage make_kallsyms_image(const KallsymsShape& shape);

/// An image at an address.
class ImageReader final : public MemoryReader {
  public:
    ImageReader(std::span<const std::byte> image, VirtAddr base) : image_(image), base_(base) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        const std::uint64_t offset = address.value - base_.value;
        if (offset >= image_.size()) {
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(out.size(), image_.size() - offset);
        std::memcpy(out.data(), image_.data() + offset, count);
        return count;
    }

  private:
    std::span<const std::byte> image_;
    VirtAddr base_;
};

}  // namespace hvgdb::osi
