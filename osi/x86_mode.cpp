// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_mode.hpp"

#include <string>

#include "emulator/hex.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kCr0Protection = std::uint64_t{1} << 0;
constexpr std::uint64_t kCr0Paging = std::uint64_t{1} << 31;
constexpr std::uint64_t kCr4Pae = std::uint64_t{1} << 5;
constexpr std::uint64_t kCr4La57 = std::uint64_t{1} << 12;
constexpr std::uint64_t kEferLongModeActive = std::uint64_t{1} << 10;
constexpr std::uint64_t kEferNoExecute = std::uint64_t{1} << 11;
constexpr std::uint64_t kEflagsVirtual8086 = std::uint64_t{1} << 17;
constexpr std::uint64_t kUserCode32 = 0x23;

}  // namespace

Expected<X86ControlState> x86_control_state(const emulator::TargetDescription& description,
                                            std::span<const std::byte> block) {
    X86ControlState state;
    const struct {
        std::string_view name;
        std::uint64_t* value;
    } wanted[] = {
        {"cs", &state.cs}, {"eflags", &state.eflags}, {"cr0", &state.cr0}, {"cr4", &state.cr4}, {"efer", &state.efer}};
    for (const auto& [name, value] : wanted) {
        const auto* info = description.find(name);
        if (info == nullptr) {
            return fail(Errc::unsupported, "the machine has no register " + std::string(name));
        }
        if (block.size() < info->offset + info->size) {
            return fail(Errc::bad_argument, "the register block is too short");
        }
        *value = load_little_endian(block.subspan(info->offset, info->size));
    }
    return state;
}

std::string_view x86_mode_name(const X86ControlState& state) {
    if ((state.cr0 & kCr0Protection) == 0) {
        return "real";
    }
    const bool long_mode = (state.efer & kEferLongModeActive) != 0;
    if (!long_mode && (state.eflags & kEflagsVirtual8086) != 0) {
        return "virtual 8086";
    }
    const bool user = (state.cs & 3) == 3;
    const bool wide = long_mode && state.cs != kUserCode32;
    if (user) {
        return wide ? "user 64-bit" : "user 32-bit";
    }
    return wide ? "kernel 64-bit" : "kernel 32-bit";
}

Expected<std::optional<X86Paging>> x86_paging(const X86ControlState& state) {
    if ((state.cr0 & kCr0Paging) == 0) {
        return std::optional<X86Paging>{};
    }
    if ((state.efer & kEferLongModeActive) == 0) {
        return fail(Errc::unsupported, (state.cr4 & kCr4Pae) != 0 ? "page tables of PAE paging are not walked"
                                                                  : "page tables of 32-bit paging are not walked");
    }
    X86Paging paging;
    paging.levels = (state.cr4 & kCr4La57) != 0 ? 5 : 4;
    paging.execute_disable = (state.efer & kEferNoExecute) != 0;
    return paging;
}

}  // namespace hvgdb::osi
