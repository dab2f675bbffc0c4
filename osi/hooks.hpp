// SPDX-License-Identifier: GPL-2.0-or-later
// Sites by symbol or address, in the kernel or in a process, also in a library that is not mapped yet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/instrumentation.hpp"
#include "emulator/types.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct HookSpec {
    std::optional<ProcessId> process;  ///< nothing: the kernel and its modules
    /// The end of the library's path, whole parts of it: "libc.so.6". It is the file that counts, not a link to it, but
    /// a version may follow: "libx.so.1" is also libx.so.1.2. Empty: the program itself. Not with the kernel.
    std::string library;
    /// A function's name; or an address: the one in the library's file (as its symbols have it) when `library` is
    /// given, else one in memory.
    std::variant<VirtAddr, std::string> where;
};

/// Names a hook. Copyable and cheap; usable from any thread; harmless after the hook or all hooks are gone. As with
/// SiteHandle: after disable() or remove() the callback does not start any more, but one that runs on another vCPU may
/// be about to end.
class HookHandle {
  public:
    class State;
    HookHandle() = default;
    explicit HookHandle(std::weak_ptr<State> state) : state_(std::move(state)) {}

    void enable() const;
    void disable() const;
    void remove() const;
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] std::uint64_t hits() const;
    /// Nothing while the library is not mapped.
    [[nodiscard]] std::optional<VirtAddr> address() const;

  private:
    std::weak_ptr<State> state_;
};

/// The server's thread only, but for HookHandles; the machine paused.
///
/// A hook of a library that is not mapped waits for an executable mapping of it in that process. The vCPU that is about
/// to make it stops the machine (Verdict::stop), before any of the library's code has run; the owner calls
/// resolve_pending() whenever the machine has stopped, and resumes it when there is no other reason to stay. Code that
/// is only made executable later (mprotect) is not noticed.
///
/// The hook of a process is gone when its program is: with exec, and with its end; as far as the kernel lets us hear of
/// these (Events). A child of fork has none.
class Hooks {
  public:
    struct Resolved {
        HookHandle hook;
        Expected<VirtAddr> address;  ///< an error: the hook is gone
    };

    /// All must outlive it.
    Hooks(Os& os, Events& events, emulator::Instrumentation& instrumentation);
    /// All of them are removed.
    ~Hooks();
    Hooks(const Hooks&) = delete;
    Hooks& operator=(const Hooks&) = delete;

    /// To be followed by Events::commit() and Instrumentation::prepare_resume(), as after resolve_pending().
    /// `not_found` when there is no such process or function; `bad_argument` for what is no code; `unsupported` for an
    /// indirect function (IFUNC), or when the kernel does not tell of mappings; else what the Os says.
    [[nodiscard]] Expected<HookHandle> add(HookSpec spec, emulator::SiteCallback callback);

    /// Those whose library has been, or is just being, mapped. One whose file cannot be read for now, because part of
    /// it is not in the guest's memory, goes on waiting and is tried again the next time.
    std::vector<Resolved> resolve_pending();
    /// How many wait for their library.
    [[nodiscard]] std::size_t pending() const;

  private:
    struct Hook;
    /// What is mapped from where in the file.
    struct Image {
        std::string path;
        VirtAddr start;
        std::uint64_t offset = 0;
    };

    [[nodiscard]] Expected<VirtAddr> kernel_address(const HookSpec& spec);
    [[nodiscard]] Expected<VirtAddr> program_address(const HookSpec& spec);
    [[nodiscard]] Expected<std::optional<Image>> mapped_library(const HookSpec& spec);
    [[nodiscard]] Expected<VirtAddr> library_address(const HookSpec& spec, const Image& image);
    [[nodiscard]] Expected<void> arm(Hook& hook, VirtAddr address);
    [[nodiscard]] Expected<void> wait_for_library(Hook& hook);
    [[nodiscard]] Expected<void> begin(Hook& hook);
    [[nodiscard]] Expected<VirtAddr> resolve(Hook& hook, const event::Mapped& mapped);
    void end_with_program(const Hook& hook);
    void forget_removed();

    Os& os_;
    Events& events_;
    emulator::Instrumentation& instrumentation_;
    std::vector<std::unique_ptr<Hook>> hooks_;
};

}  // namespace hvgdb::osi
