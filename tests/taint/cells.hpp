// SPDX-License-Identifier: GPL-2.0-or-later
// The native state as a row of bytes, numbered alike before and after an instruction, and as places of taint.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>

#include "emulator/taint/slots.hpp"
#include "tests/taint/native.hpp"

namespace hvgdb::emulator::taint {

inline constexpr std::size_t kGeneralCells = 0;
inline constexpr std::size_t kFlagCells = kGeneralCells + kGprs * kGprSize;
inline constexpr std::size_t kVectorCells = kFlagCells + kFlagSlots;
inline constexpr std::size_t kX87Cells = kVectorCells + kVectors * kYmmSize;
inline constexpr std::size_t kMemoryCells = kX87Cells + kX87Registers * kX87Size;
inline constexpr std::size_t kStackCells = kMemoryCells + NativeState::kMemorySize;
inline constexpr std::size_t kCells = kStackCells + NativeState::kStackSize;

using CellSet = std::bitset<kCells>;
using Cells = std::array<std::uint8_t, kCells>;

/// Flags in `ignored` (bits of EFLAGS) count as clear.
[[nodiscard]] Cells cells_of(const NativeState& state, std::uint64_t ignored);
[[nodiscard]] CellSet difference(const Cells& one, const Cells& other);
/// Changes one cell; what is not zero in `bits` is flipped. Of flags: one of the group's, by the number's value.
void change(NativeState& state, std::size_t cell, std::uint8_t bits);
[[nodiscard]] std::string cell_name(std::size_t cell);

/// The slot of a register's cell.
[[nodiscard]] Slot cell_slot(std::size_t cell);

}  // namespace hvgdb::emulator::taint
