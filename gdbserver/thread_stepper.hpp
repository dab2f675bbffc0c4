// SPDX-License-Identifier: GPL-2.0-or-later
// One step of one thread of the guest, wherever and whenever it runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "emulator/instrumentation.hpp"
#include "emulator/machine.hpp"
#include "gdbserver/inferior.hpp"
#include "gdbserver/step_check.hpp"
#include "gdbserver/thread_id.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// A thread executes one instruction of user code, or those of a range until it leaves it. Meanwhile it may enter the
/// kernel, fault, lose its vCPU and go on with another one: a vCPU is stepped only while the thread runs user code
/// there; otherwise the machine runs until the thread comes back to its user code. So a system call is one step, and
/// the step never ends in the kernel. The server's thread only.
class ThreadStepper {
  public:
    struct Order {
        ThreadId thread;
        VirtAddr begin, end;                    ///< the range [begin, end); empty: a single instruction
        bool alone = false;                     ///< other vCPUs stay while the thread runs user code
        std::function<bool(VirtAddr)> ends_at;  ///< where it ends although the range does not; empty: nowhere
    };
    enum class Progress : std::uint8_t { goes_on, done };

    ThreadStepper(emulator::Machine& machine, emulator::Instrumentation& instrumentation, osi::Os& os)
        : machine_(machine), instrumentation_(instrumentation), os_(os) {}
    ThreadStepper(const ThreadStepper&) = delete;
    ThreadStepper& operator=(const ThreadStepper&) = delete;
    ~ThreadStepper() { forget(); }

    /// On a paused machine, which has then to be resumed by plan(). `inferior` has the thread and must outlive the
    /// step.
    [[nodiscard]] Expected<void> start(const Order& order, Inferior& inferior);
    [[nodiscard]] bool active() const { return order_.has_value(); }
    [[nodiscard]] ThreadId thread() const { return order_ ? order_->thread : ThreadId{}; }
    /// How the machine goes on until the next stop.
    [[nodiscard]] emulator::ResumePlan plan() const;

    // After a stop of the machine, while active
    /// The vCPU stands, parked, where the thread is waited for, and runs the thread.
    [[nodiscard]] Expected<Progress> arrived();
    /// The single step of a vCPU ended, if there was one.
    [[nodiscard]] Expected<Progress> stepped();
    /// Whether the thread is waited for at `pc`.
    [[nodiscard]] bool awaits(VirtAddr pc) const;
    /// Where the thread is in its user code, as last seen.
    [[nodiscard]] VirtAddr pc() const { return pc_; }

    /// Nobody waits for the end of the step any more.
    void cancel();
    /// The same, and no trace of it stays in the machine.
    void forget();

  private:
    /// The vCPU executes the instruction at `pc_`.
    struct OnVcpu {
        VcpuId vcpu;
    };
    /// The thread is in the kernel, or waits for a vCPU, and comes back to an address with a stack pointer.
    struct Awaited {
        VirtAddr pc;
        bool completes = false;  ///< the instruction is done then
    };

    [[nodiscard]] Expected<void> next_leg();
    [[nodiscard]] Expected<void> await(VirtAddr pc, std::uint64_t stack_pointer, bool completes);
    [[nodiscard]] Expected<bool> await_system_call(const osi::UserRegisters& registers);
    [[nodiscard]] Expected<Progress> after_instruction();
    [[nodiscard]] bool goes_on_from(VirtAddr pc) const;

    /// Known stops for stack pointers: shared with callbacks on vCPU threads, written while the machine is paused.
    struct Site {
        emulator::SiteHandle handle;
        std::shared_ptr<std::atomic<std::uint64_t>> stack_pointer;
    };
    using SiteKey = std::pair<VirtAddr, AddressSpace>;

    emulator::Machine& machine_;
    emulator::Instrumentation& instrumentation_;
    osi::Os& os_;
    Inferior* inferior_ = nullptr;
    std::optional<Order> order_;
    std::variant<OnVcpu, Awaited> leg_;
    VirtAddr pc_;
    StepCheck check_;
    std::map<SiteKey, Site> sites_;
};

}  // namespace hvgdb::gdbserver
