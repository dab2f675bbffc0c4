// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/block_builder.hpp"

#include "emulator/taint/operation_slots.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr RegisterMask kTemporaries = RegisterMask{1} << kTemporaryBit;

bool never_tainted(Slot slot) {
    return slot >= kZeroSlots && slot < kTemporarySlots;
}

}  // namespace

Segment& BlockBuilder::open(Trigger trigger) {
    Segment opened;
    opened.trigger = trigger;
    opened.first = static_cast<std::uint32_t>(block_.operations.size());
    opened.instruction = static_cast<std::uint16_t>(block_.instructions.empty() ? 0 : block_.instructions.size() - 1);
    return block_.segments.emplace_back(opened);
}

void BlockBuilder::begin_instruction(std::size_t length, std::uint16_t mnemonic) {
    CompiledInstruction begun;
    begun.offset = next_offset_;
    begun.length = static_cast<std::uint8_t>(length);
    begun.mnemonic = mnemonic;
    next_offset_ = static_cast<std::uint16_t>(next_offset_ + length);
    block_.instructions.push_back(begun);
    first_segment_ = block_.segments.size() - 1;
    used_temporaries_ = 0;
    if (std::exchange(next_needs_entry_, false)) {
        open_entry();
    }
}

void BlockBuilder::open_entry() {
    if (instruction().entry == CompiledInstruction::kNoEntry) {
        instruction().entry = static_cast<std::uint16_t>(block_.segments.size());
        open(Trigger::instruction);
        first_segment_ = block_.segments.size() - 1;
    }
}

void BlockBuilder::add_sink(const Sink& sink) {
    open_entry();
    instruction().sink = static_cast<std::uint16_t>(block_.sinks.size());
    block_.sinks.push_back(sink);
}

void BlockBuilder::end_instruction() {
    for (auto at = first_segment_; used_temporaries_ != 0 && at < block_.segments.size(); ++at) {
        auto& touched = block_.segments[at];
        touched.temporaries = std::max(touched.temporaries, used_temporaries_);
        touched.writes |= kTemporaries;
        // The last segment of a masked access is run again for each piece.
        touched.unfinished = at + 1 < block_.segments.size() || instruction().accesses != Accesses::fixed;
    }
    next_needs_entry_ = instruction().accesses != Accesses::fixed;
}

const Segment* BlockBuilder::only_access() const {
    const auto& instruction = block_.instructions.back();
    return instruction.access_count == 1 ? &block_.segments[instruction.first_access] : nullptr;
}

SlotRange BlockBuilder::temporary(std::size_t size) {
    // An instruction that wants more shares the last ones: only a rule that was never tested does.
    const auto most = kTemporarySize - std::min<std::size_t>(size, kTemporarySize);
    const auto first = std::min<std::size_t>(used_temporaries_, most);
    used_temporaries_ = static_cast<std::uint16_t>(first + size);
    return {static_cast<Slot>(kTemporarySlots + first), static_cast<std::uint16_t>(size)};
}

Segment& BlockBuilder::open_access(Trigger trigger, SlotRange range) {
    auto& opened = open(trigger);
    opened.slot = range.first;
    opened.size = range.size;
    if (instruction().access_count++ == 0) {
        instruction().first_access = static_cast<std::uint16_t>(block_.segments.size() - 1);
    }
    return opened;
}

void BlockBuilder::load(SlotRange to, bool adds) {
    open_access(Trigger::load, to).adds = adds;
    note_writes(to);
}

void BlockBuilder::store(SlotRange from) {
    open_access(Trigger::store, from).reads |= register_mask(from);
}

void BlockBuilder::note_writes(SlotRange range) {
    segment().writes |= register_mask(range);
}

void BlockBuilder::add(const Operation& operation) {
    const auto written = written_slots(operation);
    const bool idle = operation.count == 0 && !moves_x87_stack(operation.code);
    if (idle || never_tainted(written.first)) {
        return;
    }
    each_read(operation, block_.tables, [this](SlotRange range) { segment().reads |= register_mask(range); });
    note_writes(written);
    block_.operations.push_back(operation);
    ++segment().count;
}

void BlockBuilder::pick(Slot to, std::span<const Slot> from) {
    const auto table = static_cast<Slot>(block_.tables.size());
    block_.tables.insert(block_.tables.end(), from.begin(), from.end());
    add({Code::pick, 0, static_cast<std::uint16_t>(from.size()), to, table, 0});
}

}  // namespace hvgdb::emulator::taint
