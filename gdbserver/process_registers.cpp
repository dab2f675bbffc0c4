// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_registers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <string_view>
#include <system_error>

#include "emulator/hex.hpp"
#include "osi/x86_xsave.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr std::array<std::string_view, 16> kGeneral64{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                                      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
// Those that i386 has, by their lower halves' names.
constexpr std::array<std::string_view, 8> kGeneral32{"eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp"};

constexpr std::string_view kOrigRax = "orig_rax";

/// What gdb's name is called on x86-64.
std::string_view name_in_64_bits(std::string_view name) {
    if (const auto* found = std::ranges::find(kGeneral32, name); found != kGeneral32.end()) {
        return kGeneral64.at(static_cast<std::size_t>(found - kGeneral32.begin()));
    }
    return name == "eip" ? "rip" : name == "orig_eax" ? kOrigRax : name;
}

/// The number between, as in xmm7 or ymm12h.
std::optional<unsigned> numbered(std::string_view name, std::string_view prefix, std::string_view suffix = {}) {
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() < prefix.size() + suffix.size()) {
        return std::nullopt;
    }
    const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    unsigned value = 0;
    const auto [stopped, error] = std::from_chars(digits.begin(), digits.end(), value);
    return error == std::errc{} && stopped == digits.end() ? std::optional(value) : std::nullopt;
}

template <std::size_t Size>
std::optional<Bytes> as_value(const std::optional<std::array<std::byte, Size>>& found) {
    return found ? std::optional(Bytes(found->begin(), found->end())) : std::nullopt;
}

/// Values by the 64-bit names.
class Values {
  public:
    explicit Values(const osi::UserRegisters& registers)
        : registers_(registers),
          area_(registers.xsave ? std::span<const std::byte>(*registers.xsave) : std::span<const std::byte>{}) {}

    [[nodiscard]] std::optional<Bytes> find(std::string_view name, std::size_t size) const {
        if (const auto number = integer(name)) {
            return store_little_endian(*number, size);
        }
        auto value = vector(name);
        if (value) {
            value->resize(size);
        }
        return value;
    }

  private:
    [[nodiscard]] std::optional<std::uint64_t> integer(std::string_view name) const {
        const auto* general = std::ranges::find(kGeneral64, name);
        if (general != kGeneral64.end()) {
            return registers_.general.at(static_cast<std::size_t>(general - kGeneral64.begin()));
        }
        const std::pair<std::string_view, std::uint64_t> others[] = {
            {"rip", registers_.rip},         {"eflags", registers_.eflags}, {"cs", registers_.cs},
            {"ss", registers_.ss},           {"ds", registers_.ds},         {"es", registers_.es},
            {"fs", registers_.fs},           {"gs", registers_.gs},         {"fs_base", registers_.fs_base},
            {"gs_base", registers_.gs_base},
        };
        if (const auto* other = std::ranges::find(others, name, &std::pair<std::string_view, std::uint64_t>::first);
            other != std::end(others)) {
            return other->second;
        }
        if (name == "mxcsr") {
            return area_.mxcsr();
        }
        return name == kOrigRax ? orig_rax() : x87(name);
    }
    // A thread in user mode is in no system call.
    [[nodiscard]] std::optional<std::uint64_t> orig_rax() const {
        const bool in_user_mode = registers_.source == osi::UserRegisters::Source::vcpu;
        return in_user_mode && !registers_.orig_rax ? ~std::uint64_t{0} : registers_.orig_rax;
    }
    // Pointers as gdb has them: 16 bits of a selector and 32 of an offset, also where the processor keeps 64 bits
    // (Intel SDM vol. 1, table 10-2).
    [[nodiscard]] std::optional<std::uint64_t> x87(std::string_view name) const {
        const auto found = area_.x87();
        if (!found) {
            return std::nullopt;
        }
        const std::pair<std::string_view, std::uint64_t> fields[] = {
            {"fctrl", found->control},     {"fstat", found->status},
            {"ftag", found->tags},         {"fiseg", found->instruction >> 32 & 0xffff},
            {"fioff", found->instruction}, {"foseg", found->operand >> 32 & 0xffff},
            {"fooff", found->operand},     {"fop", found->opcode},
        };
        const auto* field = std::ranges::find(fields, name, &std::pair<std::string_view, std::uint64_t>::first);
        return field != std::end(fields) ? std::optional(field->second) : std::nullopt;
    }
    [[nodiscard]] std::optional<Bytes> vector(std::string_view name) const {
        if (const auto index = numbered(name, "st")) {
            return as_value(area_.st(*index));
        }
        if (const auto index = numbered(name, "xmm")) {
            return as_value(area_.xmm(*index));
        }
        const auto index = numbered(name, "ymm", "h");
        return index ? as_value(area_.ymm_high(*index)) : std::nullopt;
    }

    const osi::UserRegisters& registers_;
    osi::X86Xsave area_;
};

}  // namespace

RegisterBytes process_registers(const osi::UserRegisters& registers, const emulator::TargetDescription& description) {
    RegisterBytes block{.bytes = Bytes(description.block_size()), .unknown = {}};
    const Values values(registers);
    for (const auto& info : description.registers()) {
        const auto at = static_cast<std::ptrdiff_t>(info.offset);
        if (const auto value = values.find(name_in_64_bits(info.name), info.size)) {
            std::ranges::copy(*value, block.bytes.begin() + at);
            continue;
        }
        block.unknown.resize(block.bytes.size());
        std::fill_n(block.unknown.begin() + at, info.size, true);
    }
    return block;
}

RegisterBytes register_of(const RegisterBytes& block, const emulator::RegisterInfo& info) {
    RegisterBytes value;
    if (info.offset + info.size > block.bytes.size()) {
        return value;
    }
    const auto at = static_cast<std::ptrdiff_t>(info.offset);
    const auto end = at + static_cast<std::ptrdiff_t>(info.size);
    value.bytes.assign(block.bytes.begin() + at, block.bytes.begin() + end);
    if (!block.unknown.empty()) {
        value.unknown.assign(block.unknown.begin() + at, block.unknown.begin() + end);
    }
    return value;
}

Expected<UserRegisterWrite> user_register_write(const emulator::RegisterInfo& info, bool compat,
                                                std::span<const std::byte> value) {
    if (value.size() != info.size) {
        return fail(Errc::bad_argument, fmt::format("{} has {} bytes", info.name, info.size));
    }
    UserRegisterWrite write{std::string(name_in_64_bits(info.name)), Bytes(value.begin(), value.end())};
    const bool wider = compat && write.name != info.name;
    if (wider) {
        const bool negative = write.name == kOrigRax && (value.back() & std::byte{0x80}) != std::byte{};
        write.value.resize(sizeof(std::uint64_t), negative ? std::byte{0xff} : std::byte{});
    }
    return write;
}

}  // namespace hvgdb::gdbserver
