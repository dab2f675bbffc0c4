// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the kernel's functions tell of which kind of event.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulator/types.hpp"
#include "osi/events.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/symbol_source.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// A place in the kernel's code by what is known there. Functions are named with their arguments, which are in rdi,
/// rsi, rdx, rcx, r8, r9 when they begin.
enum class EventPoint : std::uint8_t {
    exec_done,       ///< proc_exec_connector(task)
    thread_start,    ///< start_thread(regs, ip, sp), compat_start_thread(regs, ip, sp)
    new_task,        ///< wake_up_new_task(task)
    task_exit,       ///< taskstats_exit(task, group_dead)
    exit_begin,      ///< do_exit(code)
    task_release,    ///< release_thread(task), release_task(task)
    map,             ///< mmap_region(file, address, length, flags, page offset)
    unmap_to,        ///< do_vmi_align_munmap(iterator, area, mm, start, end)
    unmap_length,    ///< do_munmap(mm, start, length)
    signal,          ///< get_signal()
    syscall,         ///< do_syscall_64(...)
    compat_syscall,  ///< do_int80_syscall_32(regs)
    int80,           ///< do_int80_emulation(regs), before it has noted the system call's number
    fast_syscall,    ///< do_fast_syscall_32(regs): the sixth argument is on the user's stack
    syscall_end,     ///< behind a call of the function
    compat_syscall_end,
    context_switch,  ///< __switch_to(task, next)
};

struct EventSite {
    EventPoint point = EventPoint::exec_done;
    VirtAddr address;
    friend bool operator==(const EventSite&, const EventSite&) = default;
};

struct EventFunctions {
    std::vector<EventSite> sites;  ///< empty: this kernel does not let us hear of it
    std::string names;             ///< of the functions, for people
};

/// What `kind` is told by in this kernel. A function may be there under its name with a compiler's suffix.
[[nodiscard]] EventFunctions find_event_functions(EventKind kind, const SymbolSource& symbols,
                                                  const KernelSymbols& addresses, const MemoryReader& kernel);

/// The instructions behind each `call` (E8, relative) from [start, end) to one of `functions`, in the order of their
/// addresses. At most 1 MiB of code is looked at.
[[nodiscard]] std::vector<VirtAddr> returns_of_calls(const MemoryReader& code, VirtAddr start, VirtAddr end,
                                                     std::span<const VirtAddr> functions);

}  // namespace hvgdb::osi
