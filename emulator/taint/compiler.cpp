// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/compiler.hpp"

#include <Zydis/Zydis.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <tuple>

#include "emulator/taint/dead_operations.hpp"
#include "emulator/taint/lowering.hpp"
#include "emulator/taint/rules.hpp"
#include "emulator/taint/sink_rules.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr std::size_t kLongestInstruction = 15;

ZydisDecoder decoder_for(CodeSize size) {
    constexpr std::array kModes{ZYDIS_MACHINE_MODE_LONG_COMPAT_16, ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
                                ZYDIS_MACHINE_MODE_LONG_64};
    constexpr std::array kStacks{ZYDIS_STACK_WIDTH_16, ZYDIS_STACK_WIDTH_32, ZYDIS_STACK_WIDTH_64};
    ZydisDecoder decoder{};
    const auto at = static_cast<std::size_t>(size);
    static_cast<void>(ZydisDecoderInit(&decoder, kModes[at], kStacks[at]));
    return decoder;
}

std::optional<Decoded> decode(CodeSize size, std::span<const std::byte> code) {
    static const std::array decoders{decoder_for(CodeSize::bits16), decoder_for(CodeSize::bits32),
                                     decoder_for(CodeSize::bits64)};
    Decoded decoded{};
    const auto status = ZydisDecoderDecodeFull(&decoders[static_cast<std::size_t>(size)], code.data(), code.size(),
                                               &decoded.instruction, decoded.operands.data());
    return ZYAN_SUCCESS(status) ? std::optional(decoded) : std::nullopt;
}

/// None is 0.
std::uint32_t take_serials(std::uint32_t count) {
    static std::atomic<std::uint32_t> next = 1;
    return next.fetch_add(count, std::memory_order_relaxed);
}

bool touches_memory(const Decoded& decoded) {
    const auto operands = std::span(decoded.operands).first(decoded.instruction.operand_count);
    return std::ranges::any_of(operands, [](const ZydisDecodedOperand& operand) {
        return operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.type != ZYDIS_MEMOP_TYPE_AGEN;
    });
}

}  // namespace

void UnknownInstructions::note(std::uint16_t mnemonic) {
    const std::scoped_lock lock(mutex_);
    ++counts_[mnemonic];
}

std::vector<UnknownInstructions::Entry> UnknownInstructions::list() const {
    std::vector<Entry> entries;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [mnemonic, count] : counts_) {
            entries.push_back({std::string(mnemonic_name(mnemonic)), count});
        }
    }
    std::ranges::sort(entries, [](const Entry& one, const Entry& other) {
        return std::tie(other.count, one.mnemonic) < std::tie(one.count, other.mnemonic);
    });
    return entries;
}

std::string_view mnemonic_name(std::uint16_t mnemonic) {
    const auto* const name = ZydisMnemonicGetString(static_cast<ZydisMnemonic>(mnemonic));
    return mnemonic == ZYDIS_MNEMONIC_INVALID || name == nullptr ? "(undecodable)" : name;
}

bool BlockCompiler::add(std::span<const std::byte> code, bool own_entry) {
    if (builder_.full() || code.empty() || code.size() > kLongestInstruction) {
        return false;
    }
    const auto decoded = decode(size_, code);
    const auto mnemonic = decoded ? decoded->instruction.mnemonic : ZYDIS_MNEMONIC_INVALID;
    builder_.begin_instruction(code.size(), static_cast<std::uint16_t>(mnemonic));
    builder_.instruction().may_stop = policy_.sinks.has(SinkKind::memory) && after_access_;
    if (own_entry || builder_.instruction().may_stop) {
        builder_.open_entry();
    }
    if (const auto sink = decoded ? sink_of(*decoded, policy_.sinks) : std::nullopt) {
        builder_.add_sink(*sink);
    }
    builder_.instruction().touches_memory = after_access_ = !decoded || touches_memory(*decoded);
    if (!decoded) {
        unknown_->note(ZYDIS_MNEMONIC_INVALID);
    } else {
        Lowering lowering(builder_, *decoded, policy_);
        if (const auto* const rule = find_rule(*decoded)) {
            rule->lower(lowering, rule->shape);
        } else {
            unknown_->note(static_cast<std::uint16_t>(mnemonic));
            mix_unknown(lowering);
        }
    }
    builder_.end_instruction();
    look_for_run(decoded ? &*decoded : nullptr);
    return true;
}

void BlockCompiler::look_for_run(const Decoded* decoded) {
    if (decoded == nullptr || size_ != CodeSize::bits64) {
        runs_.end();
        return;
    }
    auto& instruction = builder_.instruction();
    if (const auto distance = runs_.add(*decoded, instruction, builder_.only_access())) {
        instruction.in_run = true;
        instruction.distance = *distance;
    }
}

Block BlockCompiler::finish() {
    auto block = builder_.take();
    drop_dead_operations(block);
    block.first_serial = take_serials(static_cast<std::uint32_t>(block.segments.size()));
    return block;
}

std::size_t instruction_length(CodeSize size, std::span<const std::byte> code) {
    const auto decoded = decode(size, code);
    return decoded ? decoded->instruction.length : 0;
}

std::string_view rule_class(CodeSize size, std::span<const std::byte> code) {
    const auto decoded = decode(size, code);
    const auto* const rule = decoded ? find_rule(*decoded) : nullptr;
    return rule != nullptr ? rule->name : "unknown";
}

}  // namespace hvgdb::emulator::taint
