// SPDX-License-Identifier: GPL-2.0-or-later
// A FakeOs whose threads run on the vCPUs of a FakeMachine.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/fake_machine.hpp"
#include "tests/support/fake_os.hpp"

namespace hvgdb::test {

/// A thread on a vCPU runs user code while the program counter is in the lower half, and its registers are the vCPU's
/// then; otherwise they are those of the guest's `registers`, as the kernel would have saved them.
class ScheduledOs : public FakeOs {
  public:
    /// Of the thread's saved registers, at first.
    static constexpr std::uint64_t kEntry = 0x401000;
    /// An address in the kernel.
    static constexpr std::uint64_t kKernel = 0xffffffff81000000;

    explicit ScheduledOs(FakeMachine& machine) : machine_(machine) {}

    /// A sleeping process with one thread. Its address space is space_of(pid), at first.
    void add_process(osi::ProcessId pid, const std::string& command);
    void add_thread(osi::ProcessId pid, osi::ThreadId tid);
    [[nodiscard]] static AddressSpace space_of(osi::ProcessId pid) { return AddressSpace{pid * std::uint64_t{0x1000}}; }
    /// At first; no two are the same.
    [[nodiscard]] static std::uint64_t stack_of(osi::ThreadId tid) { return 0x70000000 + tid * std::uint64_t{0x1000}; }

    /// What the process has there; it need not be mapped.
    void poke(osi::ProcessId pid, std::uint64_t address, std::string_view bytes);
    /// Where the kernel lets the thread go on.
    void save(osi::ThreadId tid, std::uint64_t pc, std::uint64_t stack_pointer);

    /// The thread gets the vCPU and goes on where its saved registers say.
    void run(VcpuId vcpu, osi::ThreadId tid);
    /// The thread on the vCPU loses it, and its registers are saved if it ran user code.
    void leave(VcpuId vcpu);
    /// Its process is gone; so it loses its vCPU.
    void end(osi::ProcessId pid);

    [[nodiscard]] Expected<osi::CurrentThread> current(VcpuId vcpu) override;
    [[nodiscard]] Expected<osi::UserRegisters> user_registers(osi::ThreadId tid) override;

  private:
    [[nodiscard]] FakeProcess& process_with(osi::ProcessId pid);
    [[nodiscard]] osi::Thread& thread(osi::ThreadId tid);
    [[nodiscard]] bool in_user_mode(VcpuId vcpu) const { return (machine_.pc(vcpu) >> 47) == 0; }

    FakeMachine& machine_;
};

}  // namespace hvgdb::test
