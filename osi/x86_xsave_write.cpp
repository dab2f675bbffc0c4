// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_xsave_write.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "emulator/hex.hpp"
#include "osi/x86_xsave.hpp"

namespace hvgdb::osi {

namespace {

enum class Component : std::uint8_t { x87 = 0, sse = 1, avx = 2 };

struct Place {
    Component component = Component::x87;
    std::size_t at = 0;
    std::size_t size = 0;   ///< bytes in the area
    std::size_t given = 0;  ///< bytes of a value as gdb has it
};

// Intel SDM vol. 1, tables 10-2 and 13-1.
constexpr std::size_t kTagsAt = 4;
constexpr std::size_t kMxcsrAt = 24;
constexpr std::size_t kStackAt = 32;
constexpr std::size_t kXmmAt = 160;
constexpr std::size_t kPresentAt = 512;
constexpr std::size_t kLayoutAt = 520;
constexpr std::size_t kYmmAt = 576;
constexpr std::size_t kSlot = 16;
constexpr std::size_t kFloat80 = 10;
constexpr unsigned kStackDepth = 8;
constexpr unsigned kVectors = 16;
constexpr std::uint64_t kCompacted = std::uint64_t{1} << 63;
constexpr std::uint64_t kInitialControl = 0x37f;
constexpr std::uint64_t kInitialMxcsr = 0x1f80;

struct Named {
    std::string_view name;
    Place place;
};

constexpr std::array<Named, 9> kControl{{{"fctrl", {Component::x87, 0, 2, 4}},
                                         {"fstat", {Component::x87, 2, 2, 4}},
                                         {"ftag", {Component::x87, kTagsAt, 1, 4}},
                                         {"fiseg", {Component::x87, 12, 2, 4}},
                                         {"fioff", {Component::x87, 8, 4, 4}},
                                         {"foseg", {Component::x87, 20, 2, 4}},
                                         {"fooff", {Component::x87, 16, 4, 4}},
                                         {"fop", {Component::x87, 6, 2, 4}},
                                         {"mxcsr", {Component::sse, kMxcsrAt, 4, 4}}}};

std::optional<unsigned> numbered(std::string_view name, std::string_view prefix, std::string_view suffix,
                                 unsigned count) {
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) {
        return std::nullopt;
    }
    const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    unsigned value = 0;
    const auto [stopped, error] = std::from_chars(digits.begin(), digits.end(), value);
    return error == std::errc{} && stopped == digits.end() && value < count ? std::optional(value) : std::nullopt;
}

std::optional<Place> place_of(std::string_view name) {
    if (const auto* found = std::ranges::find(kControl, name, &Named::name); found != kControl.end()) {
        return found->place;
    }
    if (const auto index = numbered(name, "st", "", kStackDepth)) {
        return Place{Component::x87, kStackAt + kSlot * *index, kFloat80, kFloat80};
    }
    if (const auto index = numbered(name, "xmm", "", kVectors)) {
        return Place{Component::sse, kXmmAt + kSlot * *index, kSlot, kSlot};
    }
    if (const auto index = numbered(name, "ymm", "h", kVectors)) {
        return Place{Component::avx, kYmmAt + kSlot * *index, kSlot, kSlot};
    }
    return std::nullopt;
}

void put(std::span<std::byte> area, std::size_t at, std::uint64_t value, std::size_t size) {
    std::ranges::copy(store_little_endian(value, size), area.begin() + static_cast<std::ptrdiff_t>(at));
}

std::uint64_t number(std::span<const std::byte> area, std::size_t at, std::size_t size) {
    return load_little_endian(area.subspan(at, size));
}

// 13.6 "Processor tracking of XSAVE-managed state". MXCSR belongs to SSE in the compacted format only.
void initialise(std::span<std::byte> area, Component component, bool compacted) {
    switch (component) {
        case Component::x87:
            std::ranges::fill(area.first(kMxcsrAt), std::byte{});
            std::ranges::fill(area.subspan(kStackAt, kSlot * kStackDepth), std::byte{});
            put(area, 0, kInitialControl, 2);
            break;
        case Component::sse:
            std::ranges::fill(area.subspan(kXmmAt, kSlot * kVectors), std::byte{});
            if (compacted) {
                put(area, kMxcsrAt, kInitialMxcsr, 4);
            }
            break;
        case Component::avx:
            std::ranges::fill(area.subspan(kYmmAt, kSlot * kVectors), std::byte{});
            break;
    }
}

// From two bits a register to one: not empty.
std::uint8_t abridged_tags(std::uint64_t full) {
    constexpr unsigned kEmpty = 3;
    unsigned tags = 0;
    for (unsigned i = 0; i < kStackDepth; ++i) {
        tags |= ((full >> (2 * i)) & 3) != kEmpty ? 1U << i : 0U;
    }
    return static_cast<std::uint8_t>(tags);
}

void store(std::span<std::byte> area, const Place& place, std::span<const std::byte> value) {
    if (place.at == kTagsAt) {
        put(area, kTagsAt, abridged_tags(load_little_endian(value)), 1);
    } else {
        std::ranges::copy(value.first(place.size), area.begin() + static_cast<std::ptrdiff_t>(place.at));
    }
}

Expected<void> use(std::span<std::byte> area, Component component, bool may_begin_avx) {
    if (area.size() < X86Xsave::kHeaderEnd) {
        return {};
    }
    const std::uint64_t layout = number(area, kLayoutAt, 8);
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(component);
    const std::uint64_t present = number(area, kPresentAt, 8);
    const bool compacted = (layout & kCompacted) != 0;
    if ((present & bit) != 0) {
        return {};
    }
    if (component == Component::avx && (compacted ? (layout & bit) == 0 : !may_begin_avx)) {
        return fail(Errc::unsupported, "the program has not used AVX yet");
    }
    initialise(area, component, compacted);
    put(area, kPresentAt, present | bit, 8);
    return {};
}

}  // namespace

bool is_xsave_register(std::string_view name) {
    return place_of(name).has_value();
}

std::optional<XsavePlace> xsave_place(std::string_view name) {
    const auto place = place_of(name);
    return place ? std::optional(XsavePlace{place->at, place->size}) : std::nullopt;
}

Expected<void> write_xsave_register(std::span<std::byte> area, std::string_view name, std::span<const std::byte> value,
                                    bool may_begin_avx) {
    constexpr std::uint64_t kMxcsrBits = 0xffff;  // the rest is reserved: #GP (10.2.3)
    const auto place = place_of(name);
    if (!place) {
        return fail(Errc::not_found, "no such register");
    }
    if (value.size() != place->given) {
        return fail(Errc::bad_argument, std::string(name) + " has " + std::to_string(place->given) + " bytes");
    }
    if (place->at == kMxcsrAt && (load_little_endian(value) & ~kMxcsrBits) != 0) {
        return fail(Errc::bad_argument, "mxcsr has 16 bits only");
    }
    if (area.size() < X86Xsave::kFxsaveSize || area.size() < place->at + place->size) {
        return fail(Errc::unsupported, "the kernel keeps no " + std::string(name) + " for this thread");
    }
    if (auto used = use(area, place->component, may_begin_avx); !used) {
        return used;
    }
    store(area, *place, value);
    return {};
}

Bytes fxsave_area(const emulator::TargetDescription& description, std::span<const std::byte> block) {
    Bytes area(X86Xsave::kFxsaveSize);
    if (block.size() < description.block_size()) {
        return {};
    }
    for (const auto& info : description.registers()) {
        const auto place = place_of(info.name);
        if (place && place->component != Component::avx && description.in_block(info) && info.size == place->given) {
            store(area, *place, block.subspan(info.offset, info.size));
        }
    }
    return area;
}

}  // namespace hvgdb::osi
