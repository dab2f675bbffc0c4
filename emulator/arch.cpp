// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/arch.hpp"

#include <algorithm>
#include <array>

#include "emulator/hex.hpp"
#include "emulator/machine.hpp"
#include "emulator/target_description.hpp"

namespace hvgdb::emulator {
namespace {

struct Row {
    std::string_view gdb;  ///< how its name begins
    std::string_view qemu;
    Arch arch;
};

constexpr std::uint64_t kCr3Address = 0x000f'ffff'ffff'f000;

constexpr Row kRows[] = {
    {"i386:x86-64", "x86_64", {"rip", "rsp", "rbp", "cr3", kCr3Address}},
    {"i386", "i386", {"eip", "esp", "ebp", "cr3", 0xffff'f000}},
    {"aarch64", "aarch64", {"pc", "sp", "x29", {}, 0}},
    {"arm", "arm", {"pc", "sp", "r11", {}, 0}},
    {"riscv", "riscv64", {"pc", "sp", "fp", {}, 0}},
    {"riscv", "riscv32", {"pc", "sp", "fp", {}, 0}},
};

template <typename Predicate>
const Arch* find_row(Predicate matches) {
    const auto* row = std::ranges::find_if(kRows, matches);
    return row == std::end(kRows) ? nullptr : &row->arch;
}

bool is_legacy_prefix(std::uint8_t byte) {
    constexpr std::array<std::uint8_t, 11> kPrefixes{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
    return std::ranges::find(kPrefixes, byte) != kPrefixes.end();
}

/// How many come first.
std::size_t legacy_prefixes(std::span<const std::uint8_t> instruction) {
    return static_cast<std::size_t>(std::ranges::find_if_not(instruction, is_legacy_prefix) - instruction.begin());
}

/// REX is left out too: 64-bit code is presumed, and other code's INC and DEC are not what is looked for.
std::span<const std::uint8_t> after_prefixes(std::span<const std::uint8_t> instruction) {
    const auto rest = instruction.subspan(legacy_prefixes(instruction));
    return !rest.empty() && (rest[0] & 0xf0) == 0x40 ? rest.subspan(1) : rest;
}

}  // namespace

const Arch* find_arch(std::string_view gdb_architecture) {
    return find_row([&](const Row& row) { return gdb_architecture.starts_with(row.gdb); });
}

const Arch* find_arch_of_qemu(std::string_view target_name) {
    return find_row([&](const Row& row) { return target_name == row.qemu; });
}

const Arch* find_arch(const TargetDescription& description) {
    if (const Arch* arch = find_arch(description.architecture())) {
        return arch;
    }
    return find_row([&](const Row& row) {
        const auto has = [&](std::string_view name) { return description.find(name) != nullptr; };
        return has(row.arch.program_counter) && has(row.arch.stack_pointer) && has(row.arch.frame_pointer);
    });
}

Expected<std::uint64_t> read_number(Machine& machine, VcpuId vcpu, const RegisterInfo* info) {
    if (info == nullptr) {
        return fail(Errc::not_found, "no such register");
    }
    const auto value = machine.read_register(vcpu, info->number);
    return value ? Expected<std::uint64_t>(load_little_endian(*value)) : std::unexpected(value.error());
}

Expected<AddressSpace> read_address_space(Machine& machine, VcpuId vcpu) {
    const Arch* arch = find_arch(machine.description());
    const RegisterInfo* base =
        arch == nullptr || arch->root_register.empty() ? nullptr : machine.description().find(arch->root_register);
    if (base == nullptr) {
        return fail(Errc::unsupported, "address spaces are not followed on this architecture");
    }
    const auto value = read_number(machine, vcpu, base);
    return value ? Expected<AddressSpace>(AddressSpace{*value & arch->root_mask}) : std::unexpected(value.error());
}

std::optional<unsigned> x86_cr3_source(std::span<const std::uint8_t> instruction) {
    std::size_t at = legacy_prefixes(instruction);
    unsigned rex = 0;
    if (at < instruction.size() && (instruction[at] & 0xf0) == 0x40) {
        rex = instruction[at++];
    }
    if (at + 3 > instruction.size() || instruction[at] != 0x0f || instruction[at + 1] != 0x22) {
        return std::nullopt;
    }
    const unsigned modrm = instruction[at + 2];
    const unsigned control_register = (modrm >> 3 & 7) | (rex & 4) << 1;
    if (control_register != 3) {
        return std::nullopt;
    }
    return (modrm & 7) | (rex & 1) << 3;
}

bool x86_changes_translation(std::span<const std::uint8_t> instruction) {
    const auto opcode = after_prefixes(instruction);
    if (opcode.size() < 2 || opcode[0] != 0x0f) {
        return false;
    }
    const unsigned next = opcode.size() > 2 ? opcode[2] : 0;
    const unsigned extension = next >> 3 & 7;
    switch (opcode[1]) {
        case 0x22:  // MOV CRn, r
        case 0x30:  // WRMSR
        case 0xaa:  // RSM
            return true;
        case 0x01:  // LMSW; INVLPG; VMRUN, INVLPGA
            return extension == 6 || (extension == 7 && next < 0xc0) || next == 0xd8 || next == 0xdf;
        case 0x38:  // INVEPT, INVVPID, INVPCID
            return next >= 0x80 && next <= 0x82;
        default:
            return false;
    }
}

bool x86_is_repeated(std::span<const std::uint8_t> instruction) {
    bool repeated = false;
    for (const std::uint8_t byte : instruction) {
        if (is_legacy_prefix(byte)) {
            repeated = repeated || byte == 0xf2 || byte == 0xf3;
        } else if ((byte & 0xf0) != 0x40) {
            const bool moves_or_compares = byte >= 0xa4 && byte <= 0xa7;
            const bool stores_loads_or_scans = byte >= 0xaa && byte <= 0xaf;
            const bool does_io = byte >= 0x6c && byte <= 0x6f;
            return repeated && (moves_or_compares || stores_loads_or_scans || does_io);
        }
    }
    return false;
}

std::string_view x86_general_register(unsigned number) {
    constexpr std::array<std::string_view, 16> kNames{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    return number < kNames.size() ? kNames[number] : std::string_view{};
}

}  // namespace hvgdb::emulator
