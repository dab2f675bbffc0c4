// SPDX-License-Identifier: GPL-2.0-or-later
// Puts a block's operations into segments.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "emulator/taint/operation.hpp"

namespace hvgdb::emulator::taint {

/// Operations go to the segment that was opened last: by the block's start, an instruction's entry, a load or a store.
class BlockBuilder {
  public:
    static constexpr std::size_t kMostInstructions = 1024;
    static constexpr std::size_t kMostTable = 60000;

    BlockBuilder() { open(Trigger::block); }

    void begin_instruction(std::size_t length, std::uint16_t mnemonic);
    void end_instruction();
    [[nodiscard]] bool full() const {
        return block_.instructions.size() >= kMostInstructions || block_.tables.size() >= kMostTable;
    }
    [[nodiscard]] CompiledInstruction& instruction() { return block_.instructions.back(); }
    /// Of this instruction; null if it has none or several. Valid until the next one begins.
    [[nodiscard]] const Segment* only_access() const;
    /// What follows runs before the instruction, but after whatever came before it. At its start only.
    void open_entry();
    /// The same, and somebody looks there.
    void add_sink(const Sink& sink);
    void set_accesses(Accesses accesses) { instruction().accesses = accesses; }

    /// Temporaries of this instruction.
    [[nodiscard]] SlotRange temporary(std::size_t size);
    void load(SlotRange to, bool adds = false);
    void store(SlotRange from);
    /// Operations on no slots, or writing to those that are never tainted, are left out.
    void add(const Operation& operation);
    void pick(Slot to, std::span<const Slot> from);

    [[nodiscard]] Block take() { return std::move(block_); }

  private:
    Segment& open(Trigger trigger);
    Segment& open_access(Trigger trigger, SlotRange range);
    [[nodiscard]] Segment& segment() { return block_.segments.back(); }
    void note_writes(SlotRange range);

    Block block_;
    std::size_t first_segment_ = 0;  ///< that this instruction may have added to
    std::uint16_t next_offset_ = 0;
    std::uint16_t used_temporaries_ = 0;
    bool next_needs_entry_ = false;
};

}  // namespace hvgdb::emulator::taint
