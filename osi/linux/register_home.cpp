// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/register_home.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace hvgdb::osi {

namespace {

using enum KernelSymbol;

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kWord = 8;
constexpr std::uint64_t kEntryStackSize = kPage;  // arch/x86/include/asm/processor.h struct entry_stack
constexpr std::uint64_t kLargestStack = 0x10000;
// More than the code from the first to the last push of a frame takes, with a clearing of each register in between,
// and less than from there to where a system call returns.
constexpr std::uint64_t kPushingCode = 96;
constexpr std::uint64_t kErrorEntryPushes = 40;
constexpr std::uint64_t kNmiCode = 0x100;
constexpr std::uint64_t kInt80Code = 0x100;
constexpr std::uint64_t kExceptionCode = 0x20;  // of one exception
constexpr std::uint64_t kIretSize = 2;

// arch/x86/include/asm/segment.h
constexpr std::uint64_t kUserCode64 = 0x33;
constexpr std::uint64_t kUserCode32 = 0x23;
constexpr std::uint64_t kUserData = 0x2b;

RegisterHome whole(VirtAddr frame) {
    return {.kind = RegisterHome::Kind::saved_frame, .frame = frame, .filled_from = frame, .final = true};
}

RegisterHome partial(VirtAddr frame, VirtAddr filled_from) {
    return {.kind = RegisterHome::Kind::partial_frame, .frame = frame, .filled_from = filled_from};
}

VirtAddr stack_of(const X86VcpuState& vcpu) {
    return VirtAddr{vcpu[X86General::rsp]};
}

}  // namespace

RegisterLocator::RegisterLocator(const KernelMemory& kernel, const KernelSymbols& symbols, const PerCpu& cpus)
    : kernel_(kernel), symbols_(symbols), cpus_(cpus) {}

bool RegisterLocator::within(std::uint64_t rip, KernelSymbol first, KernelSymbol last) const {
    return symbols_[first] && symbols_[last] && rip >= symbols_[first]->value && rip < symbols_[last]->value;
}

bool RegisterLocator::within(std::uint64_t rip, KernelSymbol start, std::uint64_t size) const {
    return symbols_[start] && rip >= symbols_[start]->value && rip - symbols_[start]->value < size;
}

// Only what may be on the entry stack, or already on the user's, on its way out.
bool RegisterLocator::is_leaving(std::uint64_t rip) const {
    return within(rip, entry_syscall, entry_interrupts) || within(rip, exit_to_user, exit_iret) ||
           within(rip, exit_iret, kIretSize);
}

// What the exception of a system call finds there on its return is the call's number.
bool RegisterLocator::is_handling_interruption(std::uint64_t rip) const {
    if (within(rip, entry_int80_exception, kExceptionCode)) {
        return false;
    }
    return within(rip, entry_interrupts, exit_to_user) || within(rip, entry_exception, entry_nmi);
}

RegisterLocator::Frame RegisterLocator::frame_below(VirtAddr end) const {
    return Frame{VirtAddr{end.value - kernel_.layout().size_of(Structure::pt_regs)}, end};
}

std::optional<RegisterLocator::Frame> RegisterLocator::entry_frame(unsigned cpu) const {
    const auto end = cpus_.entry_stack_end(cpu);
    return end ? std::optional(frame_below(*end)) : std::nullopt;
}

// The entry begins with SWAPGS, perhaps behind an ENDBR64; the next instruction keeps rsp elsewhere.
std::optional<RegisterHome> RegisterLocator::at_syscall(RegisterHome::Kind kind, std::uint64_t rip,
                                                        KernelSymbol entry) const {
    constexpr std::array kSwapGs{std::byte{0x0f}, std::byte{0x01}, std::byte{0xf8}};
    constexpr std::size_t kLongestPrologue = 16;
    const VirtAddr start = *symbols_[entry];
    std::array<std::byte, kLongestPrologue> code{};
    const auto got = kernel_.memory().read(start, code);
    const auto readable = std::span(code).first(std::min(got, code.size()));
    const auto found = std::ranges::search(readable, kSwapGs);
    if (found.empty()) {
        return RegisterHome{};
    }
    const auto rsp_kept_at = start.value + static_cast<std::uint64_t>(found.end() - readable.begin());
    return RegisterHome{.kind = kind, .stack_switched = rip > rsp_kept_at};
}

std::optional<RegisterHome> RegisterLocator::after_syscall(const X86VcpuState& vcpu) const {
    if (within(vcpu.rip, entry_syscall, entry_syscall_frame)) {
        return at_syscall(RegisterHome::Kind::syscall, vcpu.rip, entry_syscall);
    }
    if (within(vcpu.rip, entry_compat_syscall, entry_compat_syscall_frame)) {
        return at_syscall(RegisterHome::Kind::compat_syscall, vcpu.rip, entry_compat_syscall);
    }
    return within(vcpu.rip, entry_sysenter, entry_sysenter_frame) ? std::optional(RegisterHome{}) : std::nullopt;
}

RegisterHome RegisterLocator::on_own_stack(const X86VcpuState& vcpu, const Frame& own,
                                           const std::optional<Frame>& entry) const {
    const VirtAddr rsp = stack_of(vcpu);
    RegisterHome home = whole(own.start);
    if (rsp <= own.start) {
        // Deeper down it is the kernel that was interrupted, and the user's frame is older.
        home.interruption = rsp.value + kWord >= own.start.value && is_handling_interruption(vcpu.rip);
        return home;
    }
    if (within(vcpu.rip, entry_int80, kInt80Code)) {
        // The first words are copied from the entry stack, with rdi for a pointer.
        const std::uint64_t rdi = kernel_.layout()[Field::regs_di].offset;
        const bool copying = rsp.value > own.start.value + rdi;
        return copying && entry ? partial(entry->start, VirtAddr{entry->start.value + rdi}) : partial(own.start, rsp);
    }
    if (within(vcpu.rip, entry_nmi, kNmiCode) || within(vcpu.rip, entry_sysenter_frame, kPushingCode)) {
        return {};
    }
    const bool pushing = within(vcpu.rip, entry_syscall_frame, kPushingCode) ||
                         within(vcpu.rip, entry_compat_syscall_frame, kPushingCode);
    return pushing ? partial(own.start, rsp) : home;
}

// A frame that an interruption of user code begins on another stack than the task's.
RegisterHome RegisterLocator::arriving(const X86VcpuState& vcpu, const Frame& frame) const {
    const VirtAddr rsp = stack_of(vcpu);
    RegisterHome home = rsp <= frame.start ? whole(frame.start) : partial(frame.start, rsp);
    home.final = false;
    home.interruption = !within(vcpu.rip, entry_int80, kInt80Code);
    home.rdi_in_vcpu = within(vcpu.rip, entry_exception, kErrorEntryPushes);
    return home;
}

RegisterHome RegisterLocator::on_entry_stack(const X86VcpuState& vcpu, const Frame& own, const Frame& entry) const {
    return is_leaving(vcpu.rip) ? whole(own.start) : arriving(vcpu, entry);
}

// A stack for one kind of exception. Whether it came from user mode is told by the words that the processor pushed.
RegisterHome RegisterLocator::on_other_stack(const X86VcpuState& vcpu, const Frame& own) const {
    const VirtAddr rsp = stack_of(vcpu);
    const Frame frame = frame_below(VirtAddr{(rsp.value + kPage - 1) / kPage * kPage});
    const auto cs = kernel_.number(frame.start, Field::regs_cs).value_or(0) & 0xffff;
    const auto ss = kernel_.number(frame.start, Field::regs_ss).value_or(0);
    if (!is_kernel_pointer(rsp) || (cs != kUserCode64 && cs != kUserCode32) || ss != kUserData) {
        return whole(own.start);
    }
    return within(vcpu.rip, entry_nmi, kNmiCode) ? RegisterHome{} : arriving(vcpu, frame);
}

RegisterHome RegisterLocator::in_entry_code(const X86VcpuState& vcpu, unsigned cpu, const Frame& own) const {
    if (const auto home = after_syscall(vcpu)) {
        return *home;
    }
    const VirtAddr rsp = stack_of(vcpu);
    const auto entry = entry_frame(cpu);
    if (entry && rsp <= entry->end && entry->end.value - rsp.value < kEntryStackSize) {
        return on_entry_stack(vcpu, own, *entry);
    }
    if (rsp <= own.end && own.end.value - rsp.value <= kLargestStack) {
        return on_own_stack(vcpu, own, entry);
    }
    return is_leaving(vcpu.rip) ? whole(own.start) : on_other_stack(vcpu, own);
}

RegisterHome RegisterLocator::find(const X86VcpuState& vcpu, unsigned cpu, VirtAddr frame) const {
    if (vcpu.user_mode()) {
        return {.kind = RegisterHome::Kind::vcpu};
    }
    const Frame own{frame, VirtAddr{frame.value + kernel_.layout().size_of(Structure::pt_regs)}};
    if (within(vcpu.rip, entry_text_start, entry_text_end)) {
        return in_entry_code(vcpu, cpu, own);
    }
    // sync_regs() copies a frame from there.
    const VirtAddr rsp = stack_of(vcpu);
    const auto entry = entry_frame(cpu);
    if (entry && rsp <= entry->start && entry->end.value - rsp.value < kEntryStackSize) {
        return arriving(vcpu, *entry);
    }
    return whole(frame);
}

}  // namespace hvgdb::osi
