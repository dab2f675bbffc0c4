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
        ShadowPage* shadow = nullptr;  ///< null: there was none when somebody looked last

        [[nodiscard]] PhysAddr byte(VirtAddr address) const { return PhysAddr{page | address.value % kPageSize}; }
    };

    /// The one of the byte's page; null when that is not known. Valid until the next insert() or flush().
    [[nodiscard]] Entry* find(VirtAddr address) {
        auto& entry = entries_[index(address)];
        return entry.tag == tag(address) ? &entry : nullptr;
    }
    /// `size` bytes from `address` on are on one page without taint: one for which note_clean() was called when
    /// ShadowMemory::arrivals() was what it is now. `size` is 1 to kPageSize.
    [[nodiscard]] bool is_clean(VirtAddr address, std::size_t size, std::uint64_t arrivals) const {
        // The next page has another place, so the tag of an access' last byte is at the place of its first on one page
        // only.
        return clean_[index(address)] == tag(VirtAddr{address.value + size - 1}) && clean_when_ == arrivals;
    }
    /// The byte's page has no taint.
    void note_clean(VirtAddr address, std::uint64_t arrivals) {
        if (clean_when_ != arrivals) {
            clean_.fill(0);
            clean_when_ = arrivals;
        }
        clean_[index(address)] = tag(address);
    }
    /// `byte` is where the byte at `address` is.
    Entry* insert(VirtAddr address, PhysAddr byte) {
        auto& entry = entries_[index(address)];
        entry = {tag(address), byte.value - byte.value % kPageSize, nullptr};
        return &entry;
    }
    void flush() {
        if (++generation_ == kPageSize) {
            entries_.fill({});
            clean_.fill(0);
            generation_ = 1;
        }
    }

  private:
    static constexpr std::size_t kEntries = 1024;

    static std::size_t index(VirtAddr address) { return address.value / kPageSize % kEntries; }
    [[nodiscard]] std::uint64_t tag(VirtAddr address) const {
        return (address.value - address.value % kPageSize) | generation_;
    }

    std::uint64_t generation_ = 1;
    std::uint64_t clean_when_ = 0;
    std::array<std::uint64_t, kEntries> clean_{};  ///< tags
    std::array<Entry, kEntries> entries_{};
};

}  // namespace hvgdb::emulator::taint
