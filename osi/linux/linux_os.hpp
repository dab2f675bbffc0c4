// SPDX-License-Identifier: GPL-2.0-or-later
// Linux, seen from below: everything is read from the guest's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "emulator/machine.hpp"
#include "emulator/physical_memory.hpp"
#include "osi/linux/arguments.hpp"
#include "osi/linux/inode.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/locate.hpp"
#include "osi/linux/modules.hpp"
#include "osi/linux/pending_signals.hpp"
#include "osi/linux/process_memory.hpp"
#include "osi/linux/register_write.hpp"
#include "osi/linux/running_kernel.hpp"
#include "osi/linux/running_registers.hpp"
#include "osi/linux/vcpu_pairing.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

class LinuxOs final : public Os {
  public:
    /// Machine and memory must outlive it. `listener` hears of each kernel found.
    LinuxOs(emulator::Machine& machine, const emulator::PhysicalMemory& memory, LocateOptions options,
            RunningKernel::Listener listener = {});
    ~LinuxOs() override;

    /// For who looks into the same kernel.
    [[nodiscard]] RunningKernel& running_kernel() { return kernel_; }

    [[nodiscard]] Expected<OsFacts> facts() override;
    [[nodiscard]] Expected<std::vector<Process>> processes() override;
    [[nodiscard]] Expected<Process> process(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<Thread>> threads(ProcessId pid) override;
    [[nodiscard]] Expected<CurrentThread> current(VcpuId vcpu) override;
    [[nodiscard]] Expected<std::vector<Mapping>> mappings(ProcessId pid) override;
    [[nodiscard]] Expected<std::string> executable(ProcessId pid) override;
    [[nodiscard]] Expected<std::string> working_directory(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<std::string>> arguments(ProcessId pid, std::size_t limit) override;
    [[nodiscard]] Expected<AddressRange> argument_area(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<std::string>> environment(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<AuxiliaryEntry>> auxiliary_vector(ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<OpenFile>> open_files(ProcessId pid) override;
    [[nodiscard]] Expected<UserRegisters> user_registers(ThreadId tid) override;
    [[nodiscard]] Expected<SwitchedOutRegisters> switched_out_registers(ThreadId tid) override;
    [[nodiscard]] Expected<std::vector<KernelModule>> modules() override;
    [[nodiscard]] Expected<SymbolPlace> kernel_symbol(std::string_view name) override;
    [[nodiscard]] Expected<SymbolPlace> kernel_symbol_at(VirtAddr address) override;
    [[nodiscard]] Expected<void> write_user_register(ThreadId tid, std::string_view name,
                                                     std::span<const std::byte> value) override;
    [[nodiscard]] Expected<RegisterPlace> user_register_place(ThreadId tid, std::string_view name) override;
    [[nodiscard]] Expected<void> raise_signal(ThreadId tid, unsigned number) override;
    [[nodiscard]] Expected<void> discard_signal(ThreadId tid, unsigned number) override;
    [[nodiscard]] Expected<std::size_t> read_memory(ProcessId pid, VirtAddr address, std::span<std::byte> out) override;
    [[nodiscard]] Expected<void> write_memory(ProcessId pid, VirtAddr address,
                                              std::span<const std::byte> data) override;
    [[nodiscard]] Expected<std::optional<PhysAddr>> physical_address(ProcessId pid, VirtAddr address) override;
    [[nodiscard]] Expected<PhysAddr> kernel_physical_address(VirtAddr address) override;
    [[nodiscard]] Expected<bool> set_executable(ProcessId pid, VirtAddr address, bool executable) override;
    [[nodiscard]] Expected<std::vector<Library>> libraries(ProcessId pid) override;
    [[nodiscard]] Expected<std::unique_ptr<GuestFile>> open_file(ProcessId pid, std::string_view path) override;
    [[nodiscard]] Expected<FileStatus> file_status(ProcessId pid, std::string_view path, bool follow_link) override;
    [[nodiscard]] Expected<std::string> read_link(ProcessId pid, std::string_view path) override;

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
    /// Valid until the next call for another process or another picture.
    [[nodiscard]] Expected<ProcessMemory*> process_memory(ProcessId pid);
    using ProgramTextReader = std::optional<ProgramText> (*)(const KernelMemory&, VirtAddr, const MemoryReader&,
                                                             std::size_t limit);
    [[nodiscard]] Expected<std::vector<std::string>> strings(ProcessId pid, ProgramTextReader read, std::size_t limit);

    /// As the process sees the path.
    [[nodiscard]] static Expected<Inode> find_file(const Owner& owner, std::string_view path, bool follow_link);

    struct OnVcpu {
        VcpuId vcpu;
        unsigned cpu = 0;  ///< Linux's number
        VirtAddr task;
    };
    /// By the guest's memory alone once it is known which CPU each vCPU is. Empty while the machine runs.
    [[nodiscard]] const std::vector<OnVcpu>& on_vcpus(Picture& now);
    /// Null for a task that is on no vCPU. Valid as long as the picture.
    [[nodiscard]] const OnVcpu* on_vcpu(Picture& now, VirtAddr task);
    [[nodiscard]] Expected<X86VcpuState> vcpu_state(VcpuId vcpu);
    [[nodiscard]] std::optional<KernelStack> kernel_stack(Picture& now);
    [[nodiscard]] bool has_xsave();
    /// The vCPU that still has the x87, SSE and AVX registers of a task that may be on none.
    [[nodiscard]] std::optional<VcpuId> vcpu_with_fpu_of(Picture& now, VirtAddr task);
    [[nodiscard]] Expected<void> add_vcpu(const Picture& now, const OnVcpu& on, WrittenThread& thread);
    /// Of a thread with user registers, while the machine is paused.
    [[nodiscard]] Expected<WrittenThread> registers_of(Picture& now, ThreadId tid);
    using SignalChange = Expected<void> (PendingSignals::*)(VirtAddr task, unsigned number) const;
    [[nodiscard]] Expected<void> change_signals(ThreadId tid, unsigned number, SignalChange change);
    [[nodiscard]] static Expected<std::vector<LoadedModule>> loaded(Picture& now);

    emulator::Machine& machine_;
    RunningKernel kernel_;
    std::unique_ptr<Picture> picture_;
    std::optional<KernelStack> stack_;
    std::uint64_t stack_of_ = 0;  ///< RunningKernel::changes() then
    VcpuPairing pairing_;
    std::uint64_t pairing_of_ = 0;
};

}  // namespace hvgdb::osi
