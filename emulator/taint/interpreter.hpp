// SPDX-License-Identifier: GPL-2.0-or-later
// Runs compiled taint operations for one vCPU.
#pragma once

#include <cstdint>
#include <span>

#include "emulator/taint/labels.hpp"
#include "emulator/taint/operation.hpp"
#include "emulator/taint/registers.hpp"
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
};

/// The taint of one vCPU. Used by its thread, or by any while it does not execute; the sets and the memory, which vCPUs
/// share, outlive it.
class VcpuTaint {
  public:
    VcpuTaint(LabelSets& sets, ShadowMemory& memory) : unions_(sets), memory_(&memory) {}

    [[nodiscard]] ShadowRegisters& registers() { return registers_; }
    [[nodiscard]] const ShadowRegisters& registers() const { return registers_; }
    /// Nothing to do for a block's or instruction's entry, nor for accesses to clean memory.
    [[nodiscard]] bool clean() const { return registers_.clean(); }

    /// The vCPU enters the block. May be left out while clean().
    void enter(const Block& block) { run_entry(block, block.segments.front()); }
    /// It is about to execute this instruction, which has an entry segment. May be left out while clean().
    void enter(const Block& block, std::size_t instruction) {
        run_entry(block, block.segments[block.instructions[instruction].entry]);
    }
    /// It completed this access of the instruction. May be left out while clean() and the memory is not tainted, but
    /// not for only a part of an instruction's accesses.
    void access(const Block& block, std::size_t instruction, const Access& access);

    /// An exception or interrupt came: the instruction that was under way, if any, starts anew.
    void interrupted() { cursor_ = {}; }

    /// All label sets of the slots together.
    [[nodiscard]] SetId united(SlotRange range) { return united(registers_.get(range)); }
    [[nodiscard]] SetId united(std::span<const SetId> sets);

  private:
    struct Cursor {
        const CompiledInstruction* instruction = nullptr;
        std::uint16_t next = 0;  ///< of the instruction's accesses
        std::uint16_t done = 0;  ///< bytes of that access
    };
    static constexpr std::size_t kMostBytes = 64;  ///< of a piece; accesses of one instruction are not larger

    void run_entry(const Block& block, const Segment& segment);
    void fixed_access(const Block& block, const CompiledInstruction& instruction, const Access& access);
    void masked_access(const Block& block, const Segment& segment, const Access& access);
    void area_access(const Access& access);
    void any_access(const Block& block, const Segment& segment, const Access& access);

    /// Answers whether the operations have to run.
    [[nodiscard]] bool transfer(const Segment& segment, const Access& access, std::uint32_t offset, std::size_t size);
    void store(const SetId* from, const Access& access, std::size_t size);
    bool read_memory(const Access& access, std::span<SetId> out) const;
    void finish(const Block& block, const Segment& segment, bool needed);
    void run(const Block& block, const Segment& segment);
    void run(const Block& block, const Operation& operation);
    void run_lanes(const Operation& operation);
    void prepare_temporaries(const Segment& segment);

    Unions unions_;
    ShadowMemory* memory_;
    Cursor cursor_;
    ShadowRegisters registers_;
};

}  // namespace hvgdb::emulator::taint
