// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/running_kernel.hpp"

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/osi/locatable_kernel.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::osi {
namespace {

constexpr std::uint64_t kPagingOn = 0x80000001;
constexpr std::uint64_t kPae = 0x20;
constexpr std::uint64_t kLongMode = 0xd00;  // active, enabled, and no-execute pages

class NoMemory final : public emulator::PhysicalMemory {
  public:
    [[nodiscard]] std::size_t read(PhysAddr, std::span<std::byte>) const override { return 0; }
};

void turn_paging_on(test::FakeMachine& machine, AddressSpace root) {
    for (const VcpuId vcpu : {VcpuId{0}, VcpuId{1}}) {
        machine.set_register(vcpu, "cr0", kPagingOn);
        machine.set_register(vcpu, "cr3", root.root);
        machine.set_register(vcpu, "cr4", kPae);
        machine.set_register(vcpu, "efer", kLongMode);
    }
}

struct Guest {
    Guest() { turn_paging_on(machine, AddressSpace{0x1000}); }
    test::FakeMachine machine;
    NoMemory memory;
    RunningKernel kernel{machine, memory, {}, {}};
};

/// With a kernel in it.
struct LinuxGuest {
    LinuxGuest() { turn_paging_on(machine, LocatableKernel::kRoot); }
    void run_a_moment() {
        EXPECT_TRUE(machine.resume({}));
        machine.deliver({});
    }
    test::FakeMachine machine;
    LocatableKernel in_memory;
    unsigned found = 0;
    RunningKernel kernel{machine, in_memory.memory, {}, [this](const LocatedKernel&, const X86Paging&) { ++found; }};
};

TEST(RunningKernel, IsNotLookedForWhileTheGuestRuns) {
    Guest guest;
    guest.machine.start();
    const auto found = guest.kernel.get();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::running);
}

TEST(RunningKernel, IsNotThereYetBeforePagingIsOn) {
    Guest guest;
    for (const VcpuId vcpu : {VcpuId{0}, VcpuId{1}}) {
        guest.machine.set_register(vcpu, "cr0", 0);
    }
    const auto found = guest.kernel.get();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::unsupported);
    EXPECT_EQ(found.error().detail, "no kernel yet: paging is off");
}

TEST(RunningKernel, IsLookedForOnEveryVcpu) {
    Guest guest;
    guest.machine.set_register(VcpuId{0}, "cr0", 0);  // the other one is further
    const auto found = guest.kernel.get();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::unsupported);
    EXPECT_THAT(found.error().detail, testing::StartsWith("no kernel yet: "));
    EXPECT_THAT(found.error().detail, testing::Not(testing::HasSubstr("paging is off")));
}

TEST(RunningKernel, IsFoundOnce) {
    LinuxGuest guest;
    for (int stop = 0; stop < 3; ++stop) {
        const auto view = guest.kernel.get();
        ASSERT_TRUE(view) << view.error().detail;
        EXPECT_EQ((*view)->kernel().banner, LocatableKernel::kBanner);
        guest.run_a_moment();
    }
    EXPECT_EQ(guest.found, 1U);
    EXPECT_EQ(guest.kernel.changes(), 1U);
}

TEST(RunningKernel, IsTrustedForAMomentWithoutAskingAVcpu) {
    LinuxGuest guest;
    RunningKernel trusting{guest.machine, guest.in_memory.memory, {}, {}, std::chrono::hours(1)};
    ASSERT_TRUE(trusting.get());
    guest.run_a_moment();
    turn_paging_on(guest.machine, AddressSpace{0x100000});
    EXPECT_TRUE(trusting.get()) << "no register was to be read";
    guest.run_a_moment();
    guest.in_memory.memory.put(LocatableKernel::at(KallsymsImage::kBanner), as_bytes("nothing"));
    EXPECT_FALSE(trusting.get()) << "its memory is not as it was";
}

TEST(RunningKernel, IsRememberedWhileTheGuestRuns) {
    LinuxGuest guest;
    ASSERT_TRUE(guest.kernel.get());
    EXPECT_TRUE(guest.machine.resume({}));
    EXPECT_TRUE(guest.kernel.get());
}

TEST(RunningKernel, IsGoneAfterARestartAndFoundAgainLater) {
    LinuxGuest guest;
    ASSERT_TRUE(guest.kernel.get());
    guest.run_a_moment();
    turn_paging_on(guest.machine, AddressSpace{0x100000});
    const auto gone = guest.kernel.get();
    ASSERT_FALSE(gone);
    EXPECT_THAT(gone.error().detail, testing::StartsWith("no kernel yet: "));
    guest.run_a_moment();
    turn_paging_on(guest.machine, LocatableKernel::kRoot);
    EXPECT_TRUE(guest.kernel.get());
    EXPECT_EQ(guest.found, 2U);
}

TEST(RunningKernel, IsLookedForAnewWhenAnotherIsInItsPlace) {
    LinuxGuest guest;
    ASSERT_TRUE(guest.kernel.get());
    guest.run_a_moment();
    guest.in_memory.memory.put(LocatableKernel::at(KallsymsImage::kBanner + 14), as_bytes("7"));
    const auto view = guest.kernel.get();
    ASSERT_TRUE(view) << view.error().detail;
    EXPECT_EQ(release_in((*view)->kernel().banner), "7.1.0");
    EXPECT_EQ(guest.found, 2U);
}

}  // namespace
}  // namespace hvgdb::osi
