// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/system_call_return.hpp"

#include <array>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

using Opcode = std::array<std::byte, 2>;
constexpr Opcode kSyscall{std::byte{0x0f}, std::byte{0x05}};
constexpr Opcode kInt80{std::byte{0xcd}, std::byte{0x80}};

constexpr std::uint16_t kUserCs64 = 0x33;  // arch/x86/include/asm/segment.h, __USER_CS
constexpr std::uint64_t kRtSigreturn = 15;
constexpr std::uint64_t kSigreturn32 = 119;
constexpr std::uint64_t kRtSigreturn32 = 173;
/// Of a struct ucontext on the stack: uc_mcontext, and there sp and ip.
constexpr std::uint64_t kSavedStackPointer = 40 + 15 * 8;

std::optional<UserPlace> from_signal_frame(Inferior& inferior, std::uint32_t tid, std::uint64_t stack_pointer) {
    std::array<std::byte, 16> saved{};
    const auto size = inferior.read_memory(tid, VirtAddr{stack_pointer + kSavedStackPointer}, saved);
    if (!size || *size != saved.size()) {
        return std::nullopt;
    }
    const auto both = std::span<const std::byte>(saved);
    return UserPlace{.pc = VirtAddr{load_little_endian(both.subspan(8, 8))},
                     .stack_pointer = load_little_endian(both.subspan(0, 8))};
}

}  // namespace

std::optional<UserPlace> system_call_return(Inferior& inferior, std::uint32_t tid,
                                            const osi::UserRegisters& registers) {
    Opcode opcode{};
    const auto size = inferior.read_memory(tid, VirtAddr{registers.rip}, opcode);
    if (!size || *size != opcode.size()) {
        return std::nullopt;
    }
    const auto number = registers[osi::X86General::rax] & 0xffff'ffff;
    const auto stack_pointer = registers[osi::X86General::rsp];
    const UserPlace next{.pc = VirtAddr{registers.rip + opcode.size()}, .stack_pointer = stack_pointer};
    if (registers.cs == kUserCs64 && opcode == kSyscall) {
        return number == kRtSigreturn ? from_signal_frame(inferior, tid, stack_pointer) : next;
    }
    if (registers.cs != kUserCs64 && opcode == kInt80 && number != kSigreturn32 && number != kRtSigreturn32) {
        return next;
    }
    return std::nullopt;
}

}  // namespace hvgdb::gdbserver
