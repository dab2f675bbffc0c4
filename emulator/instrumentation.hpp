// SPDX-License-Identifier: GPL-2.0-or-later
// Sites: closures that run on a vCPU thread when it is about to execute an instruction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

class Machine;
class Slot;

/// What a site's callback wants to happen next.
enum class Verdict : std::uint8_t {
    go_on,
    stop,               ///< park this vCPU here, before the instruction, and stop the machine
    go_on_and_disable,  ///< as SiteHandle::disable()
};

/// The vCPU that arrived at a site. Valid only inside the callback, on the vCPU's own thread.
class VcpuContext {
  public:
    virtual ~VcpuContext() = default;
    [[nodiscard]] virtual VcpuId vcpu() const = 0;
    [[nodiscard]] virtual VirtAddr pc() const = 0;
    /// The page-table root now in use; 0 on architectures whose root is not tracked.
    [[nodiscard]] virtual AddressSpace address_space() const = 0;
    /// 0 on architectures we do not know. Tells the threads of one address space apart.
    [[nodiscard]] virtual std::uint64_t stack_pointer() = 0;
    /// Registers of at most 64 bits, zero-extended, by their name in the target description. `not_found` otherwise.
    [[nodiscard]] virtual Expected<std::uint64_t> read_register(std::string_view name) = 0;
    /// All or nothing, through the current address space; `fault` when a page is missing.
    [[nodiscard]] virtual Expected<void> read_memory(VirtAddr address, std::span<std::byte> out) = 0;
};

/// Owns its state. Runs on vCPU threads, but never twice at once for one site; must not block or throw. May use any
/// SiteHandle, its own included.
using SiteCallback = std::move_only_function<Verdict(VcpuContext&)>;

/// Where a site is: an instruction's address in one address space, or in any.
struct SiteSpec {
    VirtAddr address;
    std::optional<AddressSpace> space;
    friend bool operator==(const SiteSpec&, const SiteSpec&) = default;
};

/// Where a site's instruction lies physically, as far as whoever adds the site knows. It spares the guest the loss of
/// all its translated code.
struct CodePlace {
    bool known = false;
    std::optional<PhysAddr> physical;  ///< with `known`; nothing: no page holds it yet, so it is not translated either
};

/// Names a site. Copyable and cheap; usable from any thread; harmless after the site, or the whole instrumentation, is
/// gone (every call does nothing then). After disable() or remove() returns, the callback does not start any more, but
/// one that is running on another vCPU may still be about to end.
class SiteHandle {
  public:
    SiteHandle() = default;
    explicit SiteHandle(std::weak_ptr<Slot> slot) : slot_(std::move(slot)) {}

    void enable() const;
    /// Keeps the site in the translated code, so that enable() costs nothing.
    void disable() const;
    void remove() const;
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] std::uint64_t hits() const;

  private:
    std::weak_ptr<Slot> slot_;
};

struct SiteInfo {
    SiteSpec where;
    bool enabled = false;
    std::uint64_t hits = 0;  ///< how often the callback ran
};

/// Somebody who stops vCPUs before instructions, and is no site.
class Halter {
  public:
    Halter() = default;
    Halter(const Halter&) = delete;
    Halter& operator=(const Halter&) = delete;
    virtual ~Halter() = default;

    /// A vCPU that it stopped is to stay so. Any thread.
    [[nodiscard]] virtual bool wanted() const = 0;

    struct Reason {
        std::optional<std::uint32_t> process;  ///< whom it concerns; nothing: whoever runs there
        std::string text;                      ///< lines for the client
    };
    /// Why it stopped the vCPU the last time. The server's thread.
    [[nodiscard]] virtual Reason reason(VcpuId vcpu) const = 0;
};

/// A vCPU that stands parked: at a site whose callback said stop, or for a halter.
struct PendingStop {
    VcpuId vcpu;
    SiteSpec where;
    std::shared_ptr<const Halter> halter = {};
};

/// Called on the server's thread, except where a SiteHandle is used.
class Instrumentation {
  public:
    Instrumentation() = default;
    Instrumentation(const Instrumentation&) = delete;
    Instrumentation& operator=(const Instrumentation&) = delete;
    virtual ~Instrumentation() = default;

    /// Enabled at once, but sure to be hit only after the next prepare_resume(): the blocks that hold the instruction
    /// may have been translated already.
    [[nodiscard]] virtual SiteHandle add_site(SiteSpec where, CodePlace place, SiteCallback callback) = 0;
    [[nodiscard]] virtual std::vector<SiteInfo> sites() const = 0;

    /// The parked vCPU to report, lowest index first, after the machine has paused. A vCPU which took an interrupt
    /// between parking and the pause is not at its site and is not named; it will come back to it.
    [[nodiscard]] virtual std::optional<PendingStop> pending_stop() = 0;

    /// Let the guest thread on that vCPU, which stands at `pc`, execute that instruction once although sites are there.
    /// Holds until it has left it, however often the instruction faults and is restarted in between, and on whichever
    /// vCPU. Forgets the pending stop. To be called before prepare_resume().
    virtual void pass_once(VcpuId vcpu, VirtAddr pc) = 0;

    /// To be called on a paused machine right before Machine::resume(): makes QEMU translate anew what new sites
    /// need, and switches translation callbacks on or off.
    [[nodiscard]] virtual Expected<void> prepare_resume() = 0;
};

}  // namespace hvgdb::emulator
