// SPDX-License-Identifier: GPL-2.0-or-later
// What a vCPU's shadow registers hold, each content kept once and numbered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emulator/taint/labels.hpp"
#include "emulator/taint/registers.hpp"
#include "emulator/taint/slots.hpp"

namespace hvgdb::emulator::taint {

/// One thread's. Takes no memory before the first intern().
class RegisterStates {
  public:
    using Id = std::uint32_t;
    static constexpr Id kNone = 0;

    /// The number of this content; `temporaries` slots of those belong to it if they are live. kNone when there is no
    /// room: clear() makes some.
    [[nodiscard]] Id intern(const ShadowRegisters& registers, unsigned temporaries);
    /// The registers hold it afterwards; `before` says which ones are not clean now.
    void restore(Id state, ShadowRegisters& registers, RegisterMask before) const;
    /// As ShadowRegisters::live().
    [[nodiscard]] RegisterMask live(Id state) const { return states_[state].live; }
    [[nodiscard]] unsigned temporaries(Id state) const { return states_[state].temporaries; }
    /// All numbers become void.
    void clear();

  private:
    struct State {
        RegisterMask live = 0;
        std::uint64_t hash = 0;
        std::uint32_t first = 0;  ///< in sets_
        std::uint32_t temporaries = 0;
    };
    static constexpr std::size_t kMostStates = 8192;
    static constexpr std::size_t kMostSets = std::size_t{1} << 20;
    static constexpr std::size_t kPlaces = 2 * kMostStates;  ///< a power of two

    [[nodiscard]] bool equal(const State& state, const ShadowRegisters& registers, unsigned temporaries) const;
    [[nodiscard]] Id add(const ShadowRegisters& registers, unsigned temporaries, std::uint64_t hash);

    std::vector<State> states_;          ///< by number; the first is none
    std::vector<SetId> sets_;            ///< of live registers, in the order of their bits
    std::vector<std::uint32_t> places_;  ///< numbers by hash, open addressing
};

}  // namespace hvgdb::emulator::taint
