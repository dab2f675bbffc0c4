// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/arch.hpp"

#include <gtest/gtest.h>
#include <ostream>
#include <vector>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::emulator {
namespace {

struct Cr3Row {
    std::vector<std::uint8_t> bytes;
    std::optional<unsigned> source;
    friend void PrintTo(const Cr3Row& row, std::ostream* out) { *out << testing::PrintToString(row.bytes); }
};

class Cr3Source : public testing::TestWithParam<Cr3Row> {};

TEST_P(Cr3Source, IsDecoded) {
    EXPECT_EQ(x86_cr3_source(GetParam().bytes), GetParam().source);
}

INSTANTIATE_TEST_SUITE_P(Table, Cr3Source,
                         testing::Values(Cr3Row{{0x0f, 0x22, 0xd8}, 0},                   // mov cr3, rax
                                         Cr3Row{{0x0f, 0x22, 0xdf}, 7},                   // mov cr3, rdi
                                         Cr3Row{{0x41, 0x0f, 0x22, 0xdc}, 12},            // mov cr3, r12
                                         Cr3Row{{0x48, 0x0f, 0x22, 0xd8}, 0},             // a useless REX.W
                                         Cr3Row{{0x66, 0x0f, 0x22, 0xd9}, 1},             // a useless prefix
                                         Cr3Row{{0x0f, 0x22, 0xe0}, std::nullopt},        // mov cr4, rax
                                         Cr3Row{{0x44, 0x0f, 0x22, 0xd8}, std::nullopt},  // cr11
                                         Cr3Row{{0x0f, 0x20, 0xd8}, std::nullopt},        // mov rax, cr3
                                         Cr3Row{{0x0f, 0x22}, std::nullopt}, Cr3Row{{}, std::nullopt},
                                         Cr3Row{{0x66, 0x66, 0x66}, std::nullopt}));

TEST(X86ChangesTranslation, OnlyWhatMayChangeTheTlb) {
    using Bytes = std::vector<std::uint8_t>;
    for (const Bytes& changing : {
             Bytes{0x0f, 0x22, 0xd8},                           // mov cr3, rax
             Bytes{0x41, 0x0f, 0x22, 0xc4},                     // mov cr0, r12
             Bytes{0x0f, 0x30},                                 // wrmsr
             Bytes{0x0f, 0x01, 0x3f},                           // invlpg [rdi]
             Bytes{0x66, 0x0f, 0x38, 0x82, 0x04, 0x24},         // invpcid rax, [rsp]
             Bytes{0x0f, 0x01, 0xf0},                           // lmsw ax
             Bytes{0x0f, 0x01, 0x30},                           // lmsw [rax]
             Bytes{0x0f, 0x01, 0xd8}, Bytes{0x0f, 0x01, 0xdf},  // vmrun, invlpga
             Bytes{0x0f, 0xaa},                                 // rsm
         }) {
        EXPECT_TRUE(x86_changes_translation(changing)) << testing::PrintToString(changing);
    }
    for (const Bytes& other : {
             Bytes{0x0f, 0x20, 0xd8},  // mov rax, cr3
             Bytes{0x0f, 0x01, 0xf8},
             Bytes{0x0f, 0x01, 0xf9},  // swapgs, rdtscp
             Bytes{0x0f, 0x01, 0x14, 0x24},
             Bytes{0x0f, 0x01, 0xca},  // lgdt [rsp], clac
             Bytes{0x0f, 0x32},
             Bytes{0x0f, 0x38, 0x00, 0xc1},
             Bytes{0x30},  // rdmsr, pshufb, xor
             Bytes{0x0f},
             Bytes{0x48, 0x0f},
             Bytes{0x66},
             Bytes{},
         }) {
        EXPECT_FALSE(x86_changes_translation(other)) << testing::PrintToString(other);
    }
}

TEST(X86IsRepeated, OnlyStringInstructionsWithAPrefix) {
    using Bytes = std::vector<std::uint8_t>;
    for (const Bytes& repeated :
         {Bytes{0xf3, 0xa4}, Bytes{0xf3, 0x48, 0xab}, Bytes{0xf2, 0xae}, Bytes{0x66, 0xf3, 0xa5}}) {
        EXPECT_TRUE(x86_is_repeated(repeated)) << testing::PrintToString(repeated);
    }
    for (const Bytes& other : {Bytes{0xa4}, Bytes{0xf3, 0x0f, 0x1e, 0xfa}, Bytes{0xf3, 0x90}, Bytes{0xf3}, Bytes{}}) {
        EXPECT_FALSE(x86_is_repeated(other)) << testing::PrintToString(other);
    }
}

TEST(Arch, IsFoundByBothNames) {
    ASSERT_NE(find_arch("i386:x86-64"), nullptr);
    EXPECT_EQ(find_arch("i386:x86-64"), find_arch_of_qemu("x86_64"));
    EXPECT_EQ(find_arch("i386:x86-64")->program_counter, "rip");
    EXPECT_EQ(find_arch_of_qemu("x86"), nullptr);
    EXPECT_EQ(find_arch("vax"), nullptr);
    EXPECT_EQ(find_arch(""), nullptr);
}

TEST(Arch, IsFoundByHowItsNameBegins) {
    EXPECT_EQ(find_arch("i386:x86-64:intel"), find_arch("i386:x86-64"));
    EXPECT_EQ(find_arch("i386:intel"), find_arch_of_qemu("i386"));
    EXPECT_EQ(find_arch("armv7"), find_arch_of_qemu("arm"));
    EXPECT_EQ(find_arch("riscv:rv32")->frame_pointer, "fp");
    EXPECT_EQ(find_arch("i38"), nullptr);
}

TEST(ReadNumber, IsARegistersLowEightBytes) {
    test::FakeMachine machine;
    machine.set_register(VcpuId{1}, "rip", 0xffff'ffff'8100'0000);
    const auto* counter = machine.description().program_counter();
    EXPECT_EQ(read_number(machine, VcpuId{1}, counter).value_or(0), 0xffff'ffff'8100'0000u);
    const auto missing = read_number(machine, VcpuId{1}, nullptr);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    machine.start();
    const auto running = read_number(machine, VcpuId{1}, counter);
    ASSERT_FALSE(running);
    EXPECT_EQ(running.error().code, Errc::running);
}

}  // namespace
}  // namespace hvgdb::emulator
