// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/taint/cells.hpp"

#include <cstring>

namespace hvgdb::emulator::taint {

namespace {

constexpr std::uint64_t kCarry = 0x1;
constexpr std::uint64_t kStatus = 0xd4;
constexpr std::uint64_t kOverflow = 0x800;
constexpr std::uint64_t kDirection = 0x400;
constexpr std::uint8_t kConditionCodes = 0x45;  ///< C0, C2 and C3: C1 says how results were rounded
constexpr std::size_t kStatusWord = 3;
constexpr std::size_t kFirstRegister = 32;
constexpr std::size_t kRegisterDistance = 16;

}  // namespace

Cells cells_of(const NativeState& state, std::uint64_t ignored) {
    Cells cells{};
    const auto flags = state.flags & ~ignored;
    std::memcpy(cells.data(), state.general.data(), sizeof state.general);
    cells[kFlagCells] = flags & kCarry;
    cells[kFlagCells + 1] = static_cast<std::uint8_t>((flags & kStatus) | ((flags & kOverflow) != 0 ? 1 : 0));
    cells[kFlagCells + 2] = (flags & kDirection) != 0 ? 1 : 0;
    cells[kFlagCells + 3] = state.x87[kStatusWord] & kConditionCodes;
    std::memcpy(cells.data() + kVectorCells, state.vectors.data(), sizeof state.vectors);
    for (std::size_t i = 0; i < kX87Registers; ++i) {
        std::memcpy(cells.data() + kX87Cells + i * kX87Size, state.x87.data() + kFirstRegister + i * kRegisterDistance,
                    kX87Size);
    }
    std::memcpy(cells.data() + kMemoryCells, state.memory.data(), state.memory.size());
    std::memcpy(cells.data() + kStackCells, state.stack.data(), state.stack.size());
    return cells;
}

CellSet difference(const Cells& one, const Cells& other) {
    constexpr std::size_t kStride = 32;
    CellSet changed;
    for (std::size_t start = 0; start < kCells; start += kStride) {
        const auto end = std::min(start + kStride, kCells);
        if (std::memcmp(one.data() + start, other.data() + start, end - start) == 0) {
            continue;
        }
        for (auto i = start; i < end; ++i) {
            if (one[i] != other[i]) {
                changed.set(i);
            }
        }
    }
    return changed;
}

void change(NativeState& state, std::size_t cell, std::uint8_t bits) {
    constexpr std::array<std::uint64_t, 5> kStatusBits{0x4, 0x10, 0x40, 0x80, 0x800};
    const auto flip = [bits](auto& bytes, std::size_t at) {
        std::uint8_t value = 0;
        auto* const place = reinterpret_cast<std::uint8_t*>(bytes.data()) + at;
        std::memcpy(&value, place, 1);
        *place = value ^ bits;
    };
    if (cell < kFlagCells) {
        flip(state.general, cell);
    } else if (cell == kFlagCells) {
        state.flags ^= kCarry;
    } else if (cell == kFlagCells + 1) {
        state.flags ^= kStatusBits[bits % kStatusBits.size()];
    } else if (cell == kFlagCells + 2) {
        state.flags ^= kDirection;
    } else if (cell == kFlagCells + 3) {
        state.x87[kStatusWord] ^= bits & kConditionCodes;
    } else if (cell < kX87Cells) {
        flip(state.vectors, cell - kVectorCells);
    } else if (cell < kMemoryCells) {
        const auto at = cell - kX87Cells;
        flip(state.x87, kFirstRegister + at / kX87Size * kRegisterDistance + at % kX87Size);
    } else if (cell < kStackCells) {
        flip(state.memory, cell - kMemoryCells);
    } else {
        flip(state.stack, cell - kStackCells);
    }
}

Slot cell_slot(std::size_t cell) {
    if (cell < kFlagCells) {
        return static_cast<Slot>(kGprSlots + cell);
    }
    if (cell < kVectorCells) {
        return static_cast<Slot>(kCarrySlot + (cell - kFlagCells));
    }
    if (cell < kX87Cells) {
        return static_cast<Slot>(kVectorSlots + (cell - kVectorCells));
    }
    return static_cast<Slot>(kX87Slots + (cell - kX87Cells));
}

std::string cell_name(std::size_t cell) {
    const auto numbered = [](const char* name, std::size_t at, std::size_t size) {
        return name + std::to_string(at / size) + '.' + std::to_string(at % size);
    };
    if (cell < kFlagCells) {
        return numbered("r", cell, kGprSize);
    }
    if (cell < kVectorCells) {
        constexpr std::array<const char*, kFlagSlots> kNames{"carry", "status", "direction", "x87 status"};
        return kNames[cell - kFlagCells];
    }
    if (cell < kX87Cells) {
        return numbered("v", cell - kVectorCells, kYmmSize);
    }
    if (cell < kMemoryCells) {
        return numbered("st", cell - kX87Cells, kX87Size);
    }
    return cell < kStackCells ? "memory." + std::to_string(cell - kMemoryCells)
                              : "stack." + std::to_string(cell - kStackCells);
}

}  // namespace hvgdb::emulator::taint
