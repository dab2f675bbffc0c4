// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/block_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "emulator/taint/segment_memo.hpp"

namespace hvgdb::emulator::taint {

namespace {

/// The most bytes that the emulator delivers at once.
constexpr std::size_t kWhole = 16;
/// Of a hash table's entry and of an allocation.
constexpr std::size_t kOverhead = 128;

std::string key_of(CodeSize size, std::span<const CodeBytes> code, const Policy& policy) {
    std::string key;
    key.reserve(5 + code.size() * 6);
    for (const auto value :
         {static_cast<unsigned>(size), static_cast<unsigned>(policy.loads), static_cast<unsigned>(policy.stores),
          static_cast<unsigned>(policy.conditions), static_cast<unsigned>(policy.sinks.bits())}) {
        key.push_back(static_cast<char>(value));
    }
    for (const auto& one : code) {
        key.push_back(static_cast<char>(one.size | (one.own_entry ? 0x80 : 0)));
        for (const auto byte : one.code()) {
            key.push_back(static_cast<char>(byte));
        }
    }
    return key;
}

std::span<const Segment> accesses_of(const Block& block, const CompiledInstruction& instruction) {
    return std::span(block.segments).subspan(instruction.first_access, instruction.access_count);
}

/// Of separate accesses: the size, and the serial number.
std::pair<std::uint8_t, std::uint32_t> only_access(const Block& block, const CompiledInstruction& instruction,
                                                   Trigger trigger) {
    const auto accesses = accesses_of(block, instruction);
    const auto found = std::ranges::find(accesses, trigger, &Segment::trigger);
    if (found == accesses.end()) {
        return {0, 0};
    }
    return {static_cast<std::uint8_t>(found->size), block.serial_of(*found)};
}

bool is_plain(const CompiledInstruction& instruction) {
    return instruction.accesses == Accesses::fixed || instruction.accesses == Accesses::repeated;
}

/// Whether no two accesses of the instruction belong together, so that the interpreter needs to see both or neither.
bool is_separate(const Block& block, const CompiledInstruction& instruction) {
    if (!is_plain(instruction)) {
        return true;
    }
    const auto accesses = accesses_of(block, instruction);
    const auto whole = [](const Segment& segment) {
        return segment.size == kWhole || segment.size == 1 || segment.size == 2 || segment.size == 4 ||
               segment.size == 8;
    };
    return std::ranges::count(accesses, Trigger::load, &Segment::trigger) <= 1 &&
           std::ranges::count(accesses, Trigger::store, &Segment::trigger) <= 1 && std::ranges::all_of(accesses, whole);
}

/// See BlockPoint::concerned. Temporaries end where they are not needed.
RegisterMask concerned(std::span<const Segment> segments) {
    auto mask = RegisterMask{1} << kTemporaryBit;
    for (const auto& segment : segments) {
        mask |= segment.reads | segment.writes;
    }
    return mask;
}

BlockPoint point_of(const Block& block, const CompiledInstruction& instruction, std::uint16_t number, CodeSize size) {
    BlockPoint point{.block = &block, .concerned = concerned(accesses_of(block, instruction)), .instruction = number};
    point.separate = is_separate(block, instruction) ? 1 : 0;
    // The kind of other code is presumed in some blocks.
    if (size == CodeSize::bits64 && point.separate != 0 && is_plain(instruction)) {
        std::tie(point.load_size, point.load) = only_access(block, instruction, Trigger::load);
        const auto [store_size, store] = only_access(block, instruction, Trigger::store);
        point.store_size = store_size & 0x7f;
        point.store = store;
    }
    if (instruction.entry != CompiledInstruction::kNoEntry) {
        const auto& entry = block.segments[instruction.entry];
        point.entry = block.serial_of(entry);
        point.concerned |= entry.reads | entry.writes;
    }
    return point;
}

std::vector<LoadRun> runs_of(const StoredBlock& stored) {
    std::vector<LoadRun> runs;
    const BlockPoint* first = nullptr;
    for (const auto& point : stored.points) {
        const auto& instruction = stored.block.instructions[point.instruction];
        if (instruction.in_run && first != nullptr) {
            if (runs.empty() || runs.back().first != first) {
                runs.push_back({.first = first, .size = std::max<std::uint64_t>(first->load_size, first->store_size)});
            }
            auto& run = runs.back();
            const auto high = std::max<std::int64_t>(run.low + static_cast<std::int64_t>(run.size),
                                                     instruction.distance + std::int64_t{point.load_size});
            run.low = std::min<std::int64_t>(run.low, instruction.distance);
            run.size = static_cast<std::uint64_t>(high - run.low);
            run.loads.push_back({.point = &point,
                                 .place = SegmentMemo::place(point.load, point.load_size),
                                 .concerned = point.concerned,
                                 .distance = instruction.distance,
                                 .size = point.load_size});
        } else if (instruction.touches_memory) {
            first = &point;
        }
    }
    return runs;
}

std::size_t bytes_of(const StoredBlock& stored) {
    const auto& block = stored.block;
    return block.instructions.capacity() * sizeof(CompiledInstruction) + block.segments.capacity() * sizeof(Segment) +
           block.operations.capacity() * sizeof(Operation) + block.tables.capacity() * sizeof(Slot) +
           block.sinks.capacity() * sizeof(Sink) + stored.points.capacity() * sizeof(BlockPoint) +
           stored.runs.capacity() * (sizeof(LoadRun) + kOverhead) + sizeof stored + kOverhead;
}

}  // namespace

const StoredBlock& BlockStore::get(CodeSize size, std::span<const CodeBytes> code, const Policy& policy,
                                   UnknownInstructions& unknown) {
    auto key = key_of(size, code, policy);
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = blocks_.find(key); found != blocks_.end()) {
            return *found->second;
        }
    }
    auto compiled = compile(size, code, policy, unknown);
    const auto bytes = bytes_of(*compiled) + key.size();
    const std::scoped_lock lock(mutex_);
    const auto [at, inserted] = blocks_.try_emplace(std::move(key), std::move(compiled));
    bytes_.fetch_add(inserted ? bytes : 0, std::memory_order_relaxed);
    return *at->second;
}

std::unique_ptr<StoredBlock> BlockStore::compile(CodeSize size, std::span<const CodeBytes> code, const Policy& policy,
                                                 UnknownInstructions& unknown) const {
    BlockCompiler compiler(size, policy, unknown);
    for (const auto& one : code) {
        if (!compiler.add(one.code(), one.own_entry)) {
            break;
        }
    }
    auto stored = std::make_unique<StoredBlock>();
    auto& block = stored->block;
    block = compiler.finish();
    block.instructions.shrink_to_fit();
    block.segments.shrink_to_fit();
    block.operations.shrink_to_fit();
    stored->entry = {.block = &block,
                     .concerned = concerned(std::span(block.segments).first(block.segments.empty() ? 0 : 1)),
                     .entry = block.first_serial};
    stored->points.reserve(block.instructions.size());
    for (const auto& instruction : block.instructions) {
        const auto number = static_cast<std::uint16_t>(stored->points.size());
        stored->points.push_back(point_of(block, instruction, number, size));
    }
    stored->runs = runs_of(*stored);
    return stored;
}

void BlockStore::clear() {
    const std::scoped_lock lock(mutex_);
    blocks_.clear();
    bytes_ = 0;
}

}  // namespace hvgdb::emulator::taint
