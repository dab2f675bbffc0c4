// SPDX-License-Identifier: GPL-2.0-or-later
// Events of system calls, out of the frame (struct pt_regs) in which the kernel keeps the user's registers.
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "emulator/hex.hpp"
#include "osi/linux/call_file.hpp"
#include "osi/linux/event_reader.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kUserCode32 = 0x23;  // arch/x86/include/asm/segment.h __USER32_CS

std::uint32_t lower(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

/// All of the frame in one read.
class Frame {
  public:
    explicit Frame(const EventScene& scene)
        : block_(scene.memory.kernel(),
                 {Field::regs_r10, Field::regs_r9, Field::regs_r8, Field::regs_bx, Field::regs_bp, Field::regs_ax,
                  Field::regs_cx, Field::regs_dx, Field::regs_si, Field::regs_di, Field::regs_orig_ax, Field::regs_ip,
                  Field::regs_cs, Field::regs_sp}) {
        const auto& stack = scene.kernel.stack();
        const auto where = stack ? stack->frame(scene.memory.kernel(), scene.task) : std::nullopt;
        known_ = where && block_.read(*where);
    }
    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] std::uint64_t operator[](Field field) const { return block_.number(field); }

  private:
    MemberBlock block_;
    bool known_ = false;
};

/// With SYSENTER and SYSCALL of 32-bit programs ebp means something else, and what was in it is on the user's stack
/// (arch/x86/entry/vdso/vdso32/system_call.S).
std::uint64_t pushed_argument(const EventScene& scene, const Frame& frame) {
    const auto mm = user_memory(scene.memory.kernel(), scene.task);
    const MemoryReader* const user = mm ? scene.memory.user(*mm) : nullptr;
    const auto value = user != nullptr ? user->number(VirtAddr{lower(frame[Field::regs_sp])}, 4) : std::nullopt;
    return value.value_or(0);
}

// The kernel's own numbers for "do it again" (include/linux/errno.h).
constexpr std::int64_t kRestart = -512;
constexpr std::int64_t kRestartBlock = -516;
constexpr std::uint64_t kRestartSyscall = 219;  // arch/x86/entry/syscalls/syscall_64.tbl
constexpr std::uint32_t kSigreturn = 15;
constexpr std::uint64_t kSyscallSize = 2;

/// Where the thread goes on after the call, and with what.
struct Return {
    std::uint64_t ip = 0;
    std::uint64_t ax = 0;
    CallArguments arguments{};
};

/// The kernel has set up a signal's handler meanwhile, which comes first, if a frame for it (struct rt_sigframe,
/// arch/x86/include/asm/sigframe.h) is on the user's stack. What the call was to return to is in there (struct
/// ucontext, struct sigcontext).
std::optional<Return> below_handler(const EventScene& scene, const Frame& frame) {
    constexpr std::uint64_t kContext = 8;
    constexpr std::uint64_t kRegisters = kContext + 40;
    // In struct sigcontext's order, and of the arguments in theirs.
    constexpr std::array<std::size_t, 6> kArguments{8, 9, 12, 2, 0, 1};
    constexpr std::size_t kAx = 13;
    constexpr std::size_t kIp = 16;
    constexpr std::size_t kCount = 17;
    const std::uint64_t sp = frame[Field::regs_sp];
    const auto mm = user_memory(scene.memory.kernel(), scene.task);
    if (frame[Field::regs_ip] == frame[Field::regs_cx] || frame[Field::regs_dx] != sp + kContext ||
        frame[Field::regs_ax] != 0 || !mm) {
        return std::nullopt;
    }
    const MemoryReader* const user = scene.memory.user(*mm);
    std::array<std::byte, kCount * 8> bytes;
    if (user == nullptr || !user->fill(VirtAddr{sp + kRegisters}, bytes)) {
        return std::nullopt;
    }
    const auto saved = [&](std::size_t index) { return load_little_endian(std::span(bytes).subspan(index * 8, 8)); };
    Return back{.ip = saved(kIp), .ax = saved(kAx), .arguments = {}};
    std::ranges::transform(kArguments, back.arguments.begin(), saved);
    return back;
}

CallArguments arguments_in(const Frame& frame) {
    return {frame[Field::regs_di],  frame[Field::regs_si], frame[Field::regs_dx],
            frame[Field::regs_r10], frame[Field::regs_r8], frame[Field::regs_r9]};
}

/// But for the sixth, which is elsewhere.
CallArguments compat_arguments_in(const Frame& frame) {
    return {lower(frame[Field::regs_bx]), lower(frame[Field::regs_cx]), lower(frame[Field::regs_dx]),
            lower(frame[Field::regs_si]), lower(frame[Field::regs_di]), 0};
}

/// SYSCALL has put the address behind it in rcx. One that is to be done again leads back to it (handle_signal() in
/// arch/x86/kernel/signal.c).
std::int64_t result_of(const Frame& frame, const Return& back) {
    if (back.ip == frame[Field::regs_cx] - kSyscallSize) {
        return back.ax == kRestartSyscall && frame[Field::regs_orig_ax] != back.ax ? kRestartBlock : kRestart;
    }
    return static_cast<std::int64_t>(back.ax);
}

/// What does not need a look at files.
bool passes(const CallFilter& filter, std::uint64_t number, bool compat) {
    const auto call = filter.moves ? find_data_call(number, compat) : std::nullopt;
    return !filter.moves || (call && call->direction == *filter.moves);
}

bool passes(const CallFilter& filter, const CallArguments& arguments) {
    return !filter.descriptor || lower(arguments[0]) == *filter.descriptor;
}

void read_return(EventPoint point, const EventScene& scene, const Frame& frame, event::SyscallReturned& what) {
    what.number = lower(frame[Field::regs_orig_ax]);
    // A program that has started a 32-bit one: the kernel has noted the other table's number of execve.
    what.compat = point == EventPoint::compat_syscall_end || (frame[Field::regs_cs] & 0xffff) == kUserCode32;
    if (what.compat) {
        what.result = static_cast<std::int32_t>(lower(frame[Field::regs_ax]));
        what.arguments = compat_arguments_in(frame);
    } else if (what.number == lower(~std::uint64_t{0})) {  // the end of a signal's handler leaves no number
        what.number = kSigreturn;
        what.result = static_cast<std::int64_t>(frame[Field::regs_ax]);
    } else {
        const Return plain{.ip = frame[Field::regs_ip], .ax = frame[Field::regs_ax], .arguments = arguments_in(frame)};
        const auto back = below_handler(scene, frame).value_or(plain);
        what.result = result_of(frame, back);
        what.arguments = back.arguments;
    }
}

}  // namespace

bool read_syscall(EventPoint point, const EventScene& scene, event::SyscallEntered& what) {
    const Frame frame(scene);
    if (!frame.known()) {
        return false;
    }
    what.compat = point != EventPoint::syscall;
    what.number = lower(frame[point == EventPoint::int80 ? Field::regs_ax : Field::regs_orig_ax]);
    what.arguments = what.compat ? compat_arguments_in(frame) : arguments_in(frame);
    if (scene.calls != nullptr &&
        (!passes(*scene.calls, what.number, what.compat) || !passes(*scene.calls, what.arguments))) {
        return false;
    }
    if (what.compat) {
        what.arguments.back() =
            point == EventPoint::fast_syscall ? pushed_argument(scene, frame) : lower(frame[Field::regs_bp]);
    }
    return true;
}

bool read_syscall_end(EventPoint point, const EventScene& scene, event::SyscallReturned& what) {
    const Frame frame(scene);
    if (!frame.known()) {
        return false;
    }
    read_return(point, scene, frame, what);
    if (scene.calls == nullptr) {
        return true;
    }
    const auto& filter = *scene.calls;
    if (!passes(filter, what.number, what.compat) || (filter.moved && what.result <= 0) ||
        !passes(filter, what.arguments)) {
        return false;
    }
    if (!filter.file.empty()) {
        what.file = read_call_file(scene, lower(what.arguments[0]), filter.file);
    }
    return filter.file.empty() || what.file;
}

}  // namespace hvgdb::osi
