// SPDX-License-Identifier: GPL-2.0-or-later
// Where the virtual pages are that a vCPU accessed lately.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "emulator/taint/shadow_memory.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// For what is no RAM: an address that is never tainted.
inline constexpr PhysAddr kNoRam{~std::uint64_t{0} - (kPageSize - 1)};

/// Direct-mapped; one vCPU's own. Knows nothing of address spaces: whoever uses it flushes it when they change.
class PageCache {
  public:
    struct alignas(32) Entry {
        /// The virtual page, and in its low bits the generation, which is never 0 in an entry that was inserted.
        std::uint64_t tag = 0;
        std::uint64_t page = 0;        ///< the physical one
        std::uint64_t clean = 0;       ///< the page was seen to be clean when ShadowMemory::arrivals() was the same
        ShadowPage* shadow = nullptr;  ///< null: there was none when somebody looked last

        [[nodiscard]] PhysAddr byte(VirtAddr address) const { return PhysAddr{page | address.value % kPageSize}; }
        /// `size` bytes from `address` on, which is on this page, are on it too and have no labels; `arrivals` as it is
        /// now. `false` may be wrong.
        [[nodiscard]] bool surely_clean(VirtAddr address, std::size_t size, std::uint64_t arrivals) const {
            const auto offset = address.value % kPageSize;
            return offset + size <= kPageSize &&
                   (clean == arrivals || (shadow != nullptr && shadow->surely_clean(offset, size)));
        }
    };

    /// The one of the byte's page; null when that is not known. Valid until the next insert() or flush().
    [[nodiscard]] Entry* find(VirtAddr address) {
        auto& entry = entries_[index(address)];
        return entry.tag == tag(address) ? &entry : nullptr;
    }
    /// As far as can be told without the shadow page: as Entry::surely_clean().
    [[nodiscard]] bool is_clean(VirtAddr address, std::size_t size, std::uint64_t arrivals) const {
        const auto& entry = entries_[index(address)];
        return entry.tag == tag(address) && entry.clean == arrivals && address.value % kPageSize <= kPageSize - size;
    }
    /// `byte` is where the byte at `address` is.
    Entry* insert(VirtAddr address, PhysAddr byte) {
        auto& entry = entries_[index(address)];
        entry = {tag(address), byte.value - byte.value % kPageSize, 0, nullptr};
        return &entry;
    }
    void flush() {
        if (++generation_ == kPageSize) {
            entries_.fill({});
            generation_ = 1;
        }
    }

  private:
    static constexpr std::size_t kEntries = 1024;

    static std::size_t index(VirtAddr address) { return address.value / kPageSize % kEntries; }
    [[nodiscard]] std::uint64_t tag(VirtAddr address) const {
        return (address.value - address.value % kPageSize) | generation_;
    }

    std::array<Entry, kEntries> entries_{};
    std::uint64_t generation_ = 1;
};

}  // namespace hvgdb::emulator::taint
