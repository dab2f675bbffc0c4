// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/inferred_layout.hpp"

#include <array>

#include "osi/linux/inferred_areas.hpp"
#include "osi/linux/inferred_ring.hpp"
#include "osi/linux/inferred_tasks.hpp"
#include "osi/linux/object_samples.hpp"

namespace hvgdb::osi {

namespace {

/// struct pt_regs of x86-64: PTRACE_GETREGS shows its words in this order (arch/x86/include/uapi/asm/ptrace.h), so it
/// never changes; but of the words of cs and ss only the low half-words are the registers since 6.9.
void set_saved_registers(Layout& layout) {
    constexpr std::array kInOrder{
        Field::regs_r15,   Field::regs_r14, Field::regs_r13, Field::regs_r12,     Field::regs_bp, Field::regs_bx,
        Field::regs_r11,   Field::regs_r10, Field::regs_r9,  Field::regs_r8,      Field::regs_ax, Field::regs_cx,
        Field::regs_dx,    Field::regs_si,  Field::regs_di,  Field::regs_orig_ax, Field::regs_ip, Field::regs_cs,
        Field::regs_flags, Field::regs_sp,  Field::regs_ss};
    constexpr std::uint64_t kSelectorSize = 2;
    std::int64_t offset = 0;
    for (const Field field : kInOrder) {
        const bool selector = field == Field::regs_cs || field == Field::regs_ss;
        layout.set(field, plain_member(offset, selector ? kSelectorSize : ObjectSamples::kWord));
        offset += ObjectSamples::kWord;
    }
    layout.set(Structure::pt_regs, static_cast<std::uint64_t>(offset));
}

}  // namespace

Expected<InferredKernel> infer_kernel(const InferenceInput& input) {
    const auto ring = find_task_ring(input.kernel, input.image);
    if (!ring) {
        return fail(Errc::not_found, "no list of processes is to be seen");
    }
    InferredKernel found;
    found.init_task = ring->tasks.front();
    set_saved_registers(found.layout);
    infer_task_members(input.kernel, *ring, found.layout);
    const auto spaces = sample_of_address_spaces(input.kernel, *ring, found.layout);
    infer_page_tables(input, spaces, found.layout);
    infer_areas(input.kernel, spaces, found.layout);
    return found;
}

}  // namespace hvgdb::osi
