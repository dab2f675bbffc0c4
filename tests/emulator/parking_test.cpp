// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/parking.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "tests/emulator/sites_support.hpp"

namespace hvgdb::emulator {
namespace {

using Action = Parking::Action;

constexpr std::uint64_t kSite = 0x401136;

class ParkingTest : public testing::Test {
  protected:
    SiteHandle add(SiteSpec where, Verdict verdict = Verdict::stop) {
        SiteHandle handle = registry_.add(where, {}, [this, verdict](VcpuContext&) {
            ++calls_;
            return verdict;
        });
        registry_.publish();
        return handle;
    }
    Action arrive(unsigned vcpu, std::uint64_t pc, std::uint64_t root = 0, std::uint64_t stack_pointer = 0) {
        ScriptedVcpu context(vcpu, pc, root, stack_pointer);
        return parking_.arrive(context, slots_at(registry_, pc));
    }
    void resume() { parking_.prepare_resume(registry_); }
    /// The server reported the stop of this vCPU and the client goes on from there.
    void resume_from(unsigned vcpu, std::uint64_t pc, std::uint64_t root = 0, std::uint64_t stack_pointer = 0) {
        parking_.pass_once(VcpuId{vcpu}, {VirtAddr{pc}, AddressSpace{root}, stack_pointer});
        resume();
    }

    SiteRegistry registry_;
    Parking parking_{4};
    int calls_ = 0;
};

struct AlwaysHalts : Halter {
    [[nodiscard]] bool wanted() const override { return wanted_; }
    [[nodiscard]] Reason reason(VcpuId) const override { return {}; }
    bool wanted_ = true;
};

class HaltTest : public ParkingTest {
  protected:
    Action halt(unsigned vcpu, std::uint64_t pc, std::uint64_t root = 0, std::uint64_t stack_pointer = 0) {
        ScriptedVcpu context(vcpu, pc, root, stack_pointer);
        return parking_.halt(context, halter_);
    }
    std::shared_ptr<AlwaysHalts> halter_ = std::make_shared<AlwaysHalts>();
};

TEST_F(HaltTest, StopsPassesOnceAndStopsAgain) {
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(halt(0, kSite), Action::park_first) << time;
        EXPECT_EQ(halt(0, kSite), Action::park);
        ASSERT_TRUE(parking_.parked(VcpuId{0}));
        EXPECT_EQ(parking_.parked(VcpuId{0})->halter, halter_);
        resume_from(0, kSite);
        EXPECT_FALSE(parking_.parked(VcpuId{0}));
        EXPECT_EQ(halt(0, kSite), Action::go_on) << time;
    }
}

/// The thread went on elsewhere, where nobody asked, and has a new reason to stop there.
TEST_F(HaltTest, DoesNotPassForAnotherReason) {
    EXPECT_EQ(halt(0, kSite), Action::park_first);
    resume_from(0, kSite);
    ScriptedVcpu context(1, kSite);
    EXPECT_EQ(parking_.halt(context, halter_, true), Action::park_first);
    resume_from(1, kSite);
    EXPECT_EQ(halt(1, kSite), Action::go_on);
    EXPECT_EQ(halt(1, kSite), Action::park_first) << "the old pass is gone";
}

TEST_F(HaltTest, PassesOnAnotherVcpuAndForOneThread) {
    EXPECT_EQ(halt(0, kSite, 0x1000, 0x7ff0), Action::park_first);
    resume_from(0, kSite, 0x1000, 0x7ff0);
    EXPECT_EQ(halt(0, kSite, 0x1000, 0x6ff0), Action::park_first);
    EXPECT_EQ(halt(1, kSite, 0x1000, 0x7ff0), Action::go_on);
    EXPECT_EQ(halt(1, kSite, 0x1000, 0x7ff0), Action::park_first);
}

TEST_F(HaltTest, SiteAtTheSameInstructionStopsBesides) {
    add({{kSite}, {}});
    for (int time = 0; time < 2; ++time) {
        EXPECT_EQ(arrive(0, kSite), Action::park_first) << time;
        resume_from(0, kSite);
        EXPECT_EQ(arrive(0, kSite), Action::go_on);
        EXPECT_EQ(halt(0, kSite), Action::park_first) << time;
        resume_from(0, kSite);
        EXPECT_EQ(arrive(0, kSite), Action::go_on) << "it has been told";
        EXPECT_EQ(halt(0, kSite), Action::go_on) << time;
    }
    EXPECT_EQ(calls_, 2);
}

TEST_F(HaltTest, NobodyStaysForOneWhoWantsItNoMore) {
    EXPECT_EQ(halt(0, kSite), Action::park_first);
    halter_->wanted_ = false;
    EXPECT_FALSE(parking_.parked(VcpuId{0}));
}

TEST_F(HaltTest, PassIsVoidWhenNobodyHaltsAnyMore) {
    EXPECT_EQ(halt(0, kSite), Action::park_first);
    parking_.pass_once(VcpuId{0}, {VirtAddr{kSite}, {}, 0});
    halter_->wanted_ = false;
    resume();  // the instruction runs unseen
    halter_->wanted_ = true;
    resume();
    EXPECT_EQ(halt(0, kSite), Action::park_first);
}

TEST_F(HaltTest, PassOfAStopForSomethingElseIsNone) {
    resume_from(0, kSite);
    EXPECT_EQ(halt(0, kSite), Action::park_first) << "nobody has heard of it yet";
}

TEST_F(HaltTest, InterruptedOneReportsAgain) {
    EXPECT_EQ(halt(0, kSite), Action::park_first);
    parking_.left_parked(VcpuId{0});
    resume();
    EXPECT_EQ(halt(0, kSite), Action::park_first);
}

TEST_F(ParkingTest, ParkedVcpuComesBackWithoutCallingAgain) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    EXPECT_EQ(arrive(0, kSite), Action::park);
    EXPECT_EQ(arrive(0, kSite), Action::park);
    EXPECT_EQ(calls_, 1);
    ASSERT_TRUE(parking_.parked(VcpuId{0}));
    EXPECT_EQ(parking_.parked(VcpuId{0})->pc, VirtAddr{kSite});
    EXPECT_FALSE(parking_.parked(VcpuId{1}));
}

TEST_F(ParkingTest, FirstArrivalAfterTheResumePassesAndTheNextStops) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    resume_from(0, kSite);
    EXPECT_EQ(arrive(0, kSite), Action::go_on);
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    EXPECT_EQ(calls_, 2);
}

TEST_F(ParkingTest, InstructionThatFaultsPassesUntilItIsDone) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    resume_from(0, kSite);
    for (int fault = 0; fault < 3; ++fault) {
        EXPECT_EQ(arrive(0, kSite), Action::go_on) << fault;
        parking_.restarted(VcpuId{0}, VirtAddr{kSite});
    }
    EXPECT_EQ(arrive(0, kSite), Action::go_on);
    parking_.restarted(VcpuId{0}, VirtAddr{kSite + 4});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
}

TEST_F(ParkingTest, InterruptBeforeTheNextTimeRoundIsNoRestart) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    resume_from(0, kSite);
    EXPECT_EQ(arrive(0, kSite), Action::go_on);
    parking_.restarted(VcpuId{0}, VirtAddr{kSite});
    ScriptedVcpu next_time(0, kSite);
    next_time.rbx = 1;
    EXPECT_EQ(parking_.arrive(next_time, slots_at(registry_, kSite)), Action::park_first);
}

TEST_F(ParkingTest, PassIsForOneThreadOnWhicheverVcpu) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite, 0x1000, 0x7ff0), Action::park_first);
    resume_from(0, kSite, 0x1000, 0x7ff0);
    EXPECT_EQ(arrive(0, kSite, 0x2000, 0x7ff0), Action::park_first) << "an interrupt brought another process first";
    EXPECT_EQ(arrive(2, kSite, 0x1000, 0x6ff0), Action::park_first) << "another thread of the same process";
    EXPECT_EQ(arrive(1, kSite, 0x1000, 0x7ff0), Action::go_on) << "and the guest went on with it elsewhere";
    EXPECT_EQ(arrive(3, kSite, 0x1000, 0x7ff0), Action::park_first);
}

TEST_F(ParkingTest, PassWaitsForItsThreadThroughOtherStops) {
    add({{kSite}, {}});
    resume_from(0, kSite);
    resume();
    EXPECT_EQ(arrive(0, kSite), Action::go_on) << "another vCPU stopped the machine before this one could run";
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
}

TEST_F(ParkingTest, PassIsVoidOnceItsSiteIsGone) {
    const SiteHandle handle = add({{kSite}, {}});
    resume_from(0, kSite);
    handle.disable();
    resume();  // the instruction runs unseen
    handle.enable();
    resume();
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
}

TEST_F(ParkingTest, UnreportedVcpuReportsAgainAfterTheResume) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite, 0, 0x100), Action::park_first);
    EXPECT_EQ(arrive(1, kSite, 0, 0x200), Action::park_first);
    resume_from(0, kSite, 0, 0x100);
    EXPECT_EQ(arrive(1, kSite, 0, 0x200), Action::park_first);
    EXPECT_EQ(arrive(0, kSite, 0, 0x100), Action::go_on);
    EXPECT_EQ(calls_, 2) << "the callback of a vCPU that never left ran again";
}

TEST_F(ParkingTest, ThreadThatAnInterruptTookAwayParksAgainWithoutAnotherCall) {
    add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite, 0x1000, 0x100), Action::park_first);
    parking_.left_parked(VcpuId{0});
    EXPECT_FALSE(parking_.parked(VcpuId{0}));
    resume();
    EXPECT_EQ(arrive(0, kSite, 0x1000, 0x200), Action::park_first) << "another thread is another arrival";
    EXPECT_EQ(arrive(1, kSite, 0x1000, 0x100), Action::park_first);
    EXPECT_EQ(calls_, 2);
    ASSERT_TRUE(parking_.parked(VcpuId{1}));
    EXPECT_EQ(arrive(2, kSite, 0x1000, 0x100), Action::park_first) << "once";
    EXPECT_EQ(calls_, 3);
}

TEST_F(ParkingTest, DisabledWhileParkedLetsGo) {
    const SiteHandle handle = add({{kSite}, {}});
    EXPECT_EQ(arrive(0, kSite), Action::park_first);
    handle.disable();
    EXPECT_FALSE(parking_.parked(VcpuId{0}));
    EXPECT_EQ(arrive(0, kSite), Action::go_on);
    handle.remove();
    resume();
    registry_.publish();
    registry_.forget_translations();
    EXPECT_FALSE(parking_.parked(VcpuId{0}));
}

TEST_F(ParkingTest, OtherSpacesAndMappingsGoOn) {
    add({{kSite}, AddressSpace{0x1000}});
    EXPECT_EQ(arrive(0, kSite, 0x2000), Action::go_on);
    EXPECT_EQ(arrive(0, kSite + 0x3000, 0x1000), Action::go_on) << "same page offset, another page";
    EXPECT_EQ(calls_, 0);
    EXPECT_EQ(arrive(0, kSite, 0x1000), Action::park_first);
}

TEST_F(ParkingTest, SeveralSitesOnOneInstructionAllRunAndOneStops) {
    add({{kSite}, {}}, Verdict::go_on);
    add({{kSite}, {}}, Verdict::stop);
    add({{kSite}, AddressSpace{0x1000}}, Verdict::go_on);
    EXPECT_EQ(arrive(0, kSite, 0x1000), Action::park_first);
    EXPECT_EQ(calls_, 3);
}

TEST_F(ParkingTest, VcpusInTheSameInstantLoseNothing) {
    constexpr int kArrivals = 20'000;
    std::atomic<int> counted{0};
    int unguarded = 0;  // one vCPU at a time runs a callback
    const SiteHandle handle = registry_.add({{kSite}, {}}, {}, [&](VcpuContext&) {
        ++unguarded;
        ++counted;
        return Verdict::go_on;
    });
    registry_.publish();
    std::vector<std::jthread> vcpus;
    for (unsigned vcpu = 0; vcpu < 4; ++vcpu) {
        vcpus.emplace_back([this, vcpu] {
            for (int arrival = 0; arrival < kArrivals; ++arrival) {
                (void)arrive(vcpu, kSite);
            }
        });
    }
    vcpus.clear();
    EXPECT_EQ(counted, 4 * kArrivals);
    EXPECT_EQ(unguarded, 4 * kArrivals);
    EXPECT_EQ(handle.hits(), 4U * kArrivals);
}

}  // namespace
}  // namespace hvgdb::emulator
