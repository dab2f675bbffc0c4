// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/register_states.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hvgdb::emulator::taint {

namespace {

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;

SlotRange content(unsigned bit, unsigned temporaries) {
    return bit == kTemporaryBit ? SlotRange{kTemporarySlots, static_cast<std::uint16_t>(temporaries)}
                                : register_slots(bit);
}

/// visit(slots) for each live register; stops when that answers false.
template <typename Visit>
bool each_live(RegisterMask live, unsigned temporaries, Visit visit) {
    for (; live != 0; live &= live - 1) {
        if (!visit(content(static_cast<unsigned>(std::countr_zero(live)), temporaries))) {
            return false;
        }
    }
    return true;
}

std::uint64_t hash_of(const ShadowRegisters& registers, unsigned temporaries) {
    constexpr unsigned kShift = 32;
    std::uint64_t hash = registers.live();
    each_live(registers.live(), temporaries, [&](SlotRange range) {
        const auto sets = registers.get(range);
        std::size_t at = 0;
        for (; at + 1 < sets.size(); at += 2) {
            hash = (hash ^ sets[at] ^ std::uint64_t{sets[at + 1]} << kShift) * kMultiplier;
            hash ^= hash >> kShift;
        }
        if (at < sets.size()) {
            hash = (hash ^ sets[at]) * kMultiplier;
        }
        return true;
    });
    return hash ^ hash >> kShift;
}

}  // namespace

bool RegisterStates::equal(const State& state, const ShadowRegisters& registers, unsigned temporaries) const {
    const bool has_temporaries = (state.live >> kTemporaryBit & 1) != 0;
    if (state.live != registers.live() || (has_temporaries && state.temporaries != temporaries)) {
        return false;
    }
    const auto* at = sets_.data() + state.first;
    return each_live(state.live, temporaries, [&](SlotRange range) {
        const auto sets = registers.get(range);
        const bool same = std::memcmp(at, sets.data(), sets.size_bytes()) == 0;
        at += sets.size();
        return same;
    });
}

RegisterStates::Id RegisterStates::intern(const ShadowRegisters& registers, unsigned temporaries) {
    if (states_.empty()) {
        states_.emplace_back();
        places_.resize(kPlaces);
    }
    const auto hash = hash_of(registers, temporaries);
    for (auto at = hash % kPlaces;; at = (at + 1) % kPlaces) {
        const Id id = places_[at];
        if (id == kNone) {
            places_[at] = add(registers, temporaries, hash);
            return places_[at];
        }
        if (states_[id].hash == hash && equal(states_[id], registers, temporaries)) {
            return id;
        }
    }
}

RegisterStates::Id RegisterStates::add(const ShadowRegisters& registers, unsigned temporaries, std::uint64_t hash) {
    if (states_.size() > kMostStates || sets_.size() + kSlots > kMostSets) {
        return kNone;
    }
    states_.push_back({registers.live(), hash, static_cast<std::uint32_t>(sets_.size()), temporaries});
    each_live(registers.live(), temporaries, [&](SlotRange range) {
        const auto sets = registers.get(range);
        sets_.insert(sets_.end(), sets.begin(), sets.end());
        return true;
    });
    return static_cast<Id>(states_.size() - 1);
}

void RegisterStates::restore(Id id, ShadowRegisters& registers, RegisterMask before) const {
    const auto& state = states_[id];
    auto* const slots = registers.slots();
    constexpr auto kTemporaries = RegisterMask{1} << kTemporaryBit;
    each_live(before & ~state.live & ~kTemporaries, 0, [&](SlotRange range) {
        std::fill_n(slots + range.first, range.size, kNoLabels);
        return true;
    });
    const auto* at = sets_.data() + state.first;
    each_live(state.live, state.temporaries, [&](SlotRange range) {
        std::copy_n(at, range.size, slots + range.first);
        at += range.size;
        return true;
    });
    registers.assume(state.live);
}

void RegisterStates::clear() {
    states_.clear();
    sets_.clear();
    places_.clear();
}

}  // namespace hvgdb::emulator::taint
