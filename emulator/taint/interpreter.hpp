// SPDX-License-Identifier: GPL-2.0-or-later
// Runs compiled taint operations for one vCPU.
#pragma once

#include <cstdint>
#include <span>

#include "emulator/taint/labels.hpp"
#include "emulator/taint/operation.hpp"
#include "emulator/taint/pattern.hpp"
#include "emulator/taint/registers.hpp"
#include "emulator/taint/segment_memo.hpp"
#include "emulator/taint/shadow_memory.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator::taint {

/// An access to guest memory as the emulator reports it: an operand's, or a piece of one.
struct Access {
    PhysAddr address;
    std::uint16_t size = 0;  ///< bytes from `address` on, within its page
    std::uint16_t rest = 0;  ///< bytes that follow on another page, at `rest_address`
    bool is_store = false;
    PhysAddr rest_address{};
    /// For Accesses::masked and area: how far this piece is from the operand's start.
    std::uint32_t offset = 0;
    /// Of the first page, what the caller knows anyway: `found` says that `page` is what ShadowMemory::find() finds.
    bool found = false;
    ShadowPage* page = nullptr;
};

/// The taint of one vCPU. Used by its thread, or by any while it does not execute; the sets and the memory, which vCPUs
/// share, outlive it.
class VcpuTaint {
  public:
    VcpuTaint(LabelSets& sets, ShadowMemory& memory) : memory_(&memory), unions_(sets) {}

    [[nodiscard]] ShadowRegisters& registers() {
        unroll();
        return registers_;
    }
    /// Nothing to do for a block's or instruction's entry, nor for accesses to clean memory.
    [[nodiscard]] bool clean() const { return registers_.clean(); }
    /// The registers with taint, as ShadowRegisters::live().
    [[nodiscard]] RegisterMask live() const { return registers_.live(); }

    /// The vCPU enters the block. May be left out while clean().
    void enter(const Block& block) { run_entry(block, block.segments.front()); }
    /// It is about to execute this instruction, which has an entry segment. May be left out while clean().
    void enter(const Block& block, std::size_t instruction) {
        run_entry(block, block.segments[block.instructions[instruction].entry]);
    }
    /// It completed this access of the instruction. May be left out while clean() and the memory is not tainted, but
    /// not for only a part of an instruction's accesses.
    void access(const Block& block, std::size_t instruction, const Access& access);

    /// The same, known from before, in short: see SegmentMemo::place(). Null, and nothing is done: not known.
    [[nodiscard]] const SegmentMemo::Step* recall(std::uint64_t place, Pattern loaded) {
        return state_ != RegisterStates::kNone ? recall({place, state_, loaded}) : nullptr;
    }
    /// The same as long as it was done last; the registers stay as they are before take().
    [[nodiscard]] const SegmentMemo::Step* glance(std::uint64_t place, Pattern loaded) {
        return memo_.find_latest({place, state_, loaded});
    }
    /// Answers whether that changed the registers.
    bool take(const SegmentMemo::Step& step) {
        if (step.to == state_) {
            return false;
        }
        state_ = step.to;
        registers_.assume(step.live);
        return true;
    }
    /// Both. Answers whether it was known.
    bool follow(std::uint64_t place, Pattern loaded) {
        const auto* const step = glance(place, loaded);
        if (step != nullptr) {
            take(*step);
        }
        return step != nullptr;
    }

    /// The next access is the first of its instruction. To be called before each one whose accesses belong together,
    /// and when an exception or interrupt came: what was under way starts anew.
    void begin_instruction() { cursor_ = {}; }
    /// Blocks that it ran, or label sets, are void.
    void forget() {
        unroll();
        memo_.clear();
        cursor_ = {};
    }
    /// From now on every segment is run, for comparison.
    void remember_nothing() {
        unroll();
        memo_.turn_off();
    }

    /// All label sets of the slots together.
    [[nodiscard]] SetId united(SlotRange range) {
        materialise();
        return united(registers_.get(range));
    }
    [[nodiscard]] SetId united(std::span<const SetId> sets);

  private:
    struct Cursor {
        const CompiledInstruction* instruction = nullptr;
        std::uint16_t next = 0;  ///< of the instruction's accesses
        std::uint16_t done = 0;  ///< bytes of that access
    };
    static constexpr std::size_t kMostBytes = 64;  ///< of a piece; accesses of one instruction are not larger

    /// A segment's turn, or that of one piece of its access.
    struct Part {
        const Block& block;
        const Segment& segment;
        const Access* access = nullptr;  ///< null for entries
        std::uint32_t done = 0;          ///< bytes of the access before this piece
        std::size_t size = 0;            ///< of this piece
    };

    void run_entry(const Block& block, const Segment& segment) { turn({block, segment}); }
    void turn(const Part& part);
    [[nodiscard]] const SegmentMemo::Step* recall(const SegmentMemo::Key& key) {
        const auto* const known = memo_.find(key);
        if (known != nullptr) {
            take(*known);
        }
        return known;
    }
    void learn(const Part& part, const SegmentMemo::Key& key);
    /// `loaded`: what loaded() said.
    void perform(const Part& part, Pattern loaded);
    /// What is loaded; of what is no load, none.
    [[nodiscard]] Pattern loaded(const Part& part);
    /// Whether the memo may know it.
    [[nodiscard]] static bool is_plain(const Part& part) {
        return part.access == nullptr ||
               (part.access->rest == 0 && part.access->size == part.size && part.size <= Pattern::kMost);
    }
    void store(const Part& part, Pattern pattern);
    [[nodiscard]] bool concerns(const Segment& segment) const {
        return (registers_.live() & (segment.reads | segment.writes)) != 0;
    }
    /// The slots hold what state_ says.
    void materialise() {
        if (slots_state_ != state_) {
            catch_up();
        }
    }
    void catch_up();
    /// The slots may be changed.
    void unroll() {
        materialise();
        hold(RegisterStates::kNone);
    }
    /// The slots have this content.
    void hold(RegisterStates::Id state) {
        state_ = state;
        slots_state_ = state;
    }

    void fixed_access(const Block& block, const CompiledInstruction& instruction, const Access& access);
    void masked_access(const Block& block, const Segment& segment, const Access& access);
    void area_access(const Access& access);
    void any_access(const Block& block, const Segment& segment, const Access& access);

    struct Piece {
        std::uint32_t offset = 0;  ///< in the operand
        std::size_t size = 0;
    };
    /// Answers whether the operations have to run. What is loaded is read where `loaded` is no pattern.
    [[nodiscard]] bool transfer(const Segment& segment, const Access& access, Piece piece, Pattern loaded);
    void store(const SetId* from, const Access& access, std::size_t size);
    bool read_memory(const Access& access, std::span<SetId> out);
    void finish(const Block& block, const Segment& segment, bool needed);
    void run(const Block& block, const Segment& segment);
    void run(const Block& block, const Operation& operation);
    void run_lanes(const Operation& operation);
    void prepare_temporaries(const Segment& segment);

    ShadowRegisters registers_;
    ShadowMemory* memory_;
    Cursor cursor_;
    SegmentMemo memo_;
    Unions unions_;
    /// The registers' content, where it has a number. The slots may hold an older one; only registers_.live() is always
    /// up to date.
    RegisterStates::Id state_ = RegisterStates::kNone;
    RegisterStates::Id slots_state_ = RegisterStates::kNone;
    std::uint16_t temporaries_ = 0;  ///< how many are in use, while they are live
};

}  // namespace hvgdb::emulator::taint
