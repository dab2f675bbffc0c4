// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/x86_xsave_write.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "emulator/hex.hpp"
#include "osi/x86_xsave.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kCompacted = std::uint64_t{1} << 63;
constexpr std::size_t kWithAvx = 832;

/// Whose every byte is nonsense but for the header.
Bytes area(std::uint64_t present, std::uint64_t layout, std::size_t size = kWithAvx) {
    Bytes bytes(size, std::byte{0xee});
    if (size >= X86Xsave::kHeaderEnd) {
        std::ranges::copy(store_little_endian(present, 8), bytes.begin() + 512);
        std::ranges::copy(store_little_endian(layout, 8), bytes.begin() + 520);
    }
    return bytes;
}

std::string written(std::span<std::byte> bytes, std::string_view name, std::string_view value, bool avx = false) {
    const auto done = write_xsave_register(bytes, name, *decode_hex(value), avx);
    return done ? "" : done.error().detail;
}

const std::string kVector = "000102030405060708090a0b0c0d0e0f";

TEST(XsaveWrite, ChangesOneRegister) {
    Bytes bytes = area(7, 0);
    const Bytes before = bytes;
    EXPECT_EQ(written(bytes, "xmm5", kVector), "");
    const X86Xsave view(bytes);
    EXPECT_EQ(view.xmm(5)->back(), std::byte{0x0f});
    std::fill_n(bytes.begin() + std::ptrdiff_t{160 + 80}, 16, std::byte{0xee});
    EXPECT_EQ(bytes, before);
}

TEST(XsaveWrite, PutsEachWhereItIsRead) {
    Bytes bytes = area(7, 0);
    EXPECT_EQ(written(bytes, "st7", "0102030405060708090a"), "");
    EXPECT_EQ(written(bytes, "ymm15h", kVector), "");
    EXPECT_EQ(written(bytes, "mxcsr", "a01f0000"), "");
    EXPECT_EQ(written(bytes, "fctrl", "7f020000"), "");
    EXPECT_EQ(written(bytes, "fstat", "00380000"), "");
    EXPECT_EQ(written(bytes, "fiseg", "34120000"), "");
    EXPECT_EQ(written(bytes, "fioff", "78563412"), "");
    EXPECT_EQ(written(bytes, "fop", "11010000"), "");
    const X86Xsave view(bytes);
    EXPECT_EQ(view.st(7)->back(), std::byte{0x0a});
    EXPECT_EQ(view.ymm_high(15)->back(), std::byte{0x0f});
    EXPECT_EQ(view.mxcsr(), 0x1fa0U);
    EXPECT_EQ(view.x87()->control, 0x27f);
    EXPECT_EQ(view.x87()->status, 0x3800);
    EXPECT_EQ(view.x87()->instruction & 0xffff'ffff'ffff, 0x1234'1234'5678U);
    EXPECT_EQ(view.x87()->opcode, 0x111);
}

TEST(XsaveWrite, OfTagsKeepsWhichAreEmpty) {
    Bytes bytes = area(7, 0);
    EXPECT_EQ(written(bytes, "ftag", "3fff0000"), "");  // all empty but physical 3
    EXPECT_EQ(bytes[4], std::byte{0x08});
}

TEST(XsaveWrite, StartsFromTheInitialState) {
    for (const std::uint64_t layout : {std::uint64_t{0}, kCompacted | 7}) {
        Bytes bytes = area(0, layout);
        EXPECT_EQ(written(bytes, "xmm1", kVector), "");
        EXPECT_EQ(written(bytes, "st0", "0102030405060708090a"), "");
        EXPECT_EQ(written(bytes, "ymm1h", kVector, true), "");
        EXPECT_EQ(load_little_endian(std::span(bytes).subspan(512, 8)), 7U);
        const X86Xsave view(bytes);
        EXPECT_EQ(view.xmm(2), X86Xsave::Vector{});
        EXPECT_EQ(view.st(1), X86Xsave::Float80{});
        EXPECT_EQ(view.ymm_high(0), X86Xsave::Vector{});
        EXPECT_EQ(view.x87()->control, 0x37f);
        EXPECT_EQ(view.x87()->tags, 0xffff);
        EXPECT_EQ(view.mxcsr(), layout == 0 ? 0xeeee'eeeeU : 0x1f80U) << "SSE's own in the compacted format only";
    }
}

TEST(XsaveWrite, IsRefused) {
    const struct {
        const char* why;
        Bytes area;
        const char* name;
        std::string value;
        Errc code;
    } rows[] = {
        {"reserved bits", area(7, 0), "mxcsr", "00000100", Errc::bad_argument},
        {"too long", area(7, 0), "xmm0", kVector + "00", Errc::bad_argument},
        {"too short", area(7, 0), "st0", "00", Errc::bad_argument},
        {"no such register", area(7, 0), "xmm16", kVector, Errc::not_found},
        {"no such register", area(7, 0), "st8", "0102030405060708090a", Errc::not_found},
        {"no such register", area(7, 0), "ymm3", kVector, Errc::not_found},
        {"no such register", area(7, 0), "rax", "0000000000000000", Errc::not_found},
        {"no place", area(0, 0, 512), "ymm0h", kVector, Errc::unsupported},
        {"no place", area(0, 0, 100), "xmm0", kVector, Errc::unsupported},
        {"not placed", area(0, kCompacted | 3), "ymm0h", kVector, Errc::unsupported},
        {"not known to be enabled", area(3, 0), "ymm0h", kVector, Errc::unsupported},
    };
    for (const auto& row : rows) {
        Bytes bytes = row.area;
        const auto done = write_xsave_register(bytes, row.name, *decode_hex(row.value), false);
        ASSERT_FALSE(done) << row.why << " " << row.name;
        EXPECT_EQ(done.error().code, row.code) << row.why << " " << row.name;
        EXPECT_EQ(bytes, row.area);
    }
}

TEST(XsaveWrite, MakesAnAreaOfAVcpusRegisters) {
    test::FakeMachine machine;
    machine.set_register(VcpuId{0}, "fctrl", 0x27f);
    machine.set_register(VcpuId{0}, "mxcsr", 0x1fa0);
    machine.set_register(VcpuId{0}, "xmm9", 0x1234);
    machine.set_register(VcpuId{0}, "st2", 0x5678);
    const auto block = machine.read_registers(VcpuId{0});
    ASSERT_TRUE(block);
    const auto bytes = fxsave_area(machine.description(), *block);
    const X86Xsave view(bytes);
    EXPECT_EQ(view.x87()->control, 0x27f);
    EXPECT_EQ(view.mxcsr(), 0x1fa0U);
    EXPECT_EQ(view.xmm(9)->front(), std::byte{0x34});
    EXPECT_EQ(view.st(2)->front(), std::byte{0x78});
    EXPECT_EQ(view.ymm_high(0), std::nullopt);
    EXPECT_TRUE(fxsave_area(machine.description(), std::span(*block).first(10)).empty());
}

}  // namespace
}  // namespace hvgdb::osi
