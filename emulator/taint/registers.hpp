// SPDX-License-Identifier: GPL-2.0-or-later
// A vCPU's shadow registers.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/taint/labels.hpp"
#include "emulator/taint/slots.hpp"

namespace hvgdb::emulator::taint {

/// The slots of a register or of a part of one, by its name in lower case: rax eax ax al ah ... r8 r8d r8w r8b,
/// xmm0 ymm0 mm0 st0, eflags rflags. The instruction pointer, segments and system registers have none.
[[nodiscard]] std::optional<SlotRange> find_register(std::string_view name);

/// One vCPU's; used by its thread, or by any while it does not execute.
class ShadowRegisters {
  public:
    [[nodiscard]] std::span<const SetId> get(SlotRange range) const {
        return std::span(slots_).subspan(range.first, range.size);
    }
    /// All bytes of the range. For flags only the four of find_register("eflags") mean something.
    void set(SlotRange range, SetId set);
    void set(SlotRange range, std::span<const SetId> sets);
    void clear_all();

    /// The registers with taint; exact, but for temporaries that may be in it needlessly.
    [[nodiscard]] RegisterMask live() const { return live_; }
    [[nodiscard]] bool clean() const { return live_ == 0; }

    // For the interpreter, which writes slots first and says then which registers to look at.
    [[nodiscard]] SetId* slots() { return slots_.data(); }
    void recount(RegisterMask changed) {
        for (live_ &= ~changed; changed != 0; changed &= changed - 1) {
            const auto bit = static_cast<unsigned>(std::countr_zero(changed));
            live_ |= tainted(bit) ? RegisterMask{1} << bit : 0;
        }
    }
    void assume_live(RegisterMask mask) { live_ |= mask; }
    void assume_clean(RegisterMask mask) { live_ &= ~mask; }
    void assume(RegisterMask live) { live_ = live; }

  private:
    template <unsigned kSize>
    [[nodiscard]] bool any(Slot first) const {
        SetId seen = kNoLabels;
        for (unsigned i = 0; i < kSize; ++i) {
            seen |= slots_[first + i];
        }
        return seen != kNoLabels;
    }
    [[nodiscard]] bool tainted(unsigned bit) const {
        const auto range = register_slots(bit);
        switch (range.size) {
            case kFlagSlots:
                return any<kFlagSlots>(range.first);
            case kGprSize:
                return any<kGprSize>(range.first);
            case kX87Size:
                return any<kX87Size>(range.first);
            case kYmmSize:
                return any<kYmmSize>(range.first);
            default:
                return any<kTemporarySize>(range.first);
        }
    }

    alignas(64) std::array<SetId, kSlots> slots_{};
    RegisterMask live_ = 0;
};

}  // namespace hvgdb::emulator::taint
