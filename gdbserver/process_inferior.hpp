// SPDX-License-Identifier: GPL-2.0-or-later
// The inferior that is one process of the guest: its threads are the process's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "gdbserver/inferior.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// Shows user mode only: a thread that is in the kernel has the registers with which it will leave it. Process and
/// thread ids are those of the guest's root pid namespace.
class ProcessInferior final : public Inferior {
  public:
    /// `not_found` for a process that is not there, `unsupported` for one without memory of its own. `os` must outlive
    /// the inferior.
    [[nodiscard]] static Expected<std::unique_ptr<ProcessInferior>> attach(osi::Os& os, osi::ProcessId pid);

    /// Nothing as long as it lives: else what is known of how it ended, as wait() gives it, 0 when nothing is.
    [[nodiscard]] std::optional<std::uint32_t> ended();

    /// A breakpoint comes to where the program must not execute: on its stack, to which a function that gdb calls
    /// returns. It is let, until the last breakpoint in the page goes. On a paused machine.
    void allow_execution(VirtAddr address);
    void withdraw_execution(VirtAddr address);
    void withdraw_all();

    [[nodiscard]] std::uint32_t pid() const override { return process_.pid; }
    [[nodiscard]] std::vector<ThreadInfo> threads() const override;
    [[nodiscard]] const emulator::TargetDescription& description() const override { return description_; }

    [[nodiscard]] Expected<RegisterBytes> read_registers(std::uint32_t tid) override;
    [[nodiscard]] Expected<void> write_registers(std::uint32_t tid, std::span<const std::byte> block) override;
    [[nodiscard]] Expected<RegisterBytes> read_register(std::uint32_t tid, unsigned number) override;
    [[nodiscard]] Expected<void> write_register(std::uint32_t tid, unsigned number,
                                                std::span<const std::byte> value) override;
    [[nodiscard]] Expected<std::size_t> read_memory(std::uint32_t tid, VirtAddr address,
                                                    std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_memory(std::uint32_t tid, VirtAddr address,
                                              std::span<const std::byte> data) override;
    [[nodiscard]] Expected<std::optional<AddressSpace>> space() override;
    [[nodiscard]] emulator::CodePlace code_place(VirtAddr address) override;

  private:
    ProcessInferior(osi::Os& os, osi::Process process, const emulator::TargetDescription& description)
        : os_(os), process_(std::move(process)), description_(description) {}

    void forbid_execution(VirtAddr address);

    osi::Os& os_;
    osi::Process process_;  ///< as it was when we attached
    const emulator::TargetDescription& description_;
    std::map<std::uint64_t, std::set<VirtAddr>> allowed_;  ///< by page: what is there
};

}  // namespace hvgdb::gdbserver
