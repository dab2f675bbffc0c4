// SPDX-License-Identifier: GPL-2.0-or-later
// The whole computer that QEMU emulates, as a debugger needs it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "emulator/target_description.hpp"
#include "emulator/types.hpp"
#include "emulator/write_observer.hpp"

namespace hvgdb::emulator {

enum class WatchKind : std::uint8_t { write, read, access };

/// Why the machine stopped, as far as the emulator itself can tell. Stops at sites arrive as `interrupted`: the
/// Instrumentation knows more (see Instrumentation::pending_stop).
struct MachineStop {
    enum class Reason : std::uint8_t {
        interrupted,  ///< somebody asked for it
        stray,        ///< a vCPU stopped for what was told before: nobody asked for it
        stepped,      ///< the single step is done
        watchpoint,   ///< `watch_kind` and `address` are set
        shutdown,     ///< the guest is powered off or crashed but QEMU is still there
        gone,         ///< QEMU ended; no call but destruction makes sense any more
    };
    Reason reason = Reason::interrupted;
    std::optional<VcpuId> vcpu;  ///< absent when the emulator does not say, or says it unreliably
    WatchKind watch_kind = WatchKind::write;
    VirtAddr address;
    int exit_code = 0;  ///< with `gone`, where known
};

/// What each vCPU does at the next resume.
enum class RunMode : std::uint8_t { stay, go, step };

struct ResumePlan {
    RunMode others = RunMode::go;  ///< for vCPUs without an entry below
    std::vector<std::pair<VcpuId, RunMode>> vcpus;

    [[nodiscard]] RunMode mode_of(VcpuId vcpu) const {
        const auto found = std::ranges::find(vcpus, vcpu, &std::pair<VcpuId, RunMode>::first);
        return found == vcpus.end() ? others : found->second;
    }
};

/// Everything here is called on the server's thread only. Reads and writes need a paused machine and fail with
/// `running` otherwise; any call may fail with `gone` or `timeout`. Byte order is the guest's.
class Machine {
  public:
    using StopHandler = std::function<void(const MachineStop&)>;

    Machine() = default;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    virtual ~Machine() = default;

    [[nodiscard]] virtual const TargetDescription& description() const = 0;
    [[nodiscard]] virtual unsigned vcpu_count() const = 0;
    [[nodiscard]] virtual bool running() const = 0;
    /// Another number whenever the guest may have run, or memory or a register was written, since the last time: what
    /// was read before may be outdated. Says nothing while the machine runs.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    /// A whole register block: exactly description().block_size() bytes, RegisterInfo::offset tells where.
    [[nodiscard]] virtual Expected<Bytes> read_registers(VcpuId vcpu) = 0;
    [[nodiscard]] virtual Expected<void> write_registers(VcpuId vcpu, std::span<const std::byte> block) = 0;
    [[nodiscard]] virtual Expected<Bytes> read_register(VcpuId vcpu, unsigned number) = 0;
    /// `value` must have exactly the register's size: `bad_argument` otherwise.
    [[nodiscard]] virtual Expected<void> write_register(VcpuId vcpu, unsigned number,
                                                        std::span<const std::byte> value) = 0;

    /// Reads through the vCPU's current address space. Returns how many bytes from the start were readable (at least
    /// one, else `fault`).
    [[nodiscard]] virtual Expected<std::size_t> read_memory(VcpuId vcpu, VirtAddr address,
                                                            std::span<std::byte> out) = 0;
    [[nodiscard]] virtual Expected<void> write_memory(VcpuId vcpu, VirtAddr address,
                                                      std::span<const std::byte> data) = 0;
    [[nodiscard]] virtual Expected<std::size_t> read_physical(PhysAddr address, std::span<std::byte> out) = 0;
    [[nodiscard]] virtual Expected<void> write_physical(PhysAddr address, std::span<const std::byte> data) = 0;
    /// Writes the byte that is there already: the emulator drops every translated block in reach of it. Nobody is told.
    [[nodiscard]] Expected<void> rewrite_byte(VcpuId vcpu, VirtAddr address);
    [[nodiscard]] Expected<void> rewrite_byte(PhysAddr address);
    /// One, or null for none. It outlives the last write.
    void set_write_observer(WriteObserver* observer) { observer_ = observer; }

    [[nodiscard]] virtual Expected<void> insert_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) = 0;
    [[nodiscard]] virtual Expected<void> remove_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) = 0;
    /// Some watchpoint may be hit by a load.
    [[nodiscard]] bool watches_reads() const { return read_watchpoints_ != 0; }

    /// Runs the machine; returns at once. The stop handler tells when it is paused again (never from inside resume).
    [[nodiscard]] virtual Expected<void> resume(const ResumePlan& plan) = 0;
    /// Asks a running machine to pause. Harmless when it is paused already.
    [[nodiscard]] virtual Expected<void> interrupt() = 0;

    /// One handler; it may call everything here, resume included.
    virtual void set_stop_handler(StopHandler handler) = 0;

    /// QEMU's single-step flags (ENABLE 1, NOIRQ 2, NOTIMER 4; QEMU manual, "GDB usage").
    [[nodiscard]] virtual unsigned step_flags() const = 0;
    [[nodiscard]] virtual Expected<void> set_step_flags(unsigned flags) = 0;

  protected:
    /// To be called by the implementation before each resumption and each write.
    void changes() { ++generation_; }
    /// To be called by the implementation when it got one more, or one less.
    void count_watchpoint(WatchKind kind, bool inserted);
    /// Null: nobody wants to be told of writes.
    [[nodiscard]] WriteObserver* write_observer() const { return observer_; }
    /// Both of description().block_size().
    void tell_block_written(VcpuId vcpu, std::span<const std::byte> before, std::span<const std::byte> after);

  private:
    WriteObserver* observer_ = nullptr;
    std::uint64_t generation_ = 1;
    std::size_t read_watchpoints_ = 0;
};

}  // namespace hvgdb::emulator
