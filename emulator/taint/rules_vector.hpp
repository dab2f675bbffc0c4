// SPDX-License-Identifier: GPL-2.0-or-later
// What the rules of vector instructions have in common.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "emulator/taint/rules.hpp"

namespace hvgdb::emulator::taint {

[[nodiscard]] constexpr SlotRange slots(std::size_t first, std::size_t size) {
    return {static_cast<Slot>(first), static_cast<std::uint16_t>(size)};
}

/// For each byte of a result, the slot that it is copied from.
class ByteTable {
  public:
    explicit ByteTable(std::size_t size) : size_(size) { table_.fill(kZeroSlots); }

    void set(std::size_t to, std::size_t from) { table_[to] = static_cast<Slot>(from); }
    /// `count` bytes.
    void set(std::size_t to, std::size_t from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            set(to + i, from + i);
        }
    }
    /// The same slot for `count` bytes.
    void repeat(std::size_t to, std::size_t from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            set(to + i, from);
        }
    }
    void emit(Lowering& lowering, Slot to) const { lowering.pick(to, std::span(table_).first(size_)); }

  private:
    std::array<Slot, kYmmSize> table_;
    std::size_t size_;
};

/// The first `size` bytes of an operand's value.
[[nodiscard]] inline SlotRange vector_value(Lowering& lowering, unsigned index, std::size_t size) {
    return slots(lowering.value(index).first, size);
}

/// Results of two sources, a lane of `lane` bytes from twice as many: within each block of 16 bytes (8 in MMX) those of
/// `first` are in the lower half, those of `second` in the upper.
[[nodiscard]] inline ByteTable narrowed(SlotRange first, SlotRange second, unsigned lane) {
    const unsigned block = first.size > kMmxSize ? kXmmSize : kMmxSize;
    ByteTable table(first.size);
    for (unsigned start = 0; start < first.size; start += block) {
        for (unsigned i = 0; i < block / 2; i += lane) {
            table.repeat(start + i, first.first + start + std::size_t{2} * i, lane);
            table.repeat(start + block / 2 + i, second.first + start + std::size_t{2} * i, lane);
        }
    }
    return table;
}

/// Writes a vector register, or memory, from a table.
inline void write_table(Lowering& lowering, const ByteTable& table) {
    const auto to = lowering.target(0);
    table.emit(lowering, to.first);
    lowering.finish(0, to);
}

/// The operands before the last and the last: what instructions with two sources combine, in either encoding.
struct SourcePair {
    unsigned one;
    unsigned other;
};
[[nodiscard]] inline SourcePair source_pair(const Lowering& lowering) {
    const bool vex = lowering.instruction().encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY;
    return vex ? SourcePair{1, 2} : SourcePair{0, 1};
}

}  // namespace hvgdb::emulator::taint
