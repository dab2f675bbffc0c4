// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/system_call_return.hpp"

#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "gdbserver/process_inferior.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::gdbserver {
namespace {

constexpr osi::ProcessId kPid = 500;
constexpr std::uint64_t kCode = 0x401000;
constexpr std::uint64_t kStack = 0x7ffd'0000'1000;
constexpr std::uint16_t kCs64 = 0x33;
constexpr std::uint16_t kCs32 = 0x23;

struct Case {
    std::string name;
    std::string code;
    std::uint16_t cs = kCs64;
    std::uint64_t rax = 0;
    std::optional<UserPlace> expected;
};

class SystemCallReturn : public testing::TestWithParam<Case> {
  protected:
    SystemCallReturn() {
        osi::Process process;
        process.pid = kPid;
        process.user_space = AddressSpace{0x1000};
        os.guest.add(process);
    }
    void poke(std::uint64_t address, std::string_view bytes) {
        auto& memory = os.guest.processes.front().memory;
        memory.map(address, bytes.size());
        (void)memory.write(address, std::as_bytes(std::span(bytes)));
    }
    std::optional<UserPlace> ask(std::uint64_t rip, const Case& it) {
        const auto inferior = ProcessInferior::attach(os, kPid);
        osi::UserRegisters registers;
        registers.rip = rip;
        registers.cs = it.cs;
        registers.general[0] = it.rax;
        registers.general[static_cast<std::size_t>(osi::X86General::rsp)] = kStack;
        return system_call_return(**inferior, kPid, registers);
    }

    test::FakeOs os;
};

void expect_same(const std::optional<UserPlace>& got, const std::optional<UserPlace>& expected) {
    ASSERT_EQ(got.has_value(), expected.has_value());
    if (got) {
        EXPECT_EQ(got->pc, expected->pc);
        EXPECT_EQ(got->stack_pointer, expected->stack_pointer);
    }
}

TEST_P(SystemCallReturn, IsKnownBeforehand) {
    poke(kCode, GetParam().code);
    poke(kStack, std::string(0x200, '\0'));
    poke(kStack + 160, as_text(store_little_endian(0x7ffd'0000'2000, 8)));
    poke(kStack + 168, as_text(store_little_endian(0x401234, 8)));
    expect_same(ask(kCode, GetParam()), GetParam().expected);
}

const UserPlace kNext{.pc = VirtAddr{kCode + 2}, .stack_pointer = kStack};
const UserPlace kInterrupted{.pc = VirtAddr{0x401234}, .stack_pointer = 0x7ffd'0000'2000};

INSTANTIATE_TEST_SUITE_P(
    Table, SystemCallReturn,
    testing::Values(Case{"Syscall", "\x0f\x05", kCs64, 1, kNext},
                    Case{"UpperHalfOfRaxDoesNotCount", "\x0f\x05", kCs64, 0xffff'ffff'0000'000f, kInterrupted},
                    Case{"SignalReturn", "\x0f\x05", kCs64, 15, kInterrupted},
                    Case{"Sysenter", "\x0f\x34", kCs64, 1, {}}, Case{"Nop", "\x90\x90", kCs64, 1, {}},
                    Case{"PrefixedSyscall", "\x48\x0f", kCs64, 1, {}}, Case{"Int80Of64Bit", "\xcd\x80", kCs64, 1, {}},
                    Case{"Int80Of32Bit", "\xcd\x80", kCs32, 1, kNext}, Case{"SyscallOf32Bit", "\x0f\x05", kCs32, 1, {}},
                    Case{"Int3", "\xcd\x03", kCs32, 1, {}}, Case{"SignalReturnOf32Bit", "\xcd\x80", kCs32, 119, {}},
                    Case{"RealTimeSignalReturnOf32Bit", "\xcd\x80", kCs32, 173, {}},
                    Case{"FifteenOf32BitIsChmod", "\xcd\x80", kCs32, 15, kNext}),
    [](const auto& row) { return row.param.name; });

TEST_F(SystemCallReturn, IsUnknownWhereMemoryIsMissing) {
    const Case syscall{.name = {}, .code = {}, .cs = kCs64, .rax = 1, .expected = {}};
    const Case signal_return{.name = {}, .code = {}, .cs = kCs64, .rax = 15, .expected = {}};
    EXPECT_FALSE(ask(kCode, syscall)) << "no code";
    poke(kCode, "\x0f\x05");
    EXPECT_TRUE(ask(kCode, syscall));
    EXPECT_FALSE(ask(kCode, signal_return)) << "no frame";
    poke(kCode + 0xfff, "\x0f");
    EXPECT_FALSE(ask(kCode + 0xfff, syscall)) << "half an instruction";
}

}  // namespace
}  // namespace hvgdb::gdbserver
