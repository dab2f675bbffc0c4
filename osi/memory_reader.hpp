// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory as one address space shows it. What every walk through a kernel's structures reads from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "emulator/types.hpp"

namespace hvgdb::osi {

/// Numbers are little endian, as on all machines whose page tables we walk. An address range never wraps round the end
/// of the address space: it ends there.
class MemoryReader {
  public:
    MemoryReader() = default;
    MemoryReader(const MemoryReader&) = delete;
    MemoryReader& operator=(const MemoryReader&) = delete;
    virtual ~MemoryReader() = default;

    /// How many bytes from the start could be read. What is behind them in `out` is unspecified.
    [[nodiscard]] virtual std::size_t read(VirtAddr address, std::span<std::byte> out) const = 0;

    /// All of `out`, or false.
    [[nodiscard]] bool fill(VirtAddr address, std::span<std::byte> out) const;
    /// An unsigned number of 1 to 8 bytes. Nothing when it cannot be read or has another size.
    [[nodiscard]] std::optional<std::uint64_t> number(VirtAddr address, std::size_t size) const;
    /// A pointer: an eight-byte number.
    [[nodiscard]] std::optional<VirtAddr> pointer(VirtAddr address) const;
    /// Up to, and without, the first NUL, at most `limit` bytes, or as many as are readable. Nothing when not even the
    /// first byte is. Any bytes; whoever shows them makes them harmless.
    [[nodiscard]] std::optional<std::string> text(VirtAddr address, std::size_t limit) const;
};

}  // namespace hvgdb::osi
