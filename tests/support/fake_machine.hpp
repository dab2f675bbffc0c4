// SPDX-License-Identifier: GPL-2.0-or-later
// A machine in memory, without threads: nothing happens until the test says so.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/machine.hpp"

namespace hvgdb::test {

/// The documents of a small x86-64 description that gdb accepts: "target.xml", which includes "fake-64bit.xml".
[[nodiscard]] std::map<std::string, std::string> fake_documents();

/// Sparse guest memory in pages of 4 KiB.
class FakeMemory {
  public:
    /// Makes the pages that hold [address, address + size) exist, filled with zero.
    void map(std::uint64_t address, std::uint64_t size);
    void unmap(std::uint64_t address, std::uint64_t size);
    /// As Machine::read_memory: the readable bytes from the start, 0 for none.
    [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const;
    /// All or nothing; false when a page is missing.
    [[nodiscard]] bool write(std::uint64_t address, std::span<const std::byte> data);

  private:
    std::map<std::uint64_t, Bytes> pages_;
};

struct FakeWatchpoint {
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    emulator::WatchKind kind = emulator::WatchKind::write;
    friend auto operator<=>(const FakeWatchpoint&, const FakeWatchpoint&) = default;
};

/// Its program: the instruction at X is one byte long and goes to X + 1, or to where set_next() says. resume() only
/// marks the machine as running; run_until_stop() executes, deliver() stops it for any other reason.
class FakeMachine : public emulator::Machine {
  public:
    /// Asked before each instruction; true when the vCPU parks in front of it.
    using ArrivalHook = std::function<bool(VcpuId, VirtAddr)>;

    explicit FakeMachine(unsigned vcpus = 2);

    // For the test: state
    [[nodiscard]] FakeMemory& memory() { return memory_; }
    [[nodiscard]] FakeMemory& physical() { return physical_; }
    void poke(std::uint64_t address, std::string_view bytes);  ///< maps and writes
    void set_register(VcpuId vcpu, std::string_view name, std::uint64_t value);
    [[nodiscard]] std::uint64_t get_register(VcpuId vcpu, std::string_view name) const;
    void set_pc(VcpuId vcpu, std::uint64_t pc) { set_register(vcpu, "rip", pc); }
    [[nodiscard]] std::uint64_t pc(VcpuId vcpu) const { return get_register(vcpu, "rip"); }

    // For the test: the run
    void set_next(std::uint64_t from, std::uint64_t to) { next_[from] = to; }
    void set_arrival_hook(ArrivalHook hook) { arrival_hook_ = std::move(hook); }
    /// A halted vCPU executes nothing unless it is stepped.
    void set_halted(VcpuId vcpu, bool halted);
    /// Executes at most `limit` instructions on each vCPU that may run, one after another in turn. Delivers the stop
    /// that a step, an instruction limit or interrupt() leads to; false when the machine still runs (or did not run).
    bool run_until_stop(unsigned limit = 64);
    void deliver(const emulator::MachineStop& stop);  ///< the machine is paused (or gone) now, for this reason
    void start();                                     ///< running without resume(), as a guest nobody has stopped yet

    // For the test: what was asked
    [[nodiscard]] const std::vector<emulator::ResumePlan>& resumes() const { return resumes_; }
    [[nodiscard]] unsigned interrupts() const { return interrupts_; }
    [[nodiscard]] const std::set<FakeWatchpoint>& watchpoints() const { return watchpoints_; }
    [[nodiscard]] unsigned watchpoint_changes() const { return watchpoint_changes_; }

    // For the test: errors. The `nth` fallible call from now (1: the next one) fails with `error`, once.
    void fail_call(unsigned nth, Error error);
    [[nodiscard]] bool failure_pending() const { return fail_in_ != 0; }

    // Machine
    [[nodiscard]] const emulator::TargetDescription& description() const override { return description_; }
    [[nodiscard]] unsigned vcpu_count() const override { return static_cast<unsigned>(blocks_.size()); }
    [[nodiscard]] bool running() const override { return running_; }
    [[nodiscard]] Expected<Bytes> read_registers(VcpuId vcpu) override;
    [[nodiscard]] Expected<void> write_registers(VcpuId vcpu, std::span<const std::byte> block) override;
    [[nodiscard]] Expected<Bytes> read_register(VcpuId vcpu, unsigned number) override;
    [[nodiscard]] Expected<void> write_register(VcpuId vcpu, unsigned number,
                                                std::span<const std::byte> value) override;
    [[nodiscard]] Expected<std::size_t> read_memory(VcpuId vcpu, VirtAddr address, std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_memory(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data) override;
    [[nodiscard]] Expected<std::size_t> read_physical(PhysAddr address, std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_physical(PhysAddr address, std::span<const std::byte> data) override;
    [[nodiscard]] Expected<void> insert_watchpoint(VirtAddr address, std::uint64_t length,
                                                   emulator::WatchKind kind) override;
    [[nodiscard]] Expected<void> remove_watchpoint(VirtAddr address, std::uint64_t length,
                                                   emulator::WatchKind kind) override;
    [[nodiscard]] Expected<void> resume(const emulator::ResumePlan& plan) override;
    [[nodiscard]] Expected<void> interrupt() override;
    void set_stop_handler(StopHandler handler) override { stop_handler_ = std::move(handler); }
    [[nodiscard]] unsigned step_flags() const override { return step_flags_; }
    [[nodiscard]] Expected<void> set_step_flags(unsigned flags) override;

  private:
    [[nodiscard]] std::optional<Error> refuse(bool needs_pause = true);
    [[nodiscard]] std::optional<Error> refuse_vcpu(VcpuId vcpu);
    std::optional<VcpuId> run_round(std::set<VcpuId>& parked);
    bool execute(VcpuId vcpu);  ///< false when the vCPU parked instead

    emulator::TargetDescription description_;
    std::vector<Bytes> blocks_;  ///< the register block of each vCPU
    FakeMemory memory_;
    FakeMemory physical_;
    std::map<std::uint64_t, std::uint64_t> next_;
    std::set<FakeWatchpoint> watchpoints_;
    std::set<VcpuId> halted_;
    std::vector<emulator::ResumePlan> resumes_;
    emulator::ResumePlan plan_;
    ArrivalHook arrival_hook_;
    StopHandler stop_handler_;
    Error failure_;
    unsigned fail_in_ = 0;
    unsigned interrupts_ = 0;
    unsigned watchpoint_changes_ = 0;
    unsigned step_flags_ = 7;
    bool running_ = false;
    bool gone_ = false;
    bool interrupt_asked_ = false;
};

}  // namespace hvgdb::test
