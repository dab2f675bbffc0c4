// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/vcpu_pairing.hpp"

#include <gtest/gtest.h>

#include "tests/osi/counting_machine.hpp"
#include "tests/osi/fake_cpus.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kKernel = 0x10;
constexpr std::uint64_t kUser = 0x33;

class Pairing : public testing::Test {
  protected:
    void set(unsigned vcpu, std::uint64_t cs, std::uint64_t gs_base, std::uint64_t k_gs_base) {
        machine_.set_register(VcpuId{vcpu}, "cs", cs);
        machine_.set_register(VcpuId{vcpu}, "gs_base", gs_base);
        machine_.set_register(VcpuId{vcpu}, "k_gs_base", k_gs_base);
    }
    std::optional<unsigned> cpu_of(unsigned vcpu) { return pairing_.cpu_of(machine_, VcpuId{vcpu}, cpus_); }

    FakeCpus kernel_;
    PerCpu cpus_{kernel_.kernel(), kernel_.symbols};
    CountingMachine machine_;
    VcpuPairing pairing_;
};

TEST_F(Pairing, IsFoundOnceAndCostsNoRegisterFromThenOn) {
    set(0, kKernel, kCpuBases[1], 0);
    set(1, kUser, 0x1234, kCpuBases[0]);
    EXPECT_EQ(cpu_of(0), 1U);
    EXPECT_EQ(cpu_of(1), 0U);
    EXPECT_EQ(machine_.reads, 2U);
    for (int stop = 0; stop < 3; ++stop) {
        ASSERT_TRUE(machine_.resume({}));
        EXPECT_EQ(cpu_of(0), 1U) << "also while the guest runs";
        machine_.deliver({});
        set(0, kUser, 0, 0);
        EXPECT_EQ(cpu_of(0), 1U);
        EXPECT_EQ(cpu_of(1), 0U);
    }
    EXPECT_EQ(machine_.reads, 2U);
}

TEST_F(Pairing, IsNotRememberedWhileAProgramMayHaveForgedIt) {
    // Between SYSCALL and SWAPGS: gs_base is what the program says.
    set(0, kKernel, kCpuBases[1], kCpuBases[0]);
    (void)cpu_of(0);
    set(0, kUser, kCpuBases[1], kCpuBases[0]);
    EXPECT_EQ(cpu_of(0), 0U);
    EXPECT_EQ(machine_.reads, 2U);
    set(1, kKernel, 0x1234, kCpuBases[1]);  // before SWAPGS too
    EXPECT_EQ(cpu_of(1), 1U);
    set(1, kUser, 0x1234, 0x5678);
    EXPECT_EQ(cpu_of(1), std::nullopt) << "it was not remembered";
}

TEST_F(Pairing, IsNotKnownOfVcpusThatLinuxDoesNotHave) {
    set(0, kKernel, 0, 0);
    EXPECT_EQ(cpu_of(0), std::nullopt);
    EXPECT_EQ(cpu_of(7), std::nullopt);
    ASSERT_TRUE(machine_.resume({}));
    EXPECT_EQ(cpu_of(0), std::nullopt);
}

}  // namespace
}  // namespace hvgdb::osi
