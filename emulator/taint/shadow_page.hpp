// SPDX-License-Identifier: GPL-2.0-or-later
// The label sets of one page of guest RAM, a set a byte.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "emulator/taint/labels.hpp"
#include "emulator/taint/pattern.hpp"

namespace hvgdb::emulator::taint {

inline constexpr std::size_t kPageSize = 4096;

/// A page that is or was tainted. Bytes race as those of the guest do: each is whole, their order is open.
class ShadowPage {
  public:
    /// `contents`: the page itself in this process, or null. With it, a byte that was overwritten by somebody whom
    /// nobody reports (a device, a debugger at QEMU's own stub) is found out: it has not the value any more that it had
    /// when it got its labels.
    explicit ShadowPage(const std::byte* contents) : contents_(contents) { note(0, kPageSize); }

    [[nodiscard]] SetId get(std::size_t offset) const { return __atomic_load_n(&sets_[offset], __ATOMIC_RELAXED); }
    [[nodiscard]] std::uint32_t tainted() const { return tainted_.load(std::memory_order_relaxed); }
    /// The same as pattern_of() where all bytes have one set or all none, and none is stale; else several().
    template <std::size_t kSize>
    [[nodiscard]] __attribute__((no_sanitize("thread"), always_inline)) Pattern whole(std::size_t offset) const {
        const auto* const sets = &sets_[offset];
        if (details::differences<kSize>(sets) != 0) {
            return Pattern::several();
        }
        if (sets[0] == kNoLabels) {
            return {};
        }
        return maybe_stale(offset, kSize) ? Pattern::several() : Pattern(sets[0], Pattern::whole(kSize));
    }
    /// As pattern_of(), on this page.
    [[nodiscard]] __attribute__((no_sanitize("thread"))) Pattern pattern(std::size_t offset, std::size_t size) const {
        return pattern_of(&sets_[offset], size);
    }
    /// Some of the bytes may have been overwritten since note(). `false` is certain.
    [[nodiscard]] bool maybe_stale(std::size_t offset, std::size_t size) const {
        return contents_ != nullptr && differ(offset, size);
    }
    [[nodiscard]] bool stale(std::size_t offset) const { return maybe_stale(offset, 1); }
    /// The values that the bytes have now are those that go with their labels.
    void note(std::size_t offset, std::size_t size) {
        if (contents_ != nullptr) {
            copy(offset, size);
        }
    }

  private:
    friend class ShadowMemory;

    [[nodiscard]] __attribute__((no_sanitize("thread"))) bool differ(std::size_t offset, std::size_t size) const {
        const auto same = [this, offset](auto word) {
            auto other = word;
            __builtin_memcpy(&word, &values_[offset], sizeof word);
            __builtin_memcpy(&other, contents_ + offset, sizeof other);
            return word == other;
        };
        switch (size) {
            case 1:
                return !same(std::uint8_t{});
            case 2:
                return !same(std::uint16_t{});
            case 4:
                return !same(std::uint32_t{});
            case 8:
                return !same(std::uint64_t{});
            default:
                return std::memcmp(&values_[offset], contents_ + offset, size) != 0;
        }
    }
    __attribute__((no_sanitize("thread"))) void copy(std::size_t offset, std::size_t size) {
        switch (size) {
            case 1:
                values_[offset] = contents_[offset];
                return;
            case 4:
                __builtin_memcpy(&values_[offset], contents_ + offset, 4);
                return;
            case 8:
                __builtin_memcpy(&values_[offset], contents_ + offset, 8);
                return;
            default:
                std::memcpy(&values_[offset], contents_ + offset, size);
        }
    }

    std::array<SetId, kPageSize> sets_{};
    std::array<std::byte, kPageSize> values_;  ///< of the bytes, where contents_ is known
    const std::byte* contents_;
    std::atomic<std::uint32_t> tainted_ = 0;  ///< bytes
};

}  // namespace hvgdb::emulator::taint
