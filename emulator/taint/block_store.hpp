// SPDX-License-Identifier: GPL-2.0-or-later
// The compiled blocks that translated code may name.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulator/taint/code_size.hpp"
#include "emulator/taint/compiler.hpp"
#include "emulator/taint/operation.hpp"
#include "emulator/taint/policy.hpp"

namespace hvgdb::emulator::taint {

/// What the callback of one instruction has to know.
struct alignas(32) BlockPoint {
    const Block* block = nullptr;
    /// While none of these has taint and the memory has none, the segments change nothing.
    RegisterMask concerned = 0;
    // The serial numbers of the segments to run; 0: none, or not known by the kind of access alone.
    std::uint32_t load = 0;   ///< after a load, of load_size bytes
    std::uint32_t store = 0;  ///< after a store, of store_size bytes
    std::uint32_t entry = 0;  ///< before the instruction; of StoredBlock::entry before the block
    std::uint16_t instruction = 0;
    std::uint8_t load_size = 0;       ///< of each load in bytes; 0: several, or not known
    std::uint8_t store_size : 7 = 0;  ///< of each store
    /// Each access is an operand of its own, so those to clean memory may be left out one by one.
    std::uint8_t separate : 1 = 0;
};
static_assert(sizeof(BlockPoint) == 32);

/// An access and the loads after it that may be looked at with it: see RunFinder.
struct LoadRun {
    struct Load {
        const BlockPoint* point = nullptr;
        std::uint64_t place = 0;  ///< SegmentMemo's
        RegisterMask concerned = 0;
        std::int16_t distance = 0;  ///< from the first access, in bytes
        std::uint8_t size = 0;
    };
    const BlockPoint* first = nullptr;
    std::int64_t low = 0;    ///< where the bytes of all begin, from the first access
    std::uint64_t size = 0;  ///< of all those bytes; less than a page
    std::vector<Load> loads{};
};

struct StoredBlock {
    Block block;
    BlockPoint entry;                ///< what the block's own callback has to know
    std::vector<BlockPoint> points;  ///< one an instruction
    std::vector<LoadRun> runs;       ///< in the instructions' order
};

/// Equal code is compiled once. Any thread.
class BlockStore {
  public:
    /// Valid until clear(). Of a block that is too long the first instructions.
    [[nodiscard]] const StoredBlock& get(CodeSize size, std::span<const CodeBytes> code, const Policy& policy,
                                         UnknownInstructions& unknown);
    void clear();
    /// Of ours, roughly.
    [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  private:
    [[nodiscard]] std::unique_ptr<StoredBlock> compile(CodeSize size, std::span<const CodeBytes> code,
                                                       const Policy& policy, UnknownInstructions& unknown) const;

    std::mutex mutex_;
    std::unordered_map<std::string, std::unique_ptr<StoredBlock>> blocks_;  ///< by all that decides what they are
    std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace hvgdb::emulator::taint
