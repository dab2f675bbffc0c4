// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses in a kernel's symbol table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "emulator/types.hpp"
#include "osi/linux/kallsyms_places.hpp"

namespace hvgdb::osi {

/// Bytes of one address in the table.
[[nodiscard]] constexpr std::size_t entry_size(KallsymsEncoding encoding) {
    return encoding == KallsymsEncoding::absolute ? 8 : 4;
}

/// A view: the bytes must outlive it.
class KallsymsAddresses {
  public:
    /// `table` is at `place` in the guest. `relative_base` is an address.
    KallsymsAddresses(std::span<const std::byte> table, KallsymsEncoding encoding, VirtAddr place,
                      std::uint64_t relative_base)
        : table_(table), encoding_(encoding), place_(place), relative_base_(relative_base) {}

    [[nodiscard]] std::size_t size() const { return table_.size() / entry_size(encoding_); }
    /// `index` < size().
    [[nodiscard]] VirtAddr operator[](std::size_t index) const;
    /// Absolute and per-CPU symbols, as far as the table itself tells them apart. `index` < size().
    [[nodiscard]] bool is_marked_absolute(std::size_t index) const;
    [[nodiscard]] bool marks_absolute() const { return encoding_ == KallsymsEncoding::absolute_percpu; }

  private:
    std::span<const std::byte> table_;
    KallsymsEncoding encoding_;
    VirtAddr place_;
    std::uint64_t relative_base_;
};

}  // namespace hvgdb::osi
