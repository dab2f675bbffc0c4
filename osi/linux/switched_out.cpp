// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/switched_out.hpp"

#include "osi/linux/member_block.hpp"

namespace hvgdb::osi {

Expected<SwitchedOutRegisters> read_switched_out(const KernelMemory& kernel, VirtAddr task) {
    const auto size = kernel.layout().size_of(Structure::inactive_task_frame);
    if (!kernel.has(Field::task_thread_sp) || !kernel.has(Field::inactive_return) || size == 0) {
        return fail(Errc::unsupported, "where this kernel keeps a thread's place could not be found out");
    }
    const auto frame = kernel.pointer(task, Field::task_thread_sp);
    MemberBlock block(kernel, {Field::inactive_r15, Field::inactive_r14, Field::inactive_r13, Field::inactive_r12,
                               Field::inactive_bx, Field::inactive_bp, Field::inactive_return});
    if (!frame || !is_kernel_pointer(*frame) || !block.read(*frame)) {
        return fail(Errc::fault, "the thread's place in the kernel cannot be read");
    }
    return SwitchedOutRegisters{.rip = block.number(Field::inactive_return),
                                .rsp = frame->value + size,
                                .rbp = block.number(Field::inactive_bp),
                                .rbx = block.number(Field::inactive_bx),
                                .r12 = block.number(Field::inactive_r12),
                                .r13 = block.number(Field::inactive_r13),
                                .r14 = block.number(Field::inactive_r14),
                                .r15 = block.number(Field::inactive_r15)};
}

}  // namespace hvgdb::osi
