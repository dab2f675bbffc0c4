// SPDX-License-Identifier: GPL-2.0-or-later
// Where the virtual pages are that a vCPU accessed lately.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "emulator/taint/shadow_memory.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// For what is no RAM: an address that is never tainted.
inline constexpr PhysAddr kNoRam{~std::uint64_t{0} - (kPageSize - 1)};

/// Direct-mapped; one vCPU's own. Knows nothing of address spaces: whoever uses it flushes it when they change.
class PageCache {
  public:
    /// The address of the byte.
    [[nodiscard]] std::optional<PhysAddr> find(VirtAddr address) const {
        const auto& entry = entries_[index(address)];
        if (entry.tag != tag(address)) {
            return std::nullopt;
        }
        return PhysAddr{entry.page | address.value % kPageSize};
    }
    /// The page was seen to be clean when ShadowMemory::arrivals() was the same, and `size` bytes are on it.
    [[nodiscard]] bool is_clean(VirtAddr address, std::size_t size, std::uint64_t arrivals) const {
        const auto& entry = entries_[index(address)];
        return entry.tag == tag(address) && entry.clean == arrivals && address.value % kPageSize <= kPageSize - size;
    }
    /// Nothing happens unless the page is found here.
    void set_clean(VirtAddr address, std::uint64_t arrivals) {
        if (auto& entry = entries_[index(address)]; entry.tag == tag(address)) {
            entry.clean = arrivals;
        }
    }
    /// `byte` is where the byte at `address` is.
    void insert(VirtAddr address, PhysAddr byte) {
        entries_[index(address)] = {tag(address), byte.value - byte.value % kPageSize, 0};
    }
    void flush() {
        if (++generation_ == kPageSize) {
            entries_.fill({});
            generation_ = 1;
        }
    }

  private:
    /// The virtual page, and in its low bits the generation, which is never 0 in an entry that was inserted.
    struct alignas(32) Entry {
        std::uint64_t tag = 0;
        std::uint64_t page = 0;
        std::uint64_t clean = 0;
    };
    static constexpr std::size_t kEntries = 1024;

    static std::size_t index(VirtAddr address) { return address.value / kPageSize % kEntries; }
    [[nodiscard]] std::uint64_t tag(VirtAddr address) const {
        return (address.value - address.value % kPageSize) | generation_;
    }

    std::array<Entry, kEntries> entries_{};
    std::uint64_t generation_ = 1;
};

}  // namespace hvgdb::emulator::taint
