// SPDX-License-Identifier: GPL-2.0-or-later
// vCPU threads that arrive, park and are paused as QEMU's are, against one server thread. Meant for the thread
// sanitizer.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "emulator/parking.hpp"
#include "tests/emulator/sites_support.hpp"

namespace hvgdb::emulator {
namespace {

constexpr unsigned kVcpus = 4;
constexpr std::uint64_t kSite = 0x401136;
constexpr std::chrono::seconds kLimit{30};

/// vCPU threads that each execute one instruction `executions` times. Pausing holds them between two instructions.
class ThreadedMachine {
  public:
    ThreadedMachine(SiteRegistry& registry, Parking& parking, int executions)
        : registry_(registry), parking_(parking), executions_(executions) {
        for (unsigned vcpu = 0; vcpu < kVcpus; ++vcpu) {
            threads_.emplace_back([this, vcpu] { execute(vcpu); });
        }
    }

    void pause() {
        std::unique_lock lock(mutex_);
        paused_ = true;
        held_or_done_.wait(lock, [this] { return held_ + done_ == kVcpus; });
    }
    void resume() {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
        parked_ = false;
        go_.notify_all();
    }
    /// False when every vCPU has ended; fails the test when neither comes.
    bool wait_for_parked() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(held_or_done_.wait_for(lock, kLimit, [this] { return parked_ || done_ == kVcpus; }));
        return parked_;
    }

  private:
    void execute(unsigned vcpu) {
        for (int done = 0; done < executions_;) {
            hold_while_paused();
            ScriptedVcpu context(vcpu, kSite, 0, vcpu);
            const auto action = parking_.arrive(context, slots_at(registry_, kSite));
            if (action == Parking::Action::park_first) {
                const std::scoped_lock lock(mutex_);
                parked_ = true;
                held_or_done_.notify_all();
            }
            done += action == Parking::Action::go_on ? 1 : 0;
        }
        const std::scoped_lock lock(mutex_);
        ++done_;
        held_or_done_.notify_all();
    }
    void hold_while_paused() {
        std::unique_lock lock(mutex_);
        if (paused_) {
            ++held_;
            held_or_done_.notify_all();
            go_.wait(lock, [this] { return !paused_; });
            --held_;
        }
    }

    SiteRegistry& registry_;
    Parking& parking_;
    int executions_;
    std::mutex mutex_;
    std::condition_variable held_or_done_, go_;
    bool paused_ = false;
    bool parked_ = false;
    unsigned held_ = 0;
    unsigned done_ = 0;
    std::vector<std::jthread> threads_;
};

/// What a debugger does: report the first parked vCPU and let it pass, again and again.
unsigned report_all(ThreadedMachine& machine, Parking& parking, const SiteRegistry& registry,
                    const std::function<void(unsigned)>& while_paused) {
    unsigned reported = 0;
    while (machine.wait_for_parked()) {
        machine.pause();
        for (unsigned vcpu = 0; vcpu < kVcpus; ++vcpu) {
            if (parking.parked(VcpuId{vcpu})) {
                ++reported;
                parking.pass_once(VcpuId{vcpu}, {VirtAddr{kSite}, AddressSpace{}, vcpu});
                break;
            }
        }
        while_paused(reported);
        parking.prepare_resume(registry);
        machine.resume();
    }
    return reported;
}

TEST(ParkingThreads, EveryExecutionOfEveryVcpuIsReportedOnce) {
    constexpr int kExecutions = 300;
    SiteRegistry registry;
    Parking parking(kVcpus);
    const SiteHandle handle = registry.add({{kSite}, {}}, {}, [](VcpuContext&) { return Verdict::stop; });
    registry.publish();
    ThreadedMachine machine(registry, parking, kExecutions);
    EXPECT_EQ(report_all(machine, parking, registry, [](unsigned) {}), kVcpus * kExecutions);
    EXPECT_EQ(handle.hits(), kVcpus * kExecutions);
}

TEST(ParkingThreads, SitesComeAndGoMeanwhile) {
    constexpr int kExecutions = 2000;
    SiteRegistry registry;
    Parking parking(kVcpus);
    std::vector<SiteHandle> handles{registry.add({{kSite}, {}}, {}, [](VcpuContext&) { return Verdict::stop; })};
    registry.publish();
    ThreadedMachine machine(registry, parking, kExecutions);
    std::jthread meddler([&handles, first = handles.front()](const std::stop_token& ended) {
        while (!ended.stop_requested()) {
            first.disable();
            std::this_thread::yield();
            first.enable();
        }
    });
    const unsigned reported = report_all(machine, parking, registry, [&](unsigned count) {
        if (count % 3 == 0) {
            handles.push_back(registry.add({{kSite}, {}}, {}, [](VcpuContext&) { return Verdict::go_on_and_disable; }));
        } else if (count % 5 == 0 && handles.size() > 1) {
            handles.back().remove();
            handles.pop_back();
        }
        registry.publish();
        registry.forget_translations();
    });
    EXPECT_LE(reported, kVcpus * kExecutions);
    EXPECT_GE(handles.front().hits(), reported);
}

}  // namespace
}  // namespace hvgdb::emulator
