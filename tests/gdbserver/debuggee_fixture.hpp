// SPDX-License-Identifier: GPL-2.0-or-later
// A Debuggee over the fake machine and an operating system with two processes.
#pragma once

#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emulator/hex.hpp"
#include "gdbserver/debuggee.hpp"
#include "tests/support/fake_instrumentation.hpp"
#include "tests/support/fake_machine.hpp"
#include "tests/support/scheduled_os.hpp"

namespace hvgdb::test {

inline constexpr std::uint32_t kMachine = gdbserver::MachineInferior::kPid;
inline constexpr std::uint32_t kFirst = 500;  ///< has threads kFirst and kWorker
inline constexpr std::uint32_t kWorker = 501;
inline constexpr std::uint32_t kSecond = 600;
inline constexpr VcpuId kVcpu0{0};
inline constexpr VcpuId kVcpu1{1};
inline constexpr std::uint64_t kEntry = ScheduledOs::kEntry;
inline constexpr std::uint64_t kKernel = ScheduledOs::kKernel;

/// As in "T5 500.501 swbreak", "W1 500", "X9 500", "failed", "glanced".
inline std::string to_text(const gdbserver::StopReport& report) {
    using gdbserver::Stopped;
    if (const auto* ended = std::get_if<gdbserver::Ended>(&report)) {
        const auto how = ended->signal != 0 ? "X" + std::to_string(ended->signal) : "W" + std::to_string(ended->code);
        return how + " " + std::to_string(ended->pid);
    }
    if (const auto* stopped = std::get_if<Stopped>(&report)) {
        constexpr const char* kCauses[] = {"",       " step",      " swbreak", " hwbreak", " watch",  " fork",
                                           " vfork", " vforkdone", " exec",    " create",  " enters", " returns"};
        return "T" + std::to_string(static_cast<unsigned>(stopped->signal)) + " " +
               std::to_string(stopped->thread.pid) + "." + std::to_string(stopped->thread.tid) +
               kCauses[static_cast<std::size_t>(stopped->cause)];
    }
    if (const auto* ended = std::get_if<gdbserver::ThreadEnded>(&report)) {
        return "w" + std::to_string(ended->code) + " " + std::to_string(ended->thread.tid);
    }
    if (const auto* held = std::get_if<gdbserver::Held>(&report)) {
        return "held " + std::to_string(held->pid);
    }
    return std::holds_alternative<gdbserver::AttachFailed>(report) ? "failed" : "glanced";
}

/// Two vCPUs that idle in the kernel; the machine runs.
class DebuggeeRig {
  public:
    DebuggeeRig() {
        os.add_process(kFirst, "first");
        os.add_thread(kFirst, kWorker);
        os.add_process(kSecond, "second");
        machine.set_next(kKernel, kKernel);
        machine.set_pc(kVcpu0, kKernel);
        machine.set_pc(kVcpu1, kKernel);
        instrumentation.set_parked_handler([this] { debuggee.on_vcpu_parked(); });
        debuggee.set_report_handler(
            [this](const gdbserver::StopReport& report) { reports.push_back(to_text(report)); });
        debuggee.set_os(&os);
        machine.start();
    }

    /// The machine pauses first if it runs.
    void attach(std::uint32_t pid) {
        if (debuggee.attach(pid) && debuggee.pausing()) {
            (void)machine.run_until_stop(1);
        }
        reports.clear();
    }
    void insert(std::uint32_t pid, std::uint64_t address,
                gdbserver::cmd::PointKind kind = gdbserver::cmd::PointKind::software) {
        const auto done = debuggee.insert(
            pid,
            {.point = {.kind = kind, .address = VirtAddr{address}, .length = 1}, .conditions = {}, .commands = {}});
        if (!done) {
            reports.push_back("not inserted: " + done.error().detail);
        }
    }
    void resume(const std::vector<gdbserver::cmd::Action>& actions = {{}}) {
        if (const auto resumed = debuggee.resume(actions); !resumed) {
            reports.push_back("not resumed: " + resumed.error().detail);
        }
    }
    /// Runs through the stops that concern nobody.
    void run(unsigned stops = 8) {
        for (unsigned i = 0; i < stops && machine.running() && reports.empty(); ++i) {
            (void)machine.run_until_stop();
        }
    }
    /// The next report, "running" or "paused".
    std::string next() {
        if (reports.empty()) {
            return machine.running() ? "running" : "paused";
        }
        auto report = std::move(reports.front());
        reports.pop_front();
        return report;
    }
    std::string run_to_report() {
        run();
        return next();
    }
    std::string interrupt() {
        debuggee.interrupt();
        return run_to_report();
    }
    void deliver(emulator::MachineStop::Reason reason, std::optional<VcpuId> vcpu = {}) {
        emulator::MachineStop stop;
        stop.reason = reason;
        stop.vcpu = vcpu;
        machine.deliver(stop);
    }
    void deliver_watchpoint(VcpuId vcpu, std::uint64_t address) {
        emulator::MachineStop stop;
        stop.reason = emulator::MachineStop::Reason::watchpoint;
        stop.vcpu = vcpu;
        stop.address = VirtAddr{address};
        machine.deliver(stop);
    }
    /// A step ends, and its instruction has not been executed.
    void deliver_step(VcpuId vcpu) {
        emulator::MachineStop stop;
        stop.reason = emulator::MachineStop::Reason::stepped;
        stop.vcpu = vcpu;
        machine.deliver(stop);
    }
    [[nodiscard]] const emulator::ResumePlan& plan() const { return machine.resumes().back(); }

    FakeMachine machine;
    FakeInstrumentation instrumentation{machine};
    ScheduledOs os{machine};
    gdbserver::Debuggee debuggee{machine, instrumentation};
    std::deque<std::string> reports;
};

inline gdbserver::cmd::Action step(std::uint32_t pid, std::uint32_t tid) {
    return {.motion = gdbserver::cmd::Motion::step, .begin = {}, .end = {}, .thread = {.pid = pid, .tid = tid}};
}

inline gdbserver::cmd::Action range_step(std::uint32_t pid, std::uint32_t tid, std::uint64_t begin, std::uint64_t end) {
    return {.motion = gdbserver::cmd::Motion::range,
            .begin = VirtAddr{begin},
            .end = VirtAddr{end},
            .thread = {.pid = pid, .tid = tid}};
}

struct WithProcesses : testing::Test {
    DebuggeeRig rig;

    void SetUp() override { rig.machine.set_next(kEntry + 8, kEntry); }  // user code goes round and round
    std::vector<std::uint32_t> attached_pids() {
        std::vector<std::uint32_t> pids;
        for (const auto pid : {kFirst, kSecond, kMachine}) {
            if (rig.debuggee.find_inferior(pid) != nullptr) {
                pids.push_back(pid);
            }
        }
        return pids;
    }
};

}  // namespace hvgdb::test
