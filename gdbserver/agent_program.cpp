// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_program.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "emulator/hex.hpp"
#include "gdbserver/agent_opcode.hpp"
#include "gdbserver/agent_stack_check.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr unsigned kWordBits = 64;

// The registers of a 32-bit x86 program that have other names in the machine's description.
constexpr auto kWideNames = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"eax", "rax"},
    {"ecx", "rcx"},
    {"edx", "rdx"},
    {"ebx", "rbx"},
    {"esp", "rsp"},
    {"ebp", "rbp"},
    {"esi", "rsi"},
    {"edi", "rdi"},
    {"eip", "rip"},
});

std::string machine_name(const std::string& name, bool compat) {
    const auto* const found =
        std::ranges::find(kWideNames, name, &std::pair<std::string_view, std::string_view>::first);
    return compat && found != kWideNames.end() ? std::string(found->second) : name;
}

std::uint64_t low_bits(std::uint64_t count) {
    return count >= kWordBits ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

std::uint64_t load_big_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (const auto byte : bytes) {
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

/// Translates bytecode from its beginning to its end, dead parts included.
class Translation {
  public:
    Translation(std::span<const std::byte> bytecode, const emulator::TargetDescription& description, bool compat)
        : bytecode_(bytecode), description_(description), compat_(compat), starts_(bytecode.size()) {}

    [[nodiscard]] Expected<AgentProgram> run() {
        while (at_ < bytecode_.size()) {
            if (auto translated = translate_one(); !translated) {
                return std::unexpected(translated.error());
            }
        }
        if (auto resolved = resolve_jumps(); !resolved) {
            return std::unexpected(resolved.error());
        }
        if (auto checked = check_agent_stack(program_); !checked) {
            return std::unexpected(checked.error());
        }
        return std::move(program_);
    }

  private:
    [[nodiscard]] Expected<void> translate_one() {
        const auto code = std::to_integer<std::uint8_t>(bytecode_[at_]);
        const auto* opcode = find_agent_opcode(code);
        if (opcode == nullptr) {
            return is_unsupported_agent_opcode(code)
                       ? fail(Errc::unsupported, "agent opcode 0x" + hex_number(code) + " is not supported")
                       : fail(Errc::bad_argument, "no agent opcode 0x" + hex_number(code));
        }
        starts_[at_++] = static_cast<std::uint16_t>(program_.operations.size());
        const auto operand = take(opcode->operand_size);
        if (!operand) {
            return fail(Errc::bad_argument, "agent bytecode ends too early");
        }
        AgentOperation operation{.action = opcode->action, .value = opcode->value};
        if (auto set = set_operand(operation, opcode->operand, *operand); !set) {
            return set;
        }
        program_.operations.push_back(operation);
        return {};
    }

    [[nodiscard]] Expected<void> set_operand(AgentOperation& operation, AgentOperand kind,
                                             std::span<const std::byte> operand) {
        const auto number = load_big_endian(operand);
        switch (kind) {
            case AgentOperand::none:
                return {};
            case AgentOperand::register_number:
                return set_register(operation, static_cast<unsigned>(number));
            case AgentOperand::bit_count:
                return set_bits(operation, number);
            case AgentOperand::format:
                return set_format(operation, std::to_integer<std::size_t>(operand[0]),
                                  load_big_endian(operand.subspan(1)));
            default:
                operation.value = number;
                return {};
        }
    }

    [[nodiscard]] Expected<void> set_bits(AgentOperation& operation, std::uint64_t count) {
        if (count == 0 || count > kWordBits) {
            return fail(Errc::bad_argument, "agent bytecode extends a number of no or too many bits");
        }
        operation.value = operation.action == AgentAction::zero_extend ? low_bits(count) : count - 1;
        return {};
    }

    [[nodiscard]] Expected<void> set_register(AgentOperation& operation, unsigned number) {
        const auto* info = description_.find(number);
        if (info == nullptr || info->size > sizeof(std::uint64_t)) {
            return fail(Errc::unsupported, "agent bytecode reads a register that is unknown or too wide");
        }
        const auto mask = low_bits(info->size * 8);
        if (info == description_.program_counter()) {
            operation.action = AgentAction::push_program_counter;
            operation.value = mask;
            return {};
        }
        operation.index = static_cast<std::uint16_t>(program_.registers.size());
        program_.registers.push_back({.name = machine_name(info->name, compat_), .mask = mask});
        return {};
    }

    [[nodiscard]] Expected<void> set_format(AgentOperation& operation, std::size_t arguments, std::size_t length) {
        const auto text = take(length);
        if (!text || text->empty() || text->back() != std::byte{0}) {
            return fail(Errc::bad_argument, "agent bytecode holds a format without its end");
        }
        constexpr unsigned kNarrowBits = 32;
        const bool narrow = compat_ || description_.architecture() == "i386";
        auto format = AgentFormat::parse(as_text(text->first(length - 1)), arguments, narrow ? kNarrowBits : kWordBits);
        if (!format) {
            return std::unexpected(format.error());
        }
        operation.index = static_cast<std::uint16_t>(program_.formats.size());
        operation.value = arguments;
        program_.formats.push_back(std::move(*format));
        return {};
    }

    [[nodiscard]] std::optional<std::span<const std::byte>> take(std::size_t size) {
        if (size > bytecode_.size() - at_) {
            return std::nullopt;
        }
        const auto taken = bytecode_.subspan(at_, size);
        at_ += size;
        return taken;
    }

    [[nodiscard]] Expected<void> resolve_jumps() {
        for (auto& operation : program_.operations) {
            if (operation.action != AgentAction::jump && operation.action != AgentAction::jump_if) {
                continue;
            }
            const auto start = operation.value < starts_.size() ? starts_[operation.value] : std::nullopt;
            if (!start) {
                return fail(Errc::bad_argument, "agent bytecode jumps into the middle of something");
            }
            operation.index = *start;
        }
        return {};
    }

    std::span<const std::byte> bytecode_;
    const emulator::TargetDescription& description_;
    bool compat_;
    std::vector<std::optional<std::uint16_t>> starts_;  ///< which operation begins at a byte
    std::size_t at_ = 0;
    AgentProgram program_;
};

}  // namespace

Expected<AgentProgram> AgentProgram::parse(std::span<const std::byte> bytecode,
                                           const emulator::TargetDescription& description, bool compat) {
    static_assert(kMaxBytes <= std::numeric_limits<std::uint16_t>::max());
    if (bytecode.size() > kMaxBytes) {
        return fail(Errc::bad_argument, "too much agent bytecode");
    }
    return Translation(bytecode, description, compat).run();
}

}  // namespace hvgdb::gdbserver
