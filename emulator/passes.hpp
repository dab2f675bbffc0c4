// SPDX-License-Identifier: GPL-2.0-or-later
// Leave to execute an instruction once although sites are there.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

class VcpuContext;

/// A guest thread in front of an instruction. It belongs to no vCPU: an interrupt may come first, and the guest then
/// goes on with it on another one. Address space and stack pointer tell it from other threads.
struct Standpoint {
    VirtAddr pc;
    AddressSpace space;
    std::uint64_t stack_pointer = 0;
    friend bool operator==(const Standpoint&, const Standpoint&) = default;
};

/// Any thread.
class Passes {
  public:
    static constexpr std::size_t kMax = 256;  ///< the oldest gives way

    void add(const Standpoint& standpoint);
    /// The vCPU is about to execute the instruction: whether it may. A pass serves one execution, however often the
    /// instruction is restarted.
    [[nodiscard]] bool use(VcpuContext& vcpu);
    /// The same for something that is used up at once.
    [[nodiscard]] bool take(VcpuContext& vcpu);
    /// An exception or interrupt came on the vCPU while `pc` was the next instruction.
    void restarted(VcpuId vcpu, VirtAddr pc);
    void keep_only(const std::function<bool(const Standpoint&)>& wanted);

  private:
    struct Pass {
        Standpoint standpoint;
        bool used = false;
        bool restarted = false;       ///< an exception or interrupt came since, at this instruction
        std::uint64_t registers = 0;  ///< a hash of them when it was used
        VcpuId user{};
    };
    using Position = std::vector<Pass>::iterator;

    bool with_pass(VcpuContext& vcpu, bool (Passes::*action)(Position, VcpuContext&));
    bool take_locked(Position pass, VcpuContext& vcpu);
    bool use_locked(Position pass, VcpuContext& vcpu);
    void erase(Position pass);

    std::mutex mutex_;
    std::vector<Pass> passes_;
    std::atomic<std::size_t> count_{0};  ///< of passes_, so that nobody locks for nothing
};

}  // namespace hvgdb::emulator
