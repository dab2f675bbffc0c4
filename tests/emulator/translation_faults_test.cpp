// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/translation_faults.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace hvgdb::emulator {
namespace {

constexpr unsigned kVcpus = 2;

/// A thread of QEMU's, on which vCPUs run.
class VcpuThread {
  public:
    VcpuThread() = default;
    VcpuThread(const VcpuThread&) = delete;
    VcpuThread& operator=(const VcpuThread&) = delete;
    ~VcpuThread() { run({}); }

    /// Returns when it is done; an empty job ends the thread.
    void run(std::function<void()> job) {
        job_ = std::move(job);
        given_.release();
        done_.acquire();
    }

  private:
    void work() {
        for (bool goes_on = true; goes_on;) {
            given_.acquire();
            goes_on = static_cast<bool>(job_);
            if (goes_on) {
                job_();
            }
            done_.release();
        }
    }

    std::function<void()> job_;
    std::binary_semaphore given_{0};
    std::binary_semaphore done_{0};
    std::jthread thread_{[this] { work(); }};
};

struct Step {
    unsigned thread = 0;
    std::optional<unsigned> faults;  ///< this vCPU; nothing: a block is translated
    bool open_then = false;
};

TEST(TranslationFaults, LastUntilTheirThreadTranslates) {
    constexpr auto kTranslates = std::nullopt;
    const struct {
        const char* name;
        std::vector<Step> steps;
    } rows[] = {
        {"no fault", {{0, kTranslates, false}}},
        {"one", {{0, 0, true}, {0, kTranslates, false}, {0, kTranslates, false}}},
        {"another one later", {{0, 0, true}, {0, kTranslates, false}, {0, 0, true}, {0, kTranslates, false}}},
        {"two of one vCPU", {{0, 0, true}, {0, 0, true}, {0, kTranslates, false}}},
        {"vCPUs in turn on one thread", {{0, 0, true}, {0, 1, true}, {0, kTranslates, false}}},
        {"threads one after the other", {{0, 0, true}, {0, kTranslates, false}, {1, 1, true}, {1, kTranslates, false}}},
        {"another thread translates", {{0, 0, true}, {1, kTranslates, true}, {0, kTranslates, false}}},
        {"on both threads", {{0, 0, true}, {1, 1, true}, {0, kTranslates, true}, {1, kTranslates, false}}},
        {"the second one first", {{0, 0, true}, {1, 1, true}, {1, kTranslates, true}, {0, kTranslates, false}}},
        {"a vCPU changes its thread", {{0, 0, true}, {1, 0, true}, {0, kTranslates, true}, {1, kTranslates, false}}},
        {"a vCPU that nobody knows", {{0, kVcpus, false}, {0, 0, true}, {0, kTranslates, false}}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        TranslationFaults faults(kVcpus);
        std::array<VcpuThread, 2> threads;
        EXPECT_FALSE(faults.any_open());
        for (std::size_t number = 0; const Step& step : row.steps) {
            threads.at(step.thread).run([&] {
                step.faults ? faults.exception(VcpuId{*step.faults}) : faults.translated();
            });
            EXPECT_EQ(faults.any_open(), step.open_then) << "after step " << number;
            ++number;
        }
    }
}

/// Meant for the thread sanitizer, too: the server asks while vCPUs run.
TEST(TranslationFaults, AreSeenFromOutsideWhileVcpusRun) {
    constexpr int kRounds = 10'000;
    TranslationFaults faults(kVcpus);
    std::atomic<unsigned> ended{0};
    const auto run = [&](unsigned vcpu) {
        for (int round = 0; round < kRounds; ++round) {
            faults.exception(VcpuId{vcpu});
            EXPECT_TRUE(faults.any_open());
            faults.translated();
        }
        ++ended;
    };
    {
        const std::jthread first(run, 0U);
        const std::jthread second(run, 1U);
        while (ended < kVcpus) {
            (void)faults.any_open();
        }
    }
    EXPECT_FALSE(faults.any_open());
}

}  // namespace
}  // namespace hvgdb::emulator
