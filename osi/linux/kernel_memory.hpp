// SPDX-License-Identifier: GPL-2.0-or-later
// Reading members of a kernel's structures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "osi/linux/layout.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// Both must outlive it. A member that the layout lacks, or that cannot be read, gives nothing.
class KernelMemory {
  public:
    KernelMemory(const MemoryReader& memory, const Layout& layout) : memory_(memory), layout_(layout) {}

    [[nodiscard]] const MemoryReader& memory() const { return memory_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] bool has(Field field) const { return layout_.has(field); }

    /// Where the member of the object is; nothing when the layout lacks it.
    [[nodiscard]] std::optional<VirtAddr> place(VirtAddr object, Field field) const;
    /// With the member's own size, which must be 1 to 8 bytes; a larger one (an array, a structure of one member) gives
    /// its first element when that is small enough.
    [[nodiscard]] std::optional<std::uint64_t> number(VirtAddr object, Field field) const;
    /// The same, with the sign of the member's own size.
    [[nodiscard]] std::optional<std::int64_t> signed_number(VirtAddr object, Field field) const;
    [[nodiscard]] std::optional<VirtAddr> pointer(VirtAddr object, Field field) const;
    /// A char array, up to its first NUL.
    [[nodiscard]] std::optional<std::string> text(VirtAddr object, Field field) const;

  private:
    const MemoryReader& memory_;
    const Layout& layout_;
};

/// Whether a pointer can be one of the kernel's: in the upper half, and not an error number (include/linux/err.h).
[[nodiscard]] constexpr bool is_kernel_pointer(VirtAddr address) {
    constexpr std::uint64_t kLastErrno = 4095;
    return (address.value >> 63) != 0 && address.value < ~std::uint64_t{0} - kLastErrno;
}

}  // namespace hvgdb::osi
