// SPDX-License-Identifier: GPL-2.0-or-later
// Memory that a client asks for to keep its own things in: it is here, not in the guest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

/// At addresses that no x86-64 program can have (not canonical), so that nothing of the guest's is hidden.
class ScratchMemory {
  public:
    static constexpr std::uint64_t kBase = 0x7000'0000'0000'0000;
    static constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;  ///< at a time; lldb takes 512 KiB for a stack
    static constexpr std::uint64_t kPage = 0x1000;

    /// Zeros, in whole pages. `unsupported` above kMostBytes in all, `bad_argument` for nothing.
    [[nodiscard]] Expected<VirtAddr> allocate(std::uint64_t size);
    /// False when none begins there.
    bool release(VirtAddr address);
    /// What is there from `address` on to the end of its piece; nothing outside.
    [[nodiscard]] std::optional<std::span<std::byte>> find(VirtAddr address);

  private:
    std::map<VirtAddr, Bytes> pieces_;
    std::uint64_t used_ = 0;
    std::uint64_t next_ = kBase;
};

}  // namespace hvgdb::gdbserver
