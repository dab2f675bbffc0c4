// SPDX-License-Identifier: GPL-2.0-or-later
// Pages that a vCPU may access without a word to anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "emulator/taint/shadow_memory.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// Virtual pages of one vCPU without taint. It is looked at for each access of the guest, so it is no more than a
/// number to compare: all that makes it void has to empty it. Direct-mapped.
class IdlePages {
  public:
    IdlePages() { clear(); }
    IdlePages(const IdlePages&) = delete;
    IdlePages& operator=(const IdlePages&) = delete;
    ~IdlePages() = default;

    // The vCPU's thread.
    /// `size` bytes from `address` on are on one page that was noted since the last clear(). `size` is 1 to kPageSize.
    [[nodiscard]] bool has(VirtAddr address, std::size_t size) const {
        // The next page has another place, so the number of an access' last page is at that of its first on one page
        // only.
        return at(address).load(std::memory_order_relaxed) == (address.value + size - 1) / kPageSize;
    }
    /// The byte's page had no taint when memory.arrivals() was `arrivals`.
    void note(VirtAddr address, const ShadowMemory& memory, std::uint64_t arrivals) {
        used_ = true;
        at(address).exchange(address.value / kPageSize);
        if (memory.arrivals() != arrivals) {
            at(address) = kNone;
        }
    }
    /// The vCPU's address translation may be another.
    void forget() {
        if (used_) {
            clear(std::memory_order_relaxed);
            used_ = false;
        }
    }

    /// Any thread, after memory.arrivals() changed: either note() sees that, or this comes after it.
    void clear(std::memory_order order = std::memory_order_seq_cst) {
        for (auto& number : numbers_) {
            number.store(kNone, order);
        }
    }

  private:
    using Number = std::atomic<std::uint64_t>;
    static constexpr std::size_t kPages = 256;
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};  ///< no page has it

    [[nodiscard]] const Number& at(VirtAddr address) const { return numbers_[address.value / kPageSize % kPages]; }
    [[nodiscard]] Number& at(VirtAddr address) { return numbers_[address.value / kPageSize % kPages]; }

    alignas(64) std::array<Number, kPages> numbers_;
    bool used_ = false;
};

}  // namespace hvgdb::emulator::taint
