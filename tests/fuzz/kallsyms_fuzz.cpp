// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel image of any bytes, and places that its cache may hold: what is found loads, and lookups agree.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "osi/linux/kallsyms.hpp"
#include "tests/osi/kallsyms_image.hpp"

namespace {

using namespace hvgdb::osi;
using hvgdb::VirtAddr;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void look_up(const Kallsyms& kallsyms) {
    constexpr std::size_t kMost = 512;
    constexpr std::array<std::string_view, 4> kNames{"linux_banner", "function_1", "copy", ""};
    (void)kallsyms.find_all(kNames);
    (void)kallsyms.variants("copy", 4);
    for (std::size_t i = 0; i < kallsyms.size() && i < kMost; ++i) {
        const auto symbol = kallsyms.at(i);
        require(symbol.has_value());
        if (i % 32 == 0 && symbol->name.size() < 64) {
            require(kallsyms.find(symbol->name).has_value());
        }
        const auto below = kallsyms.at_or_below(symbol->address);
        require(!below || below->address <= symbol->address);
    }
    (void)kallsyms.at_or_below(VirtAddr{0});
    (void)kallsyms.at_or_below(VirtAddr{~std::uint64_t{0}});
}

/// The input's last bytes change one number.
KallsymsPlaces changed(KallsymsPlaces places, std::span<const std::byte> input) {
    if (input.size() < 3) {
        return places;
    }
    const auto last = input.last(3);
    const auto change = std::uint64_t{std::to_integer<std::uint8_t>(last[1])}
                        << (std::to_integer<unsigned>(last[2]) % 64);
    std::array<std::uint64_t*, 7> numbers{&places.names,        &places.names_size, &places.token_table,
                                          &places.token_index,  &places.addresses,  &places.token_table_size,
                                          &places.relative_base};
    const auto which = std::to_integer<std::size_t>(last[0]) % 10;
    if (which < numbers.size()) {
        *numbers[which] ^= change;
    } else if (which == 7) {
        places.count ^= static_cast<std::uint32_t>(change);
    } else if (which == 8) {
        places.encoding = static_cast<KallsymsEncoding>(change % 5);
    } else {
        places.long_lengths = !places.long_lengths;
    }
    return places;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto image = std::as_bytes(std::span(data, size));
    constexpr auto kBase = KallsymsImage::kBase;
    const auto places = find_kallsyms(image, kBase);
    if (!places) {
        return 0;
    }
    const ImageReader reader(image, kBase);
    const auto kallsyms = Kallsyms::load(reader, kBase, *places);
    require(kallsyms.has_value());
    look_up(**kallsyms);
    if (const auto other = Kallsyms::load(reader, kBase, changed(*places, image))) {
        look_up(**other);
    }
    return 0;
}
