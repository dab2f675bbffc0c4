// SPDX-License-Identifier: GPL-2.0-or-later
// Linux, seen from below: everything is read from the guest's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "emulator/machine.hpp"
#include "emulator/physical_memory.hpp"
#include "osi/linux/arguments.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/locate.hpp"
#include "osi/linux/modules.hpp"
#include "osi/linux/running_kernel.hpp"
#include "osi/linux/running_registers.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

class LinuxOs final : public Os {
  public:
    /// Machine and memory must outlive it. `listener` hears of each kernel found.
    LinuxOs(emulator::Machine& machine, const emulator::PhysicalMemory& memory, LocateOptions options,
            RunningKernel::Listener listener = {});
    ~LinuxOs() override;

    [[nodiscard]] Expected<OsFacts> facts() override;
    [[nodiscard]] Expected<std::vector<Process>> processes() override;
    [[nodiscard]] Expected<Process> process(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<Thread>> threads(ProcessId pid) override;
    [[nodiscard]] Expected<CurrentThread> current(VcpuId vcpu) override;
    [[nodiscard]] Expected<std::vector<Mapping>> mappings(ProcessId pid) override;
    [[nodiscard]] Expected<std::string> executable(ProcessId pid) override;
    [[nodiscard]] Expected<std::string> working_directory(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<std::string>> arguments(ProcessId pid, std::size_t limit) override;
    [[nodiscard]] Expected<std::vector<std::string>> environment(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<AuxiliaryEntry>> auxiliary_vector(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<OpenFile>> open_files(ProcessId pid) override;
    [[nodiscard]] Expected<UserRegisters> user_registers(ThreadId tid) override;
    [[nodiscard]] Expected<std::vector<KernelModule>> modules() override;
    [[nodiscard]] Expected<SymbolPlace> kernel_symbol(std::string_view name) override;
    [[nodiscard]] Expected<SymbolPlace> kernel_symbol_at(VirtAddr address) override;
    [[nodiscard]] Expected<std::size_t> read_memory(ProcessId pid, VirtAddr address, std::span<std::byte> out) override;

  private:
    /// What was found out while the machine stood still, or for one call while it runs.
    struct Picture;

    [[nodiscard]] Expected<Picture*> picture();
    /// The leader's task_struct. `not_found` for a thread that leads none.
    [[nodiscard]] Expected<VirtAddr> leader(Picture& now, ProcessId pid);
    /// A process by the task that holds its memory and files, and its mm_struct if it has one.
    struct Owner {
        Picture& now;
        VirtAddr task;
        std::optional<VirtAddr> mm;
    };
    [[nodiscard]] Expected<Owner> owner(ProcessId pid);
    [[nodiscard]] static Expected<AddressSpaceReader> user_reader(const Owner& owner);
    using ProgramTextReader = std::optional<ProgramText> (*)(const KernelMemory&, VirtAddr, const MemoryReader&,
                                                             std::size_t limit);
    [[nodiscard]] Expected<std::vector<std::string>> strings(ProcessId pid, ProgramTextReader read, std::size_t limit);

    struct OnVcpu {
        VcpuId vcpu;
        RunningThread thread;
    };
    /// Empty while the machine runs.
    [[nodiscard]] const std::vector<OnVcpu>& on_vcpus(Picture& now);
    /// Null for a task that is on no vCPU. Valid as long as the picture.
    [[nodiscard]] const OnVcpu* on_vcpu(Picture& now, VirtAddr task);
    [[nodiscard]] std::optional<KernelStack> kernel_stack(Picture& now);
    [[nodiscard]] bool has_xsave();
    [[nodiscard]] static Expected<std::vector<LoadedModule>> loaded(Picture& now);

    emulator::Machine& machine_;
    RunningKernel kernel_;
    std::unique_ptr<Picture> picture_;
    std::optional<KernelStack> stack_;
    std::uint64_t stack_of_ = 0;  ///< RunningKernel::changes() then
};

}  // namespace hvgdb::osi
