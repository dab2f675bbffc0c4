// SPDX-License-Identifier: GPL-2.0-or-later
// Label sets of consecutive bytes as they mostly are: one set, and the bytes that have it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "emulator/taint/labels.hpp"

namespace hvgdb::emulator::taint {

/// Of at most kMost bytes. One word, so that it is handed on in a register.
class Pattern {
  public:
    static constexpr std::size_t kMost = 32;

    /// No taint.
    constexpr Pattern() = default;
    /// Bit i of `mask`: byte i has the set, else it has none. Neither is 0.
    constexpr Pattern(SetId set, std::uint32_t mask) : word_(std::uint64_t{mask} << kHalf | set) {}
    /// What stands for bytes with several sets, which is no pattern.
    [[nodiscard]] static constexpr Pattern several() {
        Pattern none;
        none.word_ = kSeveral;
        return none;
    }

    [[nodiscard]] bool is_several() const { return word_ == kSeveral; }
    [[nodiscard]] bool empty() const { return word_ == 0; }
    [[nodiscard]] SetId set() const { return static_cast<SetId>(word_); }
    [[nodiscard]] std::uint32_t mask() const { return static_cast<std::uint32_t>(word_ >> kHalf); }
    [[nodiscard]] std::uint64_t word() const { return word_; }
    [[nodiscard]] SetId at(std::size_t byte) const { return (mask() >> byte & 1) != 0 ? set() : kNoLabels; }
    friend bool operator==(const Pattern&, const Pattern&) = default;

    /// `size <= kMost`.
    [[nodiscard]] static std::uint32_t whole(std::size_t size) {
        return static_cast<std::uint32_t>((std::uint64_t{1} << size) - 1);
    }

  private:
    static constexpr unsigned kHalf = 32;
    static constexpr std::uint64_t kSeveral = 0xffff'ffff;  ///< a set without bytes

    std::uint64_t word_ = 0;
};

namespace details {

/// 0: all sets are the same. `kSize` is 1 or even.
template <std::size_t kSize>
[[nodiscard]] std::uint64_t differences(const SetId* sets) {
    if constexpr (kSize == 1) {
        return 0;
    } else {
        const auto pair = [sets](std::size_t at) {
            std::uint64_t two = 0;
            __builtin_memcpy(&two, sets + at, sizeof two);
            return two;
        };
        constexpr int kHalf = 32;
        auto different = pair(0) ^ std::rotl(pair(0), kHalf);
        for (std::size_t at = 2; at < kSize; at += 2) {
            different |= pair(at) ^ pair(0);
        }
        return different;
    }
}

[[nodiscard]] inline std::uint64_t differences(const SetId* sets, std::size_t size) {
    switch (size) {
        case 1:
            return 0;
        case 2:
            return differences<2>(sets);
        case 4:
            return differences<4>(sets);
        case 8:
            return differences<8>(sets);
        case 16:
            return differences<16>(sets);
        default:
            break;
    }
    SetId different = 0;
    for (std::size_t i = 1; i < size; ++i) {
        different |= sets[i] ^ sets[0];
    }
    return different;
}

}  // namespace details

/// `1 <= size <= Pattern::kMost`.
[[nodiscard]] inline Pattern pattern_of(const SetId* sets, std::size_t size) {
    if (details::differences(sets, size) == 0) {
        return sets[0] == kNoLabels ? Pattern() : Pattern(sets[0], Pattern::whole(size));
    }
    SetId set = kNoLabels;
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (sets[i] == kNoLabels) {
            continue;
        }
        if (set != kNoLabels && set != sets[i]) {
            return Pattern::several();
        }
        set = sets[i];
        mask |= std::uint32_t{1} << i;
    }
    return {set, mask};
}

}  // namespace hvgdb::emulator::taint
