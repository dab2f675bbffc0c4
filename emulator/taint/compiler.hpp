// SPDX-License-Identifier: GPL-2.0-or-later
// From machine code to taint operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/taint/block_builder.hpp"
#include "emulator/taint/load_runs.hpp"
#include "emulator/taint/operation.hpp"
#include "emulator/taint/policy.hpp"

namespace hvgdb::emulator::taint {

enum class CodeSize : std::uint8_t { bits16, bits32, bits64 };

/// The instructions that have no rule, with how often they were compiled. Any thread.
class UnknownInstructions {
  public:
    struct Entry {
        std::string mnemonic;  ///< "(undecodable)" for bytes that are no instruction
        std::uint64_t count = 0;
    };

    void note(std::uint16_t mnemonic);
    /// By count, descending.
    [[nodiscard]] std::vector<Entry> list() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::uint16_t, std::uint64_t> counts_;
};

/// Compiles one block, instruction by instruction; used by one thread. `unknown` outlives it.
class BlockCompiler {
  public:
    BlockCompiler(CodeSize size, const Policy& policy, UnknownInstructions& unknown)
        : size_(size), policy_(policy), unknown_(&unknown) {}

    /// Exactly one instruction, of at most 15 bytes. Whatever the bytes are, they become an instruction of the block.
    /// Answers false and leaves them out if the block is full, or too long to be one. With `own_entry` nothing of it is
    /// done before its own entry: for instructions that a vCPU may be kept from, after it executed those before.
    bool add(std::span<const std::byte> code, bool own_entry = false);
    /// Without what nobody would notice.
    [[nodiscard]] Block finish();

  private:
    void look_for_run(const Decoded* decoded);

    CodeSize size_;
    Policy policy_;
    UnknownInstructions* unknown_;
    BlockBuilder builder_;
    RunFinder runs_;
    bool after_access_ = true;  ///< what comes next may follow a store, also one in another block
};

/// How many bytes the first instruction takes; 0 if it is none.
[[nodiscard]] std::size_t instruction_length(CodeSize size, std::span<const std::byte> code);
/// The class of rules that the instruction belongs to, as in docs/taint.md; "unknown" without a rule.
[[nodiscard]] std::string_view rule_class(CodeSize size, std::span<const std::byte> code);
[[nodiscard]] std::string_view mnemonic_name(std::uint16_t mnemonic);

}  // namespace hvgdb::emulator::taint
