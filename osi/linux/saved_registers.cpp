// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/saved_registers.hpp"

#include <array>
#include <string>
#include <utility>

#include "osi/linux/fpu_area.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::array<Field, 16> kGeneral{Field::regs_ax,  Field::regs_bx,  Field::regs_cx,  Field::regs_dx,
                                         Field::regs_si,  Field::regs_di,  Field::regs_bp,  Field::regs_sp,
                                         Field::regs_r8,  Field::regs_r9,  Field::regs_r10, Field::regs_r11,
                                         Field::regs_r12, Field::regs_r13, Field::regs_r14, Field::regs_r15};

std::uint16_t selector(const KernelMemory& kernel, VirtAddr task, Field field) {
    return static_cast<std::uint16_t>(kernel.number(task, field).value_or(0));
}

// Segment descriptors: Intel SDM vol. 3A, 3.4.5. The GDT's entries 12 to 14 are the task's own
// (arch/x86/include/asm/segment.h GDT_ENTRY_TLS_MIN).
std::optional<std::uint64_t> tls_base(const KernelMemory& kernel, VirtAddr task, std::uint16_t selector) {
    constexpr unsigned kFirstEntry = 12;
    constexpr unsigned kEntries = 3;
    constexpr unsigned kLocalTable = 4;
    const unsigned entry = selector >> 3U;
    const auto table = kernel.place(task, Field::task_tls);
    if (!table || (selector & kLocalTable) != 0 || entry < kFirstEntry || entry >= kFirstEntry + kEntries) {
        return std::nullopt;
    }
    const auto descriptor =
        kernel.memory().number(VirtAddr{table->value + std::uint64_t{8} * (entry - kFirstEntry)}, 8);
    if (!descriptor) {
        return std::nullopt;
    }
    return ((*descriptor >> 16) & 0xffffff) | ((*descriptor >> 56) << 24);
}

std::uint64_t segment_base(const KernelMemory& kernel, VirtAddr task, Field field, std::uint16_t selector) {
    const auto kept = kernel.number(task, field).value_or(0);
    return kept != 0 ? kept : tls_base(kernel, task, selector).value_or(0);
}

void read_segments(const KernelMemory& kernel, VirtAddr task, UserRegisters& registers) {
    registers.ds = selector(kernel, task, Field::task_ds);
    registers.es = selector(kernel, task, Field::task_es);
    registers.fs = selector(kernel, task, Field::task_fsindex);
    registers.gs = selector(kernel, task, Field::task_gsindex);
    registers.fs_base = segment_base(kernel, task, Field::task_fsbase, registers.fs);
    registers.gs_base = segment_base(kernel, task, Field::task_gsbase, registers.gs);
}

}  // namespace

Field frame_field(std::size_t general) {
    return kGeneral[general];
}

std::uint64_t system_call_number(std::uint64_t orig_rax) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(orig_rax)) < 0 ? ~std::uint64_t{0} : orig_rax;
}

bool read_frame(const KernelMemory& kernel, VirtAddr frame, UserRegisters& registers) {
    MemberBlock block(kernel, {Field::regs_r15,  Field::regs_r14, Field::regs_r13,     Field::regs_r12, Field::regs_bp,
                               Field::regs_bx,   Field::regs_r11, Field::regs_r10,     Field::regs_r9,  Field::regs_r8,
                               Field::regs_ax,   Field::regs_cx,  Field::regs_dx,      Field::regs_si,  Field::regs_di,
                               Field::regs_ip,   Field::regs_cs,  Field::regs_orig_ax, Field::regs_sp,  Field::regs_ss,
                               Field::regs_flags});
    if (!block.read(frame)) {
        return false;
    }
    for (std::size_t i = 0; i < kGeneral.size(); ++i) {
        registers.general[i] = block.number(kGeneral[i]);
    }
    registers.rip = block.number(Field::regs_ip);
    registers.eflags = block.number(Field::regs_flags);
    registers.cs = static_cast<std::uint16_t>(block.number(Field::regs_cs));
    registers.ss = static_cast<std::uint16_t>(block.number(Field::regs_ss));
    registers.orig_rax = system_call_number(block.number(Field::regs_orig_ax));
    registers.frame = frame;
    return true;
}

void read_fpu_area(const KernelMemory& kernel, VirtAddr task, bool with_xsave, UserRegisters& registers) {
    const auto area = find_fpu_area(kernel, task, with_xsave);
    if (!area) {
        return;
    }
    Bytes bytes(area->size);
    if (kernel.memory().fill(area->address, bytes)) {
        registers.xsave = std::move(bytes);
        registers.xsave_address = area->address;
    }
}

Expected<UserRegisters> saved_user_registers(const KernelMemory& kernel, VirtAddr task, const KernelStack& stack,
                                             bool with_xsave) {
    if (is_kernel_thread(kernel, task)) {
        return fail(Errc::not_found, "a kernel thread has no user registers");
    }
    const auto frame = stack.frame(kernel, task);
    if (!frame) {
        return fail(Errc::not_found, "the thread has ended: its registers are gone");
    }
    UserRegisters registers;
    if (!read_frame(kernel, *frame, registers)) {
        return fail(Errc::fault, "the saved registers cannot be read");
    }
    read_segments(kernel, task, registers);
    read_fpu_area(kernel, task, with_xsave, registers);
    return registers;
}

}  // namespace hvgdb::osi
