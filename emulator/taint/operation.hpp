// SPDX-License-Identifier: GPL-2.0-or-later
// What instructions are compiled to: operations on slots, cut into segments where memory is accessed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/taint/sink_kind.hpp"
#include "emulator/taint/slots.hpp"

namespace hvgdb::emulator::taint {

/// Each reads all it reads before it writes.
enum class Code : std::uint8_t {
    clear,     ///< to[i] = none
    copy,      ///< to[i] = from[i]
    pick,      ///< to[i] = slot number tables[from + i]
    merge,     ///< to[i] = from[i] + also[i]
    ascend,    ///< within each lane: to[i] = all of from[j] and also[j] with j <= i (a carry's way)
    descend,   ///< within each lane: to[i] = all of from[j] and also[j] with j >= i
    lanes,     ///< within each lane: to[i] = all of from and also
    fold,      ///< to[0] = all of from
    fill,      ///< to[i] = from[0]
    spread,    ///< to[i] = to[i] + from[0]
    push_x87,  ///< ST(i + 1) = ST(i), all at once, around
    pop_x87,   ///< ST(i) = ST(i + 1), all at once, around
};

struct Operation {
    Code code = Code::clear;
    std::uint8_t lane = 0;  ///< bytes
    std::uint16_t count = 0;
    Slot to = 0;
    Slot from = 0;
    Slot also = 0;
    friend bool operator==(const Operation&, const Operation&) = default;
};

/// When a segment's turn is.
enum class Trigger : std::uint8_t {
    block,        ///< the block is entered, before its first instruction
    instruction,  ///< before the instruction, if it has such a segment
    load,         ///< after the instruction read memory
    store,        ///< after it wrote memory
};

/// A transfer between memory and slots (none for the first two triggers) and the operations up to the next transfer,
/// which may be those of following instructions too.
struct Segment {
    Trigger trigger = Trigger::block;
    bool adds = false;        ///< a load adds to the slots instead of replacing them
    bool unfinished = false;  ///< ends within an instruction: its temporaries are needed by the next segment
    std::uint16_t instruction = 0;
    std::uint16_t size = 0;         ///< of the access in bytes; the emulator may deliver it in pieces
    Slot slot = 0;                  ///< of the access
    std::uint16_t temporaries = 0;  ///< how many slots of them are used
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    RegisterMask reads = 0;  ///< nothing happens while these and `writes` are clean and so is what is loaded
    RegisterMask writes = 0;
};

/// The address that an instruction's explicit memory operand, or XSAVE's area, has.
struct EffectiveAddress {
    static constexpr std::uint8_t kNone = 0xff;
    static constexpr std::uint8_t kInstructionPointer = 0xfe;  ///< that of the next instruction
    std::uint8_t base = kNone;                                 ///< a general register's number
    std::uint8_t index = kNone;                                ///< the same
    std::uint8_t scale = 0;
    char segment = 0;       ///< 'f' or 'g' for FS and GS, else 0
    std::uint8_t bits = 0;  ///< what the sum is truncated to: 16, 32 or 64
    std::int64_t displacement = 0;
    friend bool operator==(const EffectiveAddress&, const EffectiveAddress&) = default;
};

/// What decides about an instruction that is a sink, all as it is before the instruction.
struct Sink {
    static constexpr std::size_t kMostRanges = 7;
    SinkKind kind = SinkKind::branch;
    std::uint8_t count = 0;
    std::array<SlotRange, kMostRanges> ranges{};
    std::uint8_t memory = 0;  ///< bytes at `address`, besides; 0: none
    EffectiveAddress address;

    void add(SlotRange range) { ranges[count++] = range; }
    [[nodiscard]] std::span<const SlotRange> registers() const { return std::span(ranges).first(count); }
};

/// How an instruction accesses memory.
enum class Accesses : std::uint8_t {
    fixed,     ///< its segments' transfers, once each, in their order
    repeated,  ///< the same any number of times, none included (rep)
    masked,    ///< any part of one operand, in any order: the offset in the operand says which
    area,      ///< FXSAVE, XSAVE and their inverses: the same, in their layout
    any,       ///< unknown: each load adds to one slot, each store gets that slot for every byte
};

struct CompiledInstruction {
    std::uint16_t offset = 0;  ///< bytes from the block's start
    std::uint8_t length = 0;
    Accesses accesses = Accesses::fixed;
    bool touches_memory = false;     ///< it may access memory, also where no segment follows that
    std::uint16_t mnemonic = 0;      ///< Zydis'
    std::uint16_t first_access = 0;  ///< index of the first segment with an access
    std::uint16_t access_count = 0;
    std::uint16_t entry = kNoEntry;  ///< index of the segment to run before this instruction
    std::uint16_t sink = kNoSink;    ///< index of what is looked at before the entry's segment runs
    bool may_stop = false;           ///< before it a vCPU may be stopped for what the instruction before it stored
    bool in_run = false;             ///< its only access, a load, comes after another one for sure: see RunFinder
    std::int16_t distance = 0;       ///< of that load from the first access of the run, in bytes
    EffectiveAddress address;
    static constexpr std::uint16_t kNoEntry = 0xffff;
    static constexpr std::uint16_t kNoSink = 0xffff;
};

/// A run of instructions. Immutable once built; any number of vCPUs may run it at once.
struct Block {
    std::vector<CompiledInstruction> instructions;
    std::vector<Segment> segments;  ///< the first is that of Trigger::block
    std::vector<Operation> operations;
    std::vector<Slot> tables;
    std::vector<Sink> sinks;
    std::uint32_t first_serial = 0;  ///< of the first segment, the next ones follow; no two of a program have the same

    [[nodiscard]] std::uint32_t serial_of(const Segment& segment) const {
        return first_serial + static_cast<std::uint32_t>(&segment - segments.data());
    }
    [[nodiscard]] std::span<const Operation> operations_of(const Segment& segment) const {
        return std::span(operations).subspan(segment.first, segment.count);
    }
};

}  // namespace hvgdb::emulator::taint
