// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/interpreter.hpp"

#include <algorithm>
#include <array>

namespace hvgdb::emulator::taint {

namespace {

constexpr RegisterMask kTemporaries = RegisterMask{1} << kTemporaryBit;

/// The segment among the instruction's accesses that an access of this direction is, from `from` on and around.
std::uint16_t find_access(const Block& block, const CompiledInstruction& instruction, std::uint16_t from, bool store) {
    const auto wanted = store ? Trigger::store : Trigger::load;
    for (std::uint16_t i = 0; i < instruction.access_count; ++i) {
        const auto at = static_cast<std::uint16_t>((from + i) % instruction.access_count);
        if (block.segments[instruction.first_access + at].trigger == wanted) {
            return at;
        }
    }
    return instruction.access_count;
}

/// Answers whether any byte is tainted.
bool spread(Pattern pattern, std::span<SetId> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = pattern.at(i);
    }
    return !pattern.empty();
}

}  // namespace

/// What is behind those in use holds what earlier instructions left.
void VcpuTaint::prepare_temporaries(const Segment& segment) {
    if (segment.temporaries == 0) {
        return;
    }
    if ((registers_.live() & kTemporaries) == 0) {
        temporaries_ = 0;
        registers_.assume_live(kTemporaries);
    }
    if (temporaries_ < segment.temporaries) {
        std::fill(registers_.slots() + kTemporarySlots + temporaries_,
                  registers_.slots() + kTemporarySlots + segment.temporaries, kNoLabels);
        temporaries_ = segment.temporaries;
    }
}

void VcpuTaint::perform(const Part& part, Pattern loaded) {
    const auto& segment = part.segment;
    if (part.access == nullptr) {
        const bool needed = concerns(segment);
        if (needed) {
            prepare_temporaries(segment);
        }
        finish(part.block, segment, needed);
        return;
    }
    const bool needed = transfer(segment, *part.access, {part.done, part.size}, loaded);
    if (part.done + part.size < segment.size) {
        registers_.assume_live(needed ? segment.writes : 0);
    } else {
        finish(part.block, segment, needed);
    }
}

void VcpuTaint::finish(const Block& block, const Segment& segment, bool needed) {
    if (!needed) {
        registers_.assume_clean(kTemporaries);
        return;
    }
    run(block, segment);
    registers_.recount(segment.writes & ~kTemporaries);
    if (segment.unfinished) {
        registers_.assume_live(kTemporaries);
    } else {
        registers_.assume_clean(kTemporaries);
    }
}

void VcpuTaint::access(const Block& block, std::size_t index, const Access& access) {
    const auto& instruction = block.instructions[index];
    switch (instruction.accesses) {
        case Accesses::area:
            unroll();
            area_access(access);
            return;
        case Accesses::masked:
        case Accesses::any: {
            unroll();
            const auto found = find_access(block, instruction, 0, access.is_store);
            if (found < instruction.access_count) {
                const auto& segment = block.segments[instruction.first_access + found];
                instruction.accesses == Accesses::any ? any_access(block, segment, access)
                                                      : masked_access(block, segment, access);
            }
            return;
        }
        case Accesses::fixed:
        case Accesses::repeated:
            break;
    }
    if (instruction.access_count != 0) {
        fixed_access(block, instruction, access);
    } else if (access.is_store) {
        store(registers_.slots() + kZeroSlots, access, kZeroSize);
    }
}

void VcpuTaint::fixed_access(const Block& block, const CompiledInstruction& instruction, const Access& access) {
    if (cursor_.instruction != &instruction) {
        cursor_ = {&instruction, 0, 0};
    }
    const auto found = find_access(block, instruction, cursor_.next, access.is_store);
    if (found == instruction.access_count) {
        return;
    }
    if (found != cursor_.next) {
        cursor_.next = found;
        cursor_.done = 0;
    }
    const auto& segment = block.segments[instruction.first_access + found];
    const std::size_t size = std::min<std::size_t>(access.size + access.rest, segment.size - cursor_.done);
    const Part part{block, segment, &access, cursor_.done, size};
    cursor_.done = static_cast<std::uint16_t>(cursor_.done + size);
    if (cursor_.done >= segment.size) {
        cursor_.done = 0;
        cursor_.next = static_cast<std::uint16_t>((found + 1) % instruction.access_count);
    }
    turn(part);
}

bool VcpuTaint::transfer(const Segment& segment, const Access& access, Piece piece, Pattern loaded) {
    const bool live = concerns(segment);
    std::array<SetId, kMostBytes> sets;
    const auto out = std::span(sets).first(std::min(piece.size, kMostBytes));
    const bool is_load = segment.trigger == Trigger::load;
    const bool needed = (is_load && (loaded.is_several() ? read_memory(access, out) : spread(loaded, out))) || live;
    if (needed) {
        prepare_temporaries(segment);
    }
    auto* const slots = registers_.slots() + segment.slot + piece.offset;
    if (!is_load) {
        store(live ? slots : registers_.slots() + kZeroSlots, access, piece.size);
    } else if (needed) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            slots[i] = segment.adds ? unions_(slots[i], out[i]) : out[i];
        }
    }
    return needed;
}

bool VcpuTaint::read_memory(const Access& access, std::span<SetId> out) {
    const auto here = std::min<std::size_t>(access.size, out.size());
    const bool first = memory_->read(access.address, out.first(here));
    const bool second = access.rest != 0 && memory_->read(access.rest_address, out.subspan(here));
    return first || second;
}

/// Of a larger access than the slots have bytes, the rest becomes clean.
void VcpuTaint::store(const SetId* from, const Access& access, std::size_t size) {
    const auto here = std::min<std::size_t>(access.size, size);
    memory_->write(access.address, std::span(from, here));
    memory_->clear({access.address.value + here}, access.size - here);
    if (access.rest != 0) {
        const auto there = std::min<std::size_t>(access.rest, size - here);
        memory_->write(access.rest_address, std::span(from + here, there));
        memory_->clear({access.rest_address.value + there}, access.rest - there);
    }
}

void VcpuTaint::masked_access(const Block& block, const Segment& segment, const Access& access) {
    if (access.offset >= segment.size) {
        return;
    }
    const auto size = std::min<std::size_t>(access.size + access.rest, segment.size - access.offset);
    const bool needed = transfer(segment, access, {access.offset, size}, Pattern::several());
    if (segment.trigger == Trigger::load && needed) {
        finish(block, segment, true);
    }
}

void VcpuTaint::any_access(const Block& block, const Segment& segment, const Access& access) {
    const bool live = (registers_.live() & (segment.reads | segment.writes)) != 0;
    auto& slot = registers_.slots()[segment.slot];
    if (access.is_store) {
        const SetId set = live && (registers_.live() & kTemporaries) != 0 ? slot : kNoLabels;
        memory_->fill(access.address, access.size, set);
        memory_->fill(access.rest_address, access.rest, set);
        return;
    }
    std::array<SetId, kMostBytes> loaded{};
    const auto out = std::span(loaded).first(std::min<std::size_t>(access.size + access.rest, kMostBytes));
    if (!read_memory(access, out) && !live) {
        return;
    }
    prepare_temporaries(segment);
    for (const auto set : out) {
        slot = unions_(slot, set);
    }
    finish(block, segment, true);
}

SetId VcpuTaint::united(std::span<const SetId> sets) {
    SetId result = kNoLabels;
    for (const auto set : sets) {
        result = unions_(result, set);
    }
    return result;
}

}  // namespace hvgdb::emulator::taint
