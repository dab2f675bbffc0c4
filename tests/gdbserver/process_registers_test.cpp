// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/process_registers.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string_view>

#include "emulator/hex.hpp"
#include "gdbserver/process_description.hpp"

namespace hvgdb::gdbserver {
namespace {

constexpr ProgramKind k64{.compat = false, .avx = true};
constexpr ProgramKind k32{.compat = true, .avx = true};
constexpr std::size_t kWithAvx = 832;

osi::UserRegisters blocked_thread() {
    osi::UserRegisters registers;
    for (std::size_t i = 0; i < registers.general.size(); ++i) {
        registers.general[i] = 0x1122'3344'5566'7700 + i;
    }
    registers.rip = 0x40'1000;
    registers.eflags = 0x246;
    registers.cs = 0x33;
    registers.gs = 0x63;
    registers.fs_base = 0x7f00'0000'1000;
    registers.orig_rax = 35;
    return registers;
}

/// All of x87, SSE and AVX in use; the vectors' first bytes tell their number.
Bytes whole_area() {
    Bytes area(kWithAvx);
    area[512] = std::byte{7};
    area[0] = std::byte{0x7f};
    area[1] = std::byte{2};
    area[24] = std::byte{0x80};
    area[25] = std::byte{0x1f};
    const auto instruction = store_little_endian(0x1234'5678'9abc, 8);
    std::ranges::copy(instruction, area.begin() + 8);
    for (std::size_t i = 0; i < 16; ++i) {
        area[160 + 16 * i] = static_cast<std::byte>(0x40 + i);
        area[576 + 16 * i] = static_cast<std::byte>(0x80 + i);
    }
    area[32 + 16 * 3 + 9] = std::byte{0x3f};
    return area;
}

class Shown {
  public:
    Shown(const osi::UserRegisters& registers, ProgramKind kind)
        : description_(process_description(kind)), block_(process_registers(registers, description_)) {}
    /// "x" for each unknown byte's two digits.
    [[nodiscard]] std::string operator[](std::string_view name) const {
        const auto value = register_of(block_, *description_.find(name));
        auto text = encode_hex(value.bytes);
        for (std::size_t i = 0; i < value.unknown.size(); ++i) {
            if (value.unknown[i]) {
                text.replace(2 * i, 2, "xx");
            }
        }
        return text;
    }
    [[nodiscard]] const RegisterBytes& block() const { return block_; }

  private:
    const emulator::TargetDescription& description_;
    RegisterBytes block_;
};

TEST(ProcessRegisters, AreThoseOfThe64BitProgram) {
    const Shown shown(blocked_thread(), k64);
    EXPECT_EQ(shown.block().bytes.size(), process_description(k64).block_size());
    EXPECT_EQ(shown["rax"], "0077665544332211");
    EXPECT_EQ(shown["r15"], "0f77665544332211");
    EXPECT_EQ(shown["rip"], "0010400000000000");
    EXPECT_EQ(shown["eflags"], "46020000");
    EXPECT_EQ(shown["cs"], "33000000");
    EXPECT_EQ(shown["gs"], "63000000");
    EXPECT_EQ(shown["fs_base"], "00100000007f0000");
    EXPECT_EQ(shown["orig_rax"], "2300000000000000");
}

TEST(ProcessRegisters, Of32BitProgramsAreLowerHalves) {
    auto registers = blocked_thread();
    registers.orig_rax = ~std::uint64_t{0};
    const Shown shown(registers, k32);
    EXPECT_EQ(shown["eax"], "00776655");
    EXPECT_EQ(shown["ecx"], "02776655");
    EXPECT_EQ(shown["ebx"], "01776655");
    EXPECT_EQ(shown["edi"], "05776655");
    EXPECT_EQ(shown["ebp"], "06776655");
    EXPECT_EQ(shown["esp"], "07776655");
    EXPECT_EQ(shown["eip"], "00104000");
    EXPECT_EQ(shown["orig_eax"], "ffffffff");
}

TEST(ProcessRegisters, OfTheFloatingPointUnitComeFromTheArea) {
    auto registers = blocked_thread();
    registers.xsave = whole_area();
    const Shown shown(registers, k64);
    EXPECT_TRUE(shown.block().unknown.empty());
    EXPECT_EQ(shown["st3"], "0000000000000000003f");
    EXPECT_EQ(shown["fctrl"], "7f020000");
    EXPECT_EQ(shown["fioff"], "bc9a7856");
    EXPECT_EQ(shown["fiseg"], "34120000");
    EXPECT_EQ(shown["xmm15"].substr(0, 4), "4f00");
    EXPECT_EQ(shown["mxcsr"], "801f0000");
    EXPECT_EQ(shown["ymm15h"].substr(0, 4), "8f00");
    EXPECT_EQ(Shown(registers, k32)["ymm7h"].substr(0, 4), "8700");
}

TEST(ProcessRegisters, ThatNobodyTellsAreUnknown) {
    auto registers = blocked_thread();
    registers.orig_rax.reset();
    const Shown without_area(registers, k64);
    EXPECT_EQ(without_area["xmm0"], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    EXPECT_EQ(without_area["fctrl"], "xxxxxxxx");
    EXPECT_EQ(without_area["orig_rax"], "xxxxxxxxxxxxxxxx");
    EXPECT_EQ(without_area["rip"], "0010400000000000");
    registers.xsave = Bytes(512);  // FXSAVE's
    const Shown without_avx(registers, k64);
    EXPECT_EQ(without_avx["xmm0"], "00000000000000000000000000000000");
    EXPECT_EQ(without_avx["ymm0h"], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

TEST(ProcessRegisters, OfUserModeAreInNoSystemCall) {
    auto registers = blocked_thread();
    registers.orig_rax.reset();
    registers.source = osi::UserRegisters::Source::vcpu;
    EXPECT_EQ(Shown(registers, k64)["orig_rax"], "ffffffffffffffff");
}

struct WriteRow {
    ProgramKind kind;
    const char* name;
    const char* value;
    const char* name_written;
    const char* value_written;
};

class RegisterWrite : public testing::TestWithParam<WriteRow> {};

TEST_P(RegisterWrite, IsNamedAndWidened) {
    const auto& row = GetParam();
    const auto* info = process_description(row.kind).find(row.name);
    ASSERT_NE(info, nullptr);
    const auto write = user_register_write(*info, row.kind.compat, *decode_hex(row.value));
    ASSERT_TRUE(write) << write.error().detail;
    EXPECT_EQ(write->name, row.name_written);
    EXPECT_EQ(encode_hex(write->value), row.value_written);
}

INSTANTIATE_TEST_SUITE_P(All, RegisterWrite,
                         testing::Values(WriteRow{k64, "rax", "0102030405060708", "rax", "0102030405060708"},
                                         WriteRow{k64, "eflags", "46020000", "eflags", "46020000"},
                                         WriteRow{k32, "eax", "010203ff", "rax", "010203ff00000000"},
                                         WriteRow{k32, "ebp", "01020304", "rbp", "0102030400000000"},
                                         WriteRow{k32, "eip", "01020304", "rip", "0102030400000000"},
                                         WriteRow{k32, "orig_eax", "ffffffff", "orig_rax", "ffffffffffffffff"},
                                         WriteRow{k32, "orig_eax", "23000000", "orig_rax", "2300000000000000"},
                                         WriteRow{k32, "ds", "2b000000", "ds", "2b000000"},
                                         WriteRow{k32, "st1", "0102030405060708090a", "st1", "0102030405060708090a"}));

TEST(RegisterWrite, OfAnotherSizeIsRefused) {
    const auto* info = process_description(k64).find("rax");
    for (const std::size_t size : {std::size_t{0}, std::size_t{4}, std::size_t{9}}) {
        const auto write = user_register_write(*info, false, Bytes(size));
        ASSERT_FALSE(write) << size;
        EXPECT_EQ(write.error().code, Errc::bad_argument);
    }
}

}  // namespace
}  // namespace hvgdb::gdbserver
