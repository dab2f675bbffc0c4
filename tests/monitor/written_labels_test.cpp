// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/written_labels.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/monitor/taint_fixture.hpp"

namespace hvgdb::monitor {
namespace {

using emulator::taint::find_register;
using emulator::taint::kNoLabels;

/// Every register of vCPU 0 and 1 has label 7, and so have the mapped pages' ends and beginnings.
class WrittenLabelsTest : public testing::Test, protected TaintFixture {
  protected:
    WrittenLabelsTest() {
        const auto label = engine.labels().single(7);
        for (unsigned vcpu = 0; vcpu < engine.vcpu_count(); ++vcpu) {
            for (const auto& info : machine.description().registers()) {
                if (const auto range = find_register(info.name)) {
                    engine.vcpu(VcpuId{vcpu}).registers().set(*range, label);
                }
            }
            engine.vcpu(VcpuId{vcpu}).registers().set(*find_register("ymm3"), label);
        }
        engine.memory().fill({0x9000}, 0x1000, label);
        engine.memory().fill({0x3'0000}, 0x1000, label);
        machine.memory().map(0x5000, 0x2000);
        machine.physical().map(0x9000, 0x1000);
        machine.set_write_observer(&observer_);
    }
    [[nodiscard]] std::size_t clean_bytes(const std::string& name, unsigned vcpu = 0) {
        const auto sets = engine.vcpu(VcpuId{vcpu}).registers().get(*find_register(name));
        return static_cast<std::size_t>(std::ranges::count(sets, kNoLabels));
    }
    /// "first..last" of what is clean among the labelled bytes from `address` on.
    [[nodiscard]] std::string clean_in(std::uint64_t address) {
        std::string text;
        for (std::uint64_t at = 0; at < 0x1000; ++at) {
            if (engine.memory().get(PhysAddr{address + at}) == kNoLabels) {
                text += (text.empty() ? "" : " ") + hex_number(at);
            }
        }
        return text;
    }
    [[nodiscard]] unsigned number(const std::string& name) const { return machine.description().find(name)->number; }

  private:
    WrittenLabels observer_{machine, engine};
};

TEST_F(WrittenLabelsTest, OfARegisterGoAndNoOthers) {
    ASSERT_TRUE(machine.write_register(VcpuId{0}, number("rbx"), Bytes(8)));
    ASSERT_TRUE(machine.write_register(VcpuId{0}, number("eflags"), Bytes(4)));
    ASSERT_TRUE(machine.write_register(VcpuId{0}, number("xmm3"), Bytes(16)));
    ASSERT_TRUE(machine.write_register(VcpuId{0}, number("rip"), Bytes(8)));
    EXPECT_EQ(clean_bytes("rbx"), 8U);
    EXPECT_EQ(clean_bytes("eflags"), 3U);
    EXPECT_EQ(clean_bytes("ymm3"), 16U) << "its upper half was not written";
    EXPECT_EQ(clean_bytes("rax"), 0U);
    EXPECT_EQ(clean_bytes("rcx"), 0U);
    EXPECT_EQ(clean_bytes("rbx", 1), 0U);
    EXPECT_EQ(clean_in(0x9000), "");
}

TEST_F(WrittenLabelsTest, OfABlockGoWhereItChangedSomething) {
    auto block = *machine.read_registers(VcpuId{1});
    const auto* const rdx = machine.description().find("rdx");
    block[rdx->offset + 2] ^= std::byte{1};
    ASSERT_TRUE(machine.write_registers(VcpuId{1}, block));
    EXPECT_EQ(clean_bytes("rdx", 1), 8U);
    EXPECT_EQ(clean_bytes("rdx", 0), 0U);
    for (const char* const name : {"rax", "rbx", "r15", "eflags", "ymm3"}) {
        EXPECT_EQ(clean_bytes(name, 1), 0U) << name;
    }
}

TEST_F(WrittenLabelsTest, OfMemoryGoByTheVcpusPageTables) {
    ASSERT_TRUE(machine.write_memory(VcpuId{0}, {0x5ffe}, Bytes(5)));
    EXPECT_EQ(clean_in(0x9000), "ffe fff");
    EXPECT_EQ(clean_in(0x3'0000), "0 1 2");
}

TEST_F(WrittenLabelsTest, UpToAMissingPage) {
    machine.memory().map(0x7000, 0x1000);
    ASSERT_TRUE(machine.write_memory(VcpuId{0}, {0x6fff}, Bytes(5)));
    EXPECT_EQ(clean_in(0x3'0000), "fff");
    EXPECT_EQ(clean_in(0x9000), "");
}

TEST_F(WrittenLabelsTest, OfPhysicalMemoryGo) {
    ASSERT_TRUE(machine.write_physical({0x9010}, Bytes(2)));
    EXPECT_FALSE(machine.write_physical({0x70'0000}, Bytes(2)));
    EXPECT_EQ(clean_in(0x9000), "10 11");
}

TEST_F(WrittenLabelsTest, StayWhereAByteIsPutBack) {
    ASSERT_TRUE(machine.rewrite_byte(VcpuId{0}, VirtAddr{0x5010}));
    ASSERT_TRUE(machine.rewrite_byte(PhysAddr{0x9020}));
    EXPECT_FALSE(machine.rewrite_byte(PhysAddr{0x70'0000}));
    EXPECT_EQ(clean_in(0x9000), "");
    ASSERT_TRUE(machine.write_physical({0x9020}, Bytes(1)));
    EXPECT_EQ(clean_in(0x9000), "20") << "later writes are told again";
}

TEST_F(WrittenLabelsTest, StayWithoutPageTables) {
    machine.set_register(VcpuId{0}, "efer", 0);
    machine.set_register(VcpuId{0}, "cr4", 0);
    ASSERT_TRUE(machine.write_memory(VcpuId{0}, {0x5010}, Bytes(1)));
    EXPECT_EQ(clean_in(0x9000), "");
}

}  // namespace
}  // namespace hvgdb::monitor
