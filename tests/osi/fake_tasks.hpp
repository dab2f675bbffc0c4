// SPDX-License-Identifier: GPL-2.0-or-later
// Tasks of a made-up kernel.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "osi/linux/kernel_memory.hpp"
#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {

inline constexpr std::uint64_t kFakePtRegsSize = 168;

/// All members that the walkers over tasks know, as a recent kernel has them.
inline FakeLayout fake_task_layout() {
    FakeLayout layout;
    for (const Field field :
         {Field::task_stack, Field::task_tasks, Field::task_thread_node, Field::task_real_parent, Field::task_mm,
          Field::task_real_cred, Field::task_signal, Field::task_thread_pid, Field::task_start_boottime,
          Field::task_fsbase, Field::task_gsbase, Field::signal_thread_head, Field::upid_ns, Field::mm_pgd,
          Field::mm_saved_auxv, Field::fpu_fpstate, Field::fpstate_regs, Field::rq_idle}) {
        layout.add(field);
    }
    for (const Field field :
         {Field::task_state, Field::task_on_cpu, Field::task_cpu, Field::task_flags, Field::task_pid, Field::task_tgid,
          Field::task_exit_state, Field::task_exit_code, Field::signal_nr_threads, Field::signal_group_exit_code,
          Field::signal_flags, Field::cred_uid, Field::cred_euid, Field::cred_gid, Field::pid_level, Field::upid_nr,
          Field::fpstate_size, Field::fpu_last_cpu}) {
        layout.add(field, 4);
    }
    layout.add(Field::pid_numbers);  // the structure's last
    layout.add(Field::task_comm, 16, 1);
    layout.add(Field::task_tls, 24, 8);
    for (const Field field : {Field::task_ds, Field::task_es, Field::task_fsindex, Field::task_gsindex}) {
        layout.add(field, 2);
    }
    for (const Field field :
         {Field::regs_r15,   Field::regs_r14, Field::regs_r13, Field::regs_r12,     Field::regs_bp, Field::regs_bx,
          Field::regs_r11,   Field::regs_r10, Field::regs_r9,  Field::regs_r8,      Field::regs_ax, Field::regs_cx,
          Field::regs_dx,    Field::regs_si,  Field::regs_di,  Field::regs_orig_ax, Field::regs_ip, Field::regs_cs,
          Field::regs_flags, Field::regs_sp,  Field::regs_ss}) {
        layout.add(field);
    }
    layout.set(Structure::task_struct, layout.size_of("task_struct"))
        .set(Structure::pt_regs, kFakePtRegsSize)
        .set(Structure::upid, layout.size_of("upid"));
    return layout;
}

/// A handful of processes in memory. Objects lie 0x10000 apart in the kernel's half.
class FakeTasks {
  public:
    explicit FakeTasks(FakeLayout layout = fake_task_layout())
        : layout_(layout.layout()), kernel_(memory, layout_), init(object()) {
        put(init, Field::task_comm, 0);
        put_text(init, "swapper/0");
        make_ring(Field::task_tasks, init, {});
    }
    FakeTasks(const FakeTasks&) = delete;
    FakeTasks& operator=(const FakeTasks&) = delete;

    [[nodiscard]] const KernelMemory& kernel() const { return kernel_; }
    [[nodiscard]] std::uint64_t offset(Field field) const { return layout_[field].offset; }
    [[nodiscard]] VirtAddr node(VirtAddr task, Field field) const { return VirtAddr{task.value + offset(field)}; }

    /// Fresh memory of zeros.
    VirtAddr object(std::size_t size = 0x1000) {
        next_ += 0x10000;
        memory.put_zeros(VirtAddr{next_}, size);
        return VirtAddr{next_};
    }
    void put(VirtAddr address, Field field, std::uint64_t value) {
        const auto& member = layout_[field];
        memory.put(VirtAddr{address.value + member.offset}, value, member.size <= 8 ? member.size : 8);
    }
    void put_text(VirtAddr task, std::string_view name) { memory.put_text(node(task, Field::task_comm), name); }

    /// A task in no list yet.
    VirtAddr task(std::uint32_t tid, std::uint32_t pid, std::string_view name) {
        const VirtAddr made = object();
        put(made, Field::task_pid, tid);
        put(made, Field::task_tgid, pid);
        put_text(made, name);
        return made;
    }
    /// Its leader's signal_struct with these threads in its list.
    VirtAddr join(std::initializer_list<VirtAddr> threads) {
        const VirtAddr signal = object();
        VirtAddr last = node(signal, Field::signal_thread_head);
        for (const VirtAddr thread : threads) {
            put(thread, Field::task_signal, signal.value);
            memory.put(last, node(thread, Field::task_thread_node).value);
            last = node(thread, Field::task_thread_node);
        }
        memory.put(last, node(signal, Field::signal_thread_head).value);
        put(signal, Field::signal_nr_threads, threads.size());
        return signal;
    }
    void make_ring(Field field, VirtAddr head, std::initializer_list<VirtAddr> tasks) {
        VirtAddr last = node(head, field);
        for (const VirtAddr task : tasks) {
            memory.put(last, node(task, field).value);
            last = node(task, field);
        }
        memory.put(last, node(head, field).value);
    }

    FakeMemory memory;

  private:
    Layout layout_;
    KernelMemory kernel_;
    std::uint64_t next_ = 0xffff'8000'0000'0000;

  public:
    VirtAddr init;
};

}  // namespace hvgdb::osi
