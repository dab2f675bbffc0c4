// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to the guest's processes, told by the vCPU to which it happens, at that moment.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/types.hpp"
#include "osi/data_call.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// As the kernel's own notice of it: what a kind carries is the struct of that name below.
enum class EventKind : std::uint8_t {
    started,           ///< exec is done: the new program is there, none of its instructions has run
    forked,            ///< a new process; it has not run yet. Happens to the parent
    thread_created,    ///< a new thread of the process, which has not run yet. Happens to the one that made it
    thread_exited,     ///< a thread ends, and others of its process remain
    exited,            ///< a process ends: its last thread does. Its memory is still there
    gone,              ///< its parent has taken note: the process id may be used again. Happens to whoever takes note
    mapped,            ///< a mapping is about to be made
    unmapped,          ///< addresses are about to lose their mapping
    signal,            ///< a signal is about to be delivered, of those that wait the one the kernel takes first
    syscall_entered,   ///< the arguments are in the user registers, too
    syscall_returned,  ///< the result is in the user registers, too. Not told for one that ends the thread
    switched,          ///< a CPU is about to change from this thread to another
};
inline constexpr std::size_t kEventKinds = 12;

namespace event {

/// Paths and arguments are any bytes; what cannot be read is empty.
struct Started {
    std::string path;     ///< of the program that runs; with a script its interpreter's. As readlink of /proc/PID/exe
    std::string invoked;  ///< what execve(2) was called with: AT_EXECFN; with a script the script's path
    std::vector<std::string> arguments;
    std::vector<AuxiliaryEntry> auxiliary_vector;
    VirtAddr entry;  ///< the program's own: AT_ENTRY
    VirtAddr start;  ///< the first instruction to run: `entry`, or the dynamic linker's
    bool compat = false;
};
struct Forked {
    ProcessId child = 0;
    bool vfork = false;  ///< the parent waits until the child calls exec or ends, in its parent's memory
};
struct ThreadCreated {
    ThreadId thread = 0;
};
struct ThreadExited {
    std::uint32_t status = 0;  ///< as wait(2) gives it
};
struct Exited {
    std::uint32_t status = 0;  ///< as wait(2) gives it
};
struct Gone {
    ProcessId process = 0;
};
struct Mapped {
    VirtAddr start;
    std::uint64_t length = 0;  ///< bytes
    std::uint64_t offset = 0;  ///< in the file
    std::uint64_t flags = 0;   ///< VM_* (include/linux/mm.h)
    std::string path;          ///< empty: no file
};
struct Unmapped {
    VirtAddr start;
    std::uint64_t length = 0;  ///< bytes
};
struct Signal {
    unsigned number = 0;  ///< Linux's
    /// struct siginfo as the process's signal handler would get it (64-bit layout), zeros where the kernel keeps none.
    std::array<std::byte, 128> info{};
    /// Nothing the process has set up will handle it: it ends, stops or ignores it by default.
    bool by_default = false;
};
struct SyscallEntered {
    std::uint64_t number = 0;
    CallArguments arguments{};
    bool compat = false;  ///< the number is one of the 32-bit table
};
/// What a system call's descriptor stands for when the call returns.
struct CallFile {
    std::string path;            ///< as OpenFile::name
    std::uint64_t position = 0;  ///< where the file's position is now
};
struct SyscallReturned {
    std::uint64_t number = 0;
    std::int64_t result = 0;
    bool compat = false;
    /// Still those of the call, but for calls that change all registers (execve, sigreturn), and for those of 32-bit
    /// programs that a signal's handler comes before.
    CallArguments arguments{};
    std::optional<CallFile> file = {};  ///< only where CallFilter asks for one
};
struct Switched {
    ThreadId thread = 0;  ///< the next; 0: the CPU's idle thread
    ProcessId process = 0;
};

}  // namespace event

struct Event {
    EventKind kind = EventKind::started;
    VcpuId vcpu;
    ProcessId pid = 0;  ///< to whom it happens
    ThreadId tid = 0;
    std::string command;  ///< comm: any bytes
    /// In the order of EventKind.
    std::variant<event::Started, event::Forked, event::ThreadCreated, event::ThreadExited, event::Exited, event::Gone,
                 event::Mapped, event::Unmapped, event::Signal, event::SyscallEntered, event::SyscallReturned,
                 event::Switched>
        what;
};

/// Runs on a vCPU's thread, never twice at once for one subscription; must not block or throw. `stop` parks the vCPU
/// inside the kernel, before what is told goes on. May use any Subscription, its own included.
using EventCallback = std::move_only_function<emulator::Verdict(const Event&)>;

/// Of which system calls is told: those that meet all conditions that are set.
struct CallFilter {
    std::optional<DataDirection> moves = {};       ///< only data calls (data_call.hpp) of this direction
    bool moved = false;                            ///< of those that return: only where the result is above 0
    std::optional<std::uint32_t> descriptor = {};  ///< only where the first argument is this
    /// Of those that return: only where the first argument is a descriptor of the file with this path, absolute or the
    /// last parts of one. It is the file itself that counts, not a link to it.
    std::string file = {};
};

/// What is told to whom. An event that is filtered away costs no more than finding out whose it is; of system calls,
/// and which.
struct EventFilter {
    std::optional<ProcessId> process = {};  ///< only what happens to this one
    std::optional<CallFilter> calls = {};   ///< of the two kinds of system calls
};

/// Copyable and cheap; usable from any thread; harmless after the end of the subscription or of the whole event source.
/// After disable() or remove() the callback does not start any more, but one that runs on another vCPU may be about to
/// end.
class Subscription {
  public:
    struct State {
        std::atomic<bool> enabled{true};
        std::atomic<bool> removed{false};
    };
    Subscription() = default;
    explicit Subscription(std::weak_ptr<State> state) : state_(std::move(state)) {}

    void enable() const { set(&State::enabled, true); }
    /// The kernel stays instrumented, so that enable() costs nothing.
    void disable() const { set(&State::enabled, false); }
    /// The instrumentation goes with the next Events::commit().
    void remove() const { set(&State::removed, true); }
    [[nodiscard]] bool exists() const {
        const auto state = state_.lock();
        return state != nullptr && !state->removed;
    }

  private:
    void set(std::atomic<bool> State::* flag, bool value) const {
        if (const auto state = state_.lock()) {
            (*state).*flag = value;
        }
    }
    std::weak_ptr<State> state_;
};

/// Server's thread only, but for Subscriptions.
class Events {
  public:
    Events() = default;
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    virtual ~Events() = default;

    /// Takes effect with the next commit() for which a kernel is known, and again whenever the guest starts another
    /// one. `unsupported`, in words, when the kernel that is known does not let us hear of this kind.
    [[nodiscard]] virtual Expected<Subscription> subscribe(EventKind kind, EventFilter filter,
                                                           EventCallback callback) = 0;
    /// To be called on the paused machine before Instrumentation::prepare_resume(): instruments what was subscribed to,
    /// and nothing else.
    virtual void commit() = 0;
    /// Whether a subscription still waits for a kernel to be found.
    [[nodiscard]] virtual bool waits_for_kernel() const = 0;
    /// For people: each kind and the kernel functions that tell it, {"forked", "wake_up_new_task"}; "not to be had".
    [[nodiscard]] virtual OsFacts sources() = 0;
};

/// "started", "forked", "thread created"...
[[nodiscard]] std::string_view name_of(EventKind kind);

}  // namespace hvgdb::osi
