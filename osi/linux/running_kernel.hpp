// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel that a machine runs now.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "emulator/machine.hpp"
#include "emulator/physical_memory.hpp"
#include "osi/guest_memory.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/locate.hpp"
#include "osi/linux/located_kernel.hpp"

namespace hvgdb::osi {

/// A kernel and the means to read it. Stays where it is in memory.
class KernelView {
  public:
    KernelView(GuestMemory memory, LocatedKernel kernel);
    KernelView(const KernelView&) = delete;
    KernelView& operator=(const KernelView&) = delete;
    ~KernelView() = default;

    [[nodiscard]] const LocatedKernel& kernel() const { return kernel_; }
    [[nodiscard]] const KernelSymbols& symbols() const { return kernel_.addresses; }
    [[nodiscard]] GuestMemory& memory() { return memory_; }
    [[nodiscard]] const MemoryReader& reader() const { return *reader_; }
    [[nodiscard]] const KernelMemory& structures() const { return *structures_; }

    /// Whether it is still there; `current` is the root that some vCPU has now.
    [[nodiscard]] bool check(AddressSpace current);

  private:
    void use_root();

    GuestMemory memory_;
    LocatedKernel kernel_;
    std::unique_ptr<AddressSpaceReader> reader_;
    std::unique_ptr<KernelMemory> structures_;
};

/// Found when first asked for, checked once a stop, and found anew after a restart, kexec or another snapshot. Server's
/// thread only.
class RunningKernel {
  public:
    /// Hears of each kernel found, and how its page tables are.
    using Listener = std::function<void(const LocatedKernel&, const X86Paging&)>;

    /// Both must outlive it. Within `trusted` from a check no vCPU is asked at the next stops: the kernel's own page
    /// tables must still show it. A single step costs no register so, and no machine restarts as fast.
    RunningKernel(emulator::Machine& machine, const emulator::PhysicalMemory& memory, LocateOptions options,
                  Listener listener, std::chrono::steady_clock::duration trusted = {})
        : machine_(machine),
          memory_(memory),
          options_(std::move(options)),
          listener_(std::move(listener)),
          trusted_(trusted) {}

    /// Valid until the next call. While the machine runs, the one that was there at the last stop, or `running`. Else
    /// `unsupported` and one line for people when no kernel is there that we know.
    [[nodiscard]] Expected<KernelView*> get();
    /// Counts how often a kernel was found or found to be another one: what was kept about the last one is void.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    struct Paged {
        AddressSpace root;
        X86Paging paging;
    };

    [[nodiscard]] Expected<Paged> paged(VcpuId vcpu);
    [[nodiscard]] Expected<std::vector<Paged>> roots_in_use();
    [[nodiscard]] bool is_trusted();
    [[nodiscard]] Expected<void> find(const std::vector<Paged>& roots);

    emulator::Machine& machine_;
    const emulator::PhysicalMemory& memory_;
    LocateOptions options_;
    Listener listener_;
    std::unique_ptr<KernelView> view_;
    X86Paging view_paging_;
    std::uint64_t checked_ = 0;  ///< the machine's generation at the last check
    std::chrono::steady_clock::duration trusted_;
    std::chrono::steady_clock::time_point seen_;  ///< when a vCPU last showed it
    std::uint64_t changes_ = 0;
};

}  // namespace hvgdb::osi
