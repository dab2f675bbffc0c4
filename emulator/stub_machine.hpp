// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "emulator/machine.hpp"
#include "emulator/stub_handshake.hpp"
#include "emulator/stub_link.hpp"
#include "emulator/stub_memory.hpp"
#include "emulator/stub_registers.hpp"

namespace hvgdb::emulator {

/// The machine as QEMU's own debug stub shows it. QEMU pauses the machine because we connect; it stays paused until
/// the first resume(). Blocks on the transport only while the machine is paused, at most the time limit twice.
///
/// An interrupt() that crosses another stop on its way is used up by that stop: QEMU reports once.
class StubMachine final : public Machine {
  public:
    static constexpr std::chrono::milliseconds kDefaultLimit{5000};

    [[nodiscard]] static Expected<std::unique_ptr<StubMachine>> connect(
        std::unique_ptr<Transport> transport, std::chrono::milliseconds limit = kDefaultLimit);

    /// To be waited on for reading, always, and answered by on_readable(), which may call the stop handler, once.
    /// Level-triggered: call again while it is readable.
    [[nodiscard]] int native_handle() const { return link_->native_handle(); }
    void on_readable();

    const TargetDescription& description() const override { return greeting_.description; }
    unsigned vcpu_count() const override { return greeting_.vcpu_count; }
    bool running() const override { return running_; }

    Expected<Bytes> read_registers(VcpuId vcpu) override;
    Expected<void> write_registers(VcpuId vcpu, std::span<const std::byte> block) override;
    Expected<Bytes> read_register(VcpuId vcpu, unsigned number) override;
    Expected<void> write_register(VcpuId vcpu, unsigned number, std::span<const std::byte> value) override;

    Expected<std::size_t> read_memory(VcpuId vcpu, VirtAddr address, std::span<std::byte> out) override;
    Expected<void> write_memory(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data) override;
    Expected<std::size_t> read_physical(PhysAddr address, std::span<std::byte> out) override;
    Expected<void> write_physical(PhysAddr address, std::span<const std::byte> data) override;

    Expected<void> insert_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) override;
    Expected<void> remove_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) override;

    Expected<void> resume(const ResumePlan& plan) override;
    Expected<void> interrupt() override;
    void set_stop_handler(StopHandler handler) override { handler_ = std::move(handler); }

    unsigned step_flags() const override { return greeting_.step_flags; }
    Expected<void> set_step_flags(unsigned flags) override;

  private:
    StubMachine(std::unique_ptr<StubLink> link, StubGreeting greeting);

    [[nodiscard]] Expected<void> need_paused() const;
    /// `verb`: Z inserts, z removes.
    [[nodiscard]] Expected<void> watchpoint(char verb, VirtAddr address, std::uint64_t length, WatchKind kind);
    void forget();
    void stopped(std::string_view reply);
    void deliver(const MachineStop& stop);

    std::unique_ptr<StubLink> link_;
    StubGreeting greeting_;
    StubRegisters registers_;
    StubMemory memory_;
    StopHandler handler_;
    std::vector<VcpuId> stepped_;
    bool running_ = false;
    bool told_gone_ = false;
};

}  // namespace hvgdb::emulator
