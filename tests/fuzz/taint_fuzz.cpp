// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever bytes are taken for code, and whatever accesses the emulator reports: blocks stay within their bounds, slots
// within the registers, without taint anywhere nothing becomes tainted, and what is remembered of segments is what
// running them does.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "emulator/taint/compiler.hpp"
#include "emulator/taint/interpreter.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

constexpr std::uint64_t kMemory = 0x10000;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool within(Slot first, std::size_t count) {
    return first + count <= kSlots;
}

void check(const Block& block) {
    require(!block.segments.empty() && block.instructions.size() <= BlockBuilder::kMostInstructions);
    for (const auto& segment : block.segments) {
        require(segment.first + segment.count <= block.operations.size());
        require(within(segment.slot, segment.size) && segment.temporaries <= kTemporarySize);
    }
    for (const auto& operation : block.operations) {
        const bool table = operation.code == Code::pick;
        require(within(operation.to, operation.code == Code::fold ? 1 : operation.count));
        require(!table || operation.from + std::size_t{operation.count} <= block.tables.size());
        const bool single = operation.code == Code::fill || operation.code == Code::spread;
        require(table || within(operation.from, single ? 1 : operation.count));
        require(within(operation.also, operation.count));
        require(operation.to < kZeroSlots || operation.to >= kTemporarySlots);
        const bool laned =
            operation.code == Code::ascend || operation.code == Code::descend || operation.code == Code::lanes;
        require(!laned || (operation.lane != 0 && operation.count % operation.lane == 0));
    }
    require(std::ranges::all_of(block.tables, [](Slot slot) { return slot < kSlots; }));
}

/// Everything once, and some accesses that no such instruction makes.
void run(VcpuTaint& vcpu, const Block& block, std::uint8_t seed) {
    vcpu.enter(block);
    for (std::size_t i = 0; i < block.instructions.size(); ++i) {
        if (block.instructions[i].entry != CompiledInstruction::kNoEntry) {
            vcpu.enter(block, i);
        }
        for (unsigned access = 0; access < 4; ++access) {
            const auto size = static_cast<std::uint16_t>(1U << ((seed + access) % 7));
            vcpu.access(block, i,
                        {.address = {kMemory + seed},
                         .size = size,
                         .rest = static_cast<std::uint16_t>(access % 2 != 0 ? 3 : 0),
                         .is_store = access % 2 != 0,
                         .rest_address = {kMemory + kPageSize},
                         .offset = access * 16U});
        }
    }
}

Block compile(std::span<const std::byte> code, CodeSize size, const Policy& policy) {
    constexpr std::size_t kStep = 5;
    static UnknownInstructions unknown;
    BlockCompiler compiler(size, policy, unknown);
    for (std::size_t at = 0; at < code.size(); at += kStep) {
        constexpr std::size_t kLongest = 15;
        static_cast<void>(compiler.add(code.subspan(at, std::min(kLongest, code.size() - at))));
    }
    return compiler.finish();
}

/// The second one remembers nothing.
void run_twins(LabelSets& sets, const Block& block, std::uint8_t seed) {
    std::array<ShadowMemory, 2> memories{ShadowMemory(2), ShadowMemory(2)};
    std::array<VcpuTaint, 2> vcpus{VcpuTaint(sets, memories[0]), VcpuTaint(sets, memories[1])};
    vcpus[1].remember_nothing();
    for (unsigned i = 0; i < 2; ++i) {
        for (unsigned bit = 0; bit < kTemporaryBit; ++bit) {
            vcpus.at(i).registers().set(register_slots(bit), sets.single(bit % 20 * 2));
        }
        memories.at(i).fill({kMemory}, 64, sets.single(1));
    }
    constexpr unsigned kRuns = 3;
    for (unsigned run_number = 0; run_number < kRuns; ++run_number) {
        run(vcpus[0], block, seed);
        run(vcpus[1], block, seed);
    }
    const auto all = vcpus[0].registers().get({0, kTemporarySlots});
    require(std::ranges::equal(all, vcpus[1].registers().get({0, kTemporarySlots})));
    require(std::ranges::all_of(all.subspan(kZeroSlots), [](SetId set) { return set == kNoLabels; }));
    std::array<SetId, kPageSize + 64> here{};
    std::array<SetId, kPageSize + 64> there{};
    memories[0].read({kMemory}, here);
    memories[1].read({kMemory}, there);
    require(here == there);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kMost = 4096;
    if (size < 2 || size > kMost) {
        return 0;
    }
    const Policy policy{static_cast<PointerTaint>(data[0] % 3), static_cast<PointerTaint>(data[0] / 3 % 3),
                        data[0] > 128};
    const auto block =
        compile(std::as_bytes(std::span(data, size)).subspan(2), static_cast<CodeSize>(data[1] % 3), policy);
    check(block);
    LabelSets sets({64, 8, 128});
    ShadowMemory memory(2);
    VcpuTaint clean(sets, memory);
    run(clean, block, data[0]);
    require(memory.clean());
    run_twins(sets, block, data[0]);
    return 0;
}
