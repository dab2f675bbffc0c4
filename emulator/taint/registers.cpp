// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/registers.hpp"

#include <algorithm>
#include <charconv>

namespace hvgdb::emulator::taint {

namespace {

constexpr std::array<std::string_view, 8> kLegacy{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};

SlotRange gpr(unsigned number, unsigned size, unsigned offset = 0) {
    return {static_cast<Slot>(gpr_slot(number) + offset), static_cast<std::uint16_t>(size)};
}

std::optional<unsigned> number_in(std::string_view text, unsigned below) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || number >= below || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    return number;
}

/// rax, eax, ax, and al, spl and the like.
std::optional<SlotRange> legacy_register(std::string_view name) {
    for (unsigned number = 0; number < kLegacy.size(); ++number) {
        const auto word = kLegacy[number];
        if (name == word) {
            return gpr(number, 2);
        }
        if (name.size() == 3 && name.substr(1) == word && (name[0] == 'r' || name[0] == 'e')) {
            return gpr(number, name[0] == 'r' ? 8 : 4);
        }
        if (number < 4 && name.size() == 2 && name[0] == word[0] && (name[1] == 'l' || name[1] == 'h')) {
            return gpr(number, 1, name[1] == 'h' ? 1 : 0);
        }
        if (number >= 4 && name.size() == 3 && name.substr(0, 2) == word && name[2] == 'l') {
            return gpr(number, 1);
        }
    }
    return std::nullopt;
}

/// r8 to r15 with nothing, d, w, b or (as some write it) l.
std::optional<SlotRange> numbered_register(std::string_view name) {
    if (name.empty() || name.front() != 'r') {
        return std::nullopt;
    }
    name.remove_prefix(1);
    unsigned size = 8;
    constexpr std::string_view kSuffixes = "dwbl";
    constexpr std::array<unsigned, 4> kSizes{4, 2, 1, 1};
    if (const auto at = name.empty() ? std::string_view::npos : kSuffixes.find(name.back());
        at != std::string_view::npos) {
        size = kSizes[at];
        name.remove_suffix(1);
    }
    const auto number = number_in(name, kGprs);
    return number && *number >= 8 ? std::optional(gpr(*number, size)) : std::nullopt;
}

}  // namespace

std::optional<SlotRange> find_register(std::string_view name) {
    struct Family {
        std::string_view prefix;
        unsigned count;
        Slot first;
        unsigned distance;
        std::uint16_t size;
    };
    static constexpr std::array kFamilies{
        Family{"xmm", kVectors, kVectorSlots, kYmmSize, kXmmSize},
        Family{"ymm", kVectors, kVectorSlots, kYmmSize, kYmmSize},
        Family{"mm", kX87Registers, kX87Slots, kX87Size, kMmxSize},
        Family{"st", kX87Registers, kX87Slots, kX87Size, kX87Size},
    };
    if (name == "eflags" || name == "rflags") {
        return SlotRange{kCarrySlot, 3};
    }
    for (const auto& family : kFamilies) {
        if (!name.starts_with(family.prefix)) {
            continue;
        }
        if (const auto number = number_in(name.substr(family.prefix.size()), family.count)) {
            return SlotRange{static_cast<Slot>(family.first + *number * family.distance), family.size};
        }
    }
    if (const auto found = legacy_register(name)) {
        return found;
    }
    return numbered_register(name);
}

void ShadowRegisters::set(SlotRange range, SetId set) {
    std::ranges::fill(std::span(slots_).subspan(range.first, range.size), set);
    recount(register_mask(range));
}

void ShadowRegisters::set(SlotRange range, std::span<const SetId> sets) {
    std::ranges::copy(sets.first(range.size), slots_.begin() + range.first);
    recount(register_mask(range));
}

void ShadowRegisters::clear_all() {
    slots_.fill(kNoLabels);
    live_ = 0;
}

}  // namespace hvgdb::emulator::taint
