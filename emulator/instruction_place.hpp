// SPDX-License-Identifier: GPL-2.0-or-later
// Where a translated instruction is, as far as all mappings of its page agree.
#pragma once

#include <cstdint>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// QEMU's blocks serve every mapping of a physical page, and the program counter that it shows in the middle of a block
/// may be stale, but not by more than the block: its page tells in which mapping the vCPU is.
struct InstructionPlace {
    std::uint64_t block_offset = 0;  ///< page offset of the block's start
    std::uint64_t offset = 0;        ///< page offset of the instruction
    bool next_page = false;          ///< it starts in the page after the block's first

    [[nodiscard]] static InstructionPlace of(VirtAddr block, VirtAddr instruction) {
        return {block.value & kPageOffset, instruction.value & kPageOffset,
                (block.value & ~kPageOffset) != (instruction.value & ~kPageOffset)};
    }
    /// Its address, where the vCPU shows this program counter.
    [[nodiscard]] VirtAddr pc(std::uint64_t shown) const {
        const auto here = (shown & ~kPageOffset) | offset;
        return {next_page && (shown & kPageOffset) >= block_offset ? here + kPageOffset + 1 : here};
    }
    friend auto operator<=>(const InstructionPlace&, const InstructionPlace&) = default;

  private:
    static constexpr std::uint64_t kPageOffset = 0xfff;
};

}  // namespace hvgdb::emulator
