// SPDX-License-Identifier: GPL-2.0-or-later
// Loads that a vCPU comes to for sure once it has accessed memory nearby.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "emulator/taint/operation.hpp"

namespace hvgdb::emulator::taint {

struct Decoded;

/// Sees a block's instructions go by, of 64-bit code. A run is an access and the loads after it that are at known
/// distances from it: their addresses have the same registers, which constants at most were added to. In between there
/// is no other access, and nothing that raises an exception. So all of them may be looked at when the first is done,
/// except those on another page, which may be missing.
class RunFinder {
  public:
    /// From the lowest byte of a run to its highest; much less than a page.
    static constexpr std::int64_t kMostSpan = 1024;

    /// The block's next instruction, after its rule: `access` is its only transfer, null if it has none or several.
    /// Answers how many bytes from the run's first access its load is; nothing if it belongs to no run before it.
    std::optional<std::int16_t> add(const Decoded& decoded, const CompiledInstruction& instruction,
                                    const Segment* access);
    /// The next instruction is one of which nothing is known.
    void end() { open_ = false; }

  private:
    static constexpr std::size_t kRegisters = 16;
    /// What a general register holds, compared with what it held before.
    struct Value {
        std::uint32_t version = 0;  ///< another one: unknown
        std::uint64_t added = 0;    ///< since the version began
    };
    struct Place {
        EffectiveAddress address;  ///< with what was added to the registers in the displacement
        std::array<std::uint32_t, 2> versions{};
    };

    [[nodiscard]] std::optional<Place> place(const CompiledInstruction& instruction, const Segment* access) const;
    [[nodiscard]] std::optional<std::int16_t> distance(const Place& place, std::uint16_t size);
    void note_writes(const Decoded& decoded);

    std::array<Value, kRegisters> registers_{};
    bool open_ = false;
    Place first_;
    std::int64_t low_ = 0;  ///< of the run, from its first access on
    std::int64_t high_ = 0;
};

}  // namespace hvgdb::emulator::taint
