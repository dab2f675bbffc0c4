// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/btf_blob.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

/// Magic 0xeb9f, version 1, no flags.
constexpr std::array kMagic{std::byte{0x9f}, std::byte{0xeb}, std::byte{0x01}, std::byte{0x00}};

constexpr std::uint64_t kHeader = 24;
constexpr std::uint64_t kHeaderWithLayout = 32;
constexpr std::uint64_t kLargestHeader = 256;
constexpr std::uint64_t kLargestBlob = 64u << 20;

/// One of the header's numbers, each of which is a place (from the header's end) or a length.
std::uint64_t word(std::span<const std::byte> blob, std::size_t index) {
    constexpr std::size_t kFirst = 8;
    return load_little_endian(blob.subspan(kFirst + 4 * index, 4));
}

struct Range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    [[nodiscard]] std::uint64_t end() const { return offset + length; }
};

Range range(std::span<const std::byte> blob, std::size_t index) {
    return Range{word(blob, index), word(blob, index + 1)};
}

}  // namespace

Expected<BtfSections> btf_sections(std::span<const std::byte> blob) {
    const auto refused = [](const char* why) { return fail(Errc::bad_argument, std::string("no BTF: ") + why); };
    if (blob.size() < kHeader || !std::ranges::equal(blob.first(kMagic.size()), kMagic)) {
        return refused("its first bytes are others");
    }
    const std::uint64_t header = load_little_endian(blob.subspan(4, 4));
    if (header < kHeader || header > kLargestHeader || header > blob.size()) {
        return refused("its header has an impossible length");
    }
    const auto body = blob.subspan(header);
    const Range types = range(blob, 0);
    const Range strings = range(blob, 2);
    const Range layout = header >= kHeaderWithLayout ? range(blob, 4) : Range{};
    const std::uint64_t end = std::max({types.end(), strings.end(), layout.end()});
    if (end > body.size() || end > kLargestBlob) {
        return refused("its sections are longer than the whole");
    }
    if (types.length == 0 || types.offset != 0 || strings.offset < types.end() || strings.length == 0) {
        return refused("a section is empty or in the wrong place");
    }
    const auto cut = [&](const Range& part) { return body.subspan(part.offset, part.length); };
    if (cut(strings).front() != std::byte{0} || cut(strings).back() != std::byte{0}) {
        return refused("its strings do not end");
    }
    return BtfSections{cut(types), cut(strings), cut(layout), header + end};
}

std::optional<std::span<const std::byte>> find_btf(std::span<const std::byte> image) {
    constexpr std::size_t kSmallestTypes = 64u << 10;
    constexpr std::size_t kSmallestStrings = 16u << 10;
    while (const void* const hit = memmem(image.data(), image.size(), kMagic.data(), kMagic.size())) {
        image = image.subspan(static_cast<std::size_t>(static_cast<const std::byte*>(hit) - image.data()));
        const auto sections = btf_sections(image);
        if (sections && sections->types.size() > kSmallestTypes && sections->strings.size() > kSmallestStrings) {
            return image.first(sections->size);
        }
        image = image.subspan(1);
    }
    return std::nullopt;
}

}  // namespace hvgdb::osi
