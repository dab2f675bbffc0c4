// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/dead_operations.hpp"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <utility>
#include <vector>

#include "emulator/taint/operation_slots.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr SlotRange kAllSlots{0, kSlots};
constexpr SlotRange kFlags{kCarrySlot, kFlagSlots};
constexpr SlotRange kBehindFlags{kCarrySlot + kFlagSlots, kTemporarySlots - kCarrySlot - kFlagSlots};

/// Goes through a block from its end, and knows which slots somebody may still read.
class Liveness {
  public:
    explicit Liveness(const Block& block) : block_(block) {}

    void use(SlotRange range) {
        for (unsigned i = 0; i < range.size; ++i) {
            used_.set(range.first + i);
        }
    }
    void use_registers() {
        use({0, kCarrySlot});
        use(kBehindFlags);
    }
    void overwrite(SlotRange range) {
        for (unsigned i = 0; i < range.size; ++i) {
            used_.reset(range.first + i);
        }
    }
    [[nodiscard]] bool needs(const Operation& operation) const {
        const auto range = written_slots(operation);
        for (unsigned i = 0; i < range.size; ++i) {
            if (used_.test(range.first + i)) {
                return true;
            }
        }
        return false;
    }
    void pass(const Operation& operation) {
        overwrite(written_slots(operation));
        each_read(operation, block_.tables, [this](SlotRange range) { use(range); });
    }

  private:
    const Block& block_;
    std::bitset<kSlots> used_;
};

/// The segments whose number of runs is not known.
std::vector<bool> uncertain_segments(const Block& block) {
    std::vector<bool> uncertain(block.segments.size());
    for (const auto& instruction : block.instructions) {
        if (instruction.accesses != Accesses::fixed) {
            std::fill_n(uncertain.begin() + instruction.first_access, instruction.access_count, true);
        }
    }
    return uncertain;
}

/// What comes before the segment's operations, as seen from its end.
void pass_transfer(Liveness& liveness, const Segment& segment) {
    const SlotRange range{segment.slot, segment.size};
    switch (segment.trigger) {
        case Trigger::block:
            return;
        case Trigger::instruction:
            liveness.use(kAllSlots);
            return;
        case Trigger::load:
            if (!segment.adds) {
                liveness.overwrite(range);
            }
            break;
        case Trigger::store:
            liveness.use(range);
            break;
    }
    liveness.use_registers();
}

/// The operations of the segment that are needed, the last one first.
std::vector<Operation> needed_operations(const Block& block, const Segment& segment, Liveness& liveness) {
    std::vector<Operation> needed;
    const auto all = block.operations_of(segment);
    for (auto at = all.rbegin(); at != all.rend(); ++at) {
        if (liveness.needs(*at)) {
            liveness.pass(*at);
            needed.push_back(*at);
        }
    }
    return needed;
}

/// A segment that has to do with no temporaries any more need not prepare them.
void note_slots(const Block& block, Segment& segment) {
    constexpr RegisterMask kTemporaries = RegisterMask{1} << kTemporaryBit;
    const auto transferred = register_mask({segment.slot, segment.size});
    const bool unfinished = (segment.writes & kTemporaries) != 0 && segment.unfinished;
    segment.reads = segment.trigger == Trigger::store ? transferred : 0;
    segment.writes = (segment.trigger == Trigger::load ? transferred : 0) | (unfinished ? kTemporaries : 0);
    for (const auto& operation : block.operations_of(segment)) {
        each_read(operation, block.tables, [&](SlotRange range) { segment.reads |= register_mask(range); });
        segment.writes |= register_mask(written_slots(operation));
    }
    if (((segment.reads | segment.writes) & kTemporaries) != 0) {
        segment.writes |= kTemporaries;
    } else {
        segment.temporaries = 0;
    }
}

}  // namespace

void drop_dead_operations(Block& block) {
    const auto uncertain = uncertain_segments(block);
    std::vector<std::vector<Operation>> kept(block.segments.size());
    Liveness liveness(block);
    liveness.use({0, kTemporarySlots});
    for (auto at = block.segments.size(); at-- > 0;) {
        const auto& segment = block.segments[at];
        if (uncertain[at]) {
            const auto all = block.operations_of(segment);
            kept[at].assign(all.rbegin(), all.rend());
            liveness.use(kAllSlots);
            continue;
        }
        kept[at] = needed_operations(block, segment, liveness);
        pass_transfer(liveness, segment);
    }
    std::vector<Operation> operations;
    for (std::size_t at = 0; at < kept.size(); ++at) {
        auto& segment = block.segments[at];
        segment.first = static_cast<std::uint32_t>(operations.size());
        segment.count = static_cast<std::uint32_t>(kept[at].size());
        operations.insert(operations.end(), kept[at].rbegin(), kept[at].rend());
    }
    block.operations = std::move(operations);
    std::ranges::for_each(block.segments, [&](Segment& segment) { note_slots(block, segment); });
}

}  // namespace hvgdb::emulator::taint
