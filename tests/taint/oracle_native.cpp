// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "tests/taint/oracle.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr std::uint64_t kMemoryOffset = 32;
constexpr std::uint64_t kSourceOffset = 96;

/// Which kinds of numbers a state holds: what changes a result depends on it.
enum class Numbers : std::uint8_t { any, small, singles, doubles, extremes };

std::uint64_t random_word(std::mt19937& random, Numbers numbers) {
    constexpr unsigned kHalf = 32;
    const std::uint64_t any = std::uint64_t{random()} << kHalf | random();
    switch (numbers) {
        case Numbers::any:
            return any;
        case Numbers::small:
            return any & 0x3f;
        case Numbers::singles: {
            const std::array<float, 2> pair{static_cast<float>(random() % 999) / 7,
                                            static_cast<float>(random() % 99) - 50};
            std::uint64_t word = 0;
            std::memcpy(&word, pair.data(), sizeof word);
            return word;
        }
        case Numbers::doubles: {
            const double number = static_cast<double>(random() % 99999) / 7 - 5000;
            std::uint64_t word = 0;
            std::memcpy(&word, &number, sizeof word);
            return word;
        }
        case Numbers::extremes: {
            std::uint64_t word = random() % 3 != 0 ? 0 : ~std::uint64_t{0};
            for (unsigned i = 0; random() % 2 != 0 && i < 8; ++i) {
                word |= (random() % 2 != 0 ? std::uint64_t{0xff} : 0) << (8 * i);
            }
            return word;
        }
    }
    return any;
}

template <typename Bytes>
void fill_words(Bytes& bytes, std::mt19937& random, Numbers numbers) {
    for (std::size_t at = 0; at + 8 <= sizeof bytes; at += 8) {
        const auto word = random_word(random, numbers);
        std::memcpy(reinterpret_cast<std::uint8_t*>(bytes.data()) + at, &word, sizeof word);
    }
}

/// Control words as after FNINIT; R7 is free, so that a push has room; numbers are normal ones unless any may be.
void fill_x87(NativeState& state, std::mt19937& random, Numbers numbers) {
    state.x87.fill(0);
    state.x87[0] = 0x7f;
    state.x87[1] = 0x03;
    state.x87[3] = static_cast<std::uint8_t>(random() & 0x45);
    state.x87[4] = 0x7f;
    state.x87[24] = 0x80;
    state.x87[25] = 0x1f;
    for (std::size_t i = 0; i < kX87Registers; ++i) {
        const auto word = random_word(random, numbers == Numbers::extremes ? Numbers::extremes : Numbers::any);
        auto* const at = state.x87.data() + 32 + i * 16;
        std::memcpy(at, &word, sizeof word);
        at[7] = static_cast<std::uint8_t>(at[7] | 0x80);
        at[8] = static_cast<std::uint8_t>(0xf0 + random() % 31);
        at[9] = static_cast<std::uint8_t>(0x3f | (random() % 2 != 0 ? 0x80 : 0));
    }
}

std::uint64_t pointer_value(ZydisRegister base) {
    if (base == ZYDIS_REGISTER_RSP) {
        return NativeCpu::stack_address();
    }
    return NativeCpu::memory_address() + (base == ZYDIS_REGISTER_RSI ? kSourceOffset : kMemoryOffset);
}

NativeState random_state(const Form& form, std::mt19937& random, Numbers numbers) {
    constexpr std::uint64_t kFlags = 0x8d5;
    NativeState state;
    fill_words(state.general, random, numbers);
    fill_words(state.vectors, random, numbers);
    fill_words(state.memory, random, numbers);
    fill_words(state.stack, random, numbers);
    fill_x87(state, random, numbers);
    state.flags = (random() & kFlags) | 0x202;
    state.general[4] = NativeCpu::stack_address();
    for (unsigned i = 0; i < form.decoded.instruction.operand_count; ++i) {
        const auto& operand = form.decoded.operands[i];
        const bool memory = operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.type != ZYDIS_MEMOP_TYPE_AGEN;
        const auto range = memory ? register_range(operand.mem.base) : SlotRange{};
        if (range.size != 0) {
            state.general[range.first / kGprSize] = pointer_value(operand.mem.base);
        }
    }
    return state;
}

void select(CellSet& cells, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        cells.set(first + i);
    }
}

/// The cells of all of a register.
void select_register(CellSet& cells, ZydisRegister name) {
    const auto range = register_range(name);
    if (range.size == 0) {
        return;
    }
    const auto bit = register_bit(range.first);
    if (bit < kFlagsBit) {
        select(cells, kGeneralCells + std::size_t{bit} * kGprSize, kGprSize);
    } else if (bit >= kVectorBit) {
        select(cells, kVectorCells + std::size_t{bit - kVectorBit} * kYmmSize, kYmmSize);
    } else if (bit >= kX87Bit) {
        select(cells, kX87Cells, std::size_t{kX87Registers} * kX87Size);
        cells.set(kFlagCells + 3);
    }
}

/// What is changed byte by byte, and what only all at once, since the operands do not name it.
struct Inputs {
    CellSet single;
    CellSet rest;
};

Inputs inputs_of(const Form& form, bool with_x87) {
    Inputs inputs;
    CellSet pointers;
    select(pointers, kGeneralCells + 4 * kGprSize, kGprSize);
    select(inputs.single, kFlagCells, 2);
    const auto addresses = memory_operands(form);
    for (unsigned i = 0; i < form.decoded.instruction.operand_count; ++i) {
        const auto& operand = form.decoded.operands[i];
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
            select_register(inputs.single, operand.reg.value);
        } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.type == ZYDIS_MEMOP_TYPE_AGEN) {
            select_register(inputs.single, operand.mem.base);
            select_register(inputs.single, operand.mem.index);
        } else if (addresses[i] != 0) {
            select_register(pointers, operand.mem.base);
            const bool stack = operand.mem.base == ZYDIS_REGISTER_RSP;
            const auto at = stack ? kStackCells + NativeState::kStackSize / 2
                                  : kMemoryCells + (addresses[i] - NativeCpu::memory_address());
            select(inputs.single, at, std::min<std::size_t>(operand.size / 8U, kZeroSize));
        }
    }
    select(inputs.rest, 0, kCells);
    inputs.single &= ~pointers;
    inputs.rest &= ~(pointers | inputs.single);
    inputs.rest.reset(kFlagCells + 2);
    for (auto i = kX87Cells; !with_x87 && i < kMemoryCells; ++i) {
        inputs.rest.reset(i);
    }
    inputs.rest.reset(kFlagCells + 3);
    return inputs;
}

std::vector<std::uint8_t> changes(std::size_t cell, std::mt19937& random) {
    if (cell >= kFlagCells && cell < kVectorCells) {
        return {1, 2, 3, 4, 0x45, 0};
    }
    const auto other = static_cast<std::uint8_t>(random() % 255 + 1);
    return {1, 16, 128, 255, other};
}

bool uses_x87(const Form& form) {
    for (unsigned i = 0; i < form.decoded.instruction.operand_count; ++i) {
        const auto& operand = form.decoded.operands[i];
        if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER) {
            continue;
        }
        const auto kind = ZydisRegisterGetClass(operand.reg.value);
        if (kind == ZYDIS_REGCLASS_MMX || kind == ZYDIS_REGCLASS_X87) {
            return true;
        }
    }
    return form.rule == "x87";
}

/// One form's runs from one state and from its neighbours.
class Probe {
  public:
    Probe(NativeCpu& cpu, const Form& form, std::mt19937& random)
        : cpu_(cpu), random_(random), inputs_(inputs_of(form, uses_x87(form))) {
        const auto* const flags = form.decoded.instruction.cpu_flags;
        ignored_ = flags != nullptr ? flags->undefined : 0;
        result_ = {Dependencies(kCells), inputs_.single, 0};
        cpu_.prepare(form.code, uses_x87(form));
    }

    void probe(const NativeState& state) {
        after_.x87 = state.x87;
        if (!cpu_.run(state, after_)) {
            return;
        }
        plain_ = cells_of(after_, ignored_);
        const auto before = cells_of(state, ignored_);
        for (auto cell = inputs_.single._Find_first(); cell < kCells; cell = inputs_.single._Find_next(cell)) {
            for (const auto bits : changes(cell, random_)) {
                auto changed = state;
                change(changed, cell, bits);
                note(changed, before, cell);
            }
        }
        auto changed = state;
        for (auto cell = inputs_.rest._Find_first(); cell < kCells; cell = inputs_.rest._Find_next(cell)) {
            change(changed, cell, static_cast<std::uint8_t>(random_() % 255 + 1));
        }
        note(changed, before, kCells);
    }
    [[nodiscard]] Observed take() { return std::move(result_); }

  private:
    /// `cell`: what was changed; kCells for the rest, of which a cell that merely keeps its own change says nothing.
    void note(const NativeState& changed, const Cells& before, std::size_t cell) {
        after_.x87 = changed.x87;
        if (!cpu_.run(changed, after_)) {
            return;
        }
        ++result_.runs;
        const auto different = difference(plain_, cells_of(after_, ignored_));
        for (auto out = different._Find_first(); out < kCells; out = different._Find_next(out)) {
            if (cell < kCells || before[out] == cells_of(changed, ignored_)[out]) {
                result_.dependencies[out].set(cell % kCells);
            }
        }
    }

    NativeCpu& cpu_;
    std::mt19937& random_;
    Inputs inputs_;
    std::uint64_t ignored_ = 0;
    Observed result_;
    NativeState after_;
    Cells plain_{};
};

}  // namespace

std::vector<std::uint64_t> memory_operands(const Form& form) {
    std::vector<std::uint64_t> addresses(form.decoded.instruction.operand_count);
    for (unsigned i = 0; i < addresses.size(); ++i) {
        const auto& operand = form.decoded.operands[i];
        if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.type != ZYDIS_MEMOP_TYPE_AGEN) {
            const bool push =
                operand.mem.base == ZYDIS_REGISTER_RSP && (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
            addresses[i] = pointer_value(operand.mem.base) - (push ? operand.size / 8U : 0U);
        }
    }
    return addresses;
}

Observed observed_dependencies(NativeCpu& cpu, const Form& form, unsigned states, std::mt19937& random) {
    Probe probe(cpu, form, random);
    for (unsigned round = 0; round < states; ++round) {
        probe.probe(random_state(form, random, static_cast<Numbers>(round % 5)));
    }
    return probe.take();
}

}  // namespace hvgdb::emulator::taint
