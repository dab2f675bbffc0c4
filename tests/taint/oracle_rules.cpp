// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "emulator/taint/compiler.hpp"
#include "emulator/taint/interpreter.hpp"
#include "tests/taint/oracle.hpp"

namespace hvgdb::emulator::taint {

namespace {

std::optional<PhysAddr> cell_address(std::size_t cell) {
    if (cell >= kStackCells) {
        return PhysAddr{NativeCpu::stack_address() - NativeState::kStackSize / 2 + (cell - kStackCells)};
    }
    return cell >= kMemoryCells ? std::optional(PhysAddr{NativeCpu::memory_address() + (cell - kMemoryCells)})
                                : std::nullopt;
}

Block compile(const Form& form) {
    UnknownInstructions unknown;
    BlockCompiler compiler(CodeSize::bits64, {.conditions = true}, unknown);
    static_cast<void>(compiler.add(form.code));
    return compiler.finish();
}

/// Delivers the accesses in the order of the instruction's segments, each at the first operand of its direction that
/// was not accessed in this direction yet.
class Accessor {
  public:
    explicit Accessor(const Form& form) : form_(form), addresses_(memory_operands(form)), used_(addresses_.size()) {}

    [[nodiscard]] Access next(const Segment& segment) {
        const bool store = segment.trigger == Trigger::store;
        for (unsigned i = 0; i < addresses_.size(); ++i) {
            const auto mask = store ? ZYDIS_OPERAND_ACTION_MASK_WRITE : ZYDIS_OPERAND_ACTION_MASK_READ;
            const bool fits = addresses_[i] != 0 && (form_.decoded.operands[i].actions & mask) != 0;
            const auto bit = store ? 2U : 1U;
            if (fits && (used_[i] & bit) == 0) {
                used_[i] |= bit;
                const auto size = static_cast<std::uint16_t>(form_.decoded.operands[i].size / 8U);
                return {.address = {addresses_[i]}, .size = size, .is_store = store};
            }
        }
        return {.address = {0}, .size = segment.size, .is_store = store};
    }

  private:
    const Form& form_;
    std::vector<std::uint64_t> addresses_;
    std::vector<unsigned> used_;
};

void run(VcpuTaint& vcpu, const Block& block, const Form& form) {
    vcpu.enter(block);
    const auto& instruction = block.instructions.front();
    if (instruction.entry != CompiledInstruction::kNoEntry) {
        vcpu.enter(block, 0);
    }
    Accessor accessor(form);
    for (unsigned i = 0; i < instruction.access_count; ++i) {
        vcpu.access(block, 0, accessor.next(block.segments[instruction.first_access + i]));
    }
}

}  // namespace

Dependencies ruled_dependencies(const Form& form, const CellSet& inputs) {
    LabelSets sets;
    ShadowMemory memory;
    VcpuTaint vcpu(sets, memory);
    for (auto cell = inputs._Find_first(); cell < kCells; cell = inputs._Find_next(cell)) {
        const auto set = sets.single(static_cast<Label>(cell));
        if (const auto address = cell_address(cell)) {
            memory.fill(*address, 1, set);
        } else {
            vcpu.registers().set({cell_slot(cell), 1}, set);
        }
    }
    const auto block = compile(form);
    run(vcpu, block, form);
    Dependencies result(kCells);
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        const auto address = cell_address(cell);
        const auto set = address ? memory.get(*address) : vcpu.registers().get({cell_slot(cell), 1}).front();
        for (const auto range : sets.ranges(set)) {
            for (auto label = range.first; label <= range.last; ++label) {
                result[cell].set(label);
            }
        }
    }
    return result;
}

}  // namespace hvgdb::emulator::taint
