// SPDX-License-Identifier: GPL-2.0-or-later
// Whose turn it is, and whether what it does is known already.
#include <algorithm>
#include <array>

#include "emulator/taint/interpreter.hpp"

namespace hvgdb::emulator::taint {

void VcpuTaint::catch_up() {
    const auto& states = memo_.states();
    states.restore(state_, registers_, states.live(slots_state_));
    temporaries_ = static_cast<std::uint16_t>(states.temporaries(state_));
    slots_state_ = state_;
}

void VcpuTaint::turn(const Part& part) {
    const auto moved = loaded(part);
    if (registers_.clean() && moved.empty()) {
        if (part.segment.trigger == Trigger::store) {
            store(part, {});
        }
        return;
    }
    if (moved.is_several() || !is_plain(part) || !memo_.in_use()) {
        unroll();
        perform(part, moved);
        return;
    }
    if (state_ == RegisterStates::kNone) {
        hold(memo_.states().intern(registers_, temporaries_));
    }
    const auto serial = part.block.serial_of(part.segment);
    const SegmentMemo::Key key{part.segment.trigger == Trigger::store
                                   ? SegmentMemo::store_place(serial, part.size, part.done)
                                   : SegmentMemo::place(serial, part.size, part.done),
                               state_, moved};
    const auto* const known = state_ != RegisterStates::kNone ? recall(key) : nullptr;
    if (known == nullptr) {
        learn(part, key);
    } else if (part.segment.trigger == Trigger::store) {
        store(part, known->moved);
    }
}

void VcpuTaint::learn(const Part& part, const SegmentMemo::Key& key) {
    Pattern moved = key.loaded;
    unroll();
    if (part.segment.trigger == Trigger::store && concerns(part.segment)) {
        prepare_temporaries(part.segment);
        moved = pattern_of(registers_.slots() + part.segment.slot + part.done, part.size);
    }
    perform(part, key.loaded);
    if (moved.is_several()) {
        return;
    }
    const auto to = memo_.states().intern(registers_, temporaries_);
    if (key.from == RegisterStates::kNone || to == RegisterStates::kNone) {
        memo_.clear();  // it is full
        return;
    }
    hold(to);
    memo_.learn({key.place, key.from, to, moved, registers_.live()});
}

Pattern VcpuTaint::loaded(const Part& part) {
    if (part.segment.trigger != Trigger::load) {
        return Pattern{};
    }
    const auto& access = *part.access;
    if (access.rest == 0 && access.found && part.size <= Pattern::kMost) {
        return access.page != nullptr && access.page->tainted() != 0
                   ? memory_->pattern(*access.page, access.address.value % kPageSize, part.size)
                   : Pattern{};
    }
    std::array<SetId, kMostBytes> sets;
    const auto out = std::span(sets).first(std::min(part.size, kMostBytes));
    if (!read_memory(access, out)) {
        return Pattern{};
    }
    return out.size() <= Pattern::kMost ? pattern_of(out.data(), out.size()) : Pattern::several();
}

void VcpuTaint::store(const Part& part, Pattern pattern) {
    const auto& access = *part.access;
    if (!is_plain(part)) {  // only without taint
        store(registers_.slots() + kZeroSlots, access, part.size);
    } else if (!access.found || (access.page == nullptr && !pattern.empty())) {
        memory_->write(access.address, access.size, pattern);
    } else if (access.page != nullptr && (!pattern.empty() || access.page->tainted() != 0)) {
        memory_->write(*access.page, access.address.value % kPageSize, access.size, pattern);
    }
}

}  // namespace hvgdb::emulator::taint
