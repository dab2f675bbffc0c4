// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's operating system, as a debugger needs it: processes, threads, mappings, files, symbols.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/types.hpp"
#include "osi/address_range.hpp"
#include "osi/x86_registers.hpp"

namespace hvgdb::osi {

/// A process is named by its thread-group id, a thread by its own id, both as the guest's root pid namespace counts
/// them. A swapper (the idle thread of a CPU) has 0.
using ProcessId = std::uint32_t;
using ThreadId = std::uint32_t;

/// What cannot be read of a process is absent, and the rest is there.
struct Process {
    ProcessId pid = 0;
    std::optional<ProcessId> parent;
    std::vector<ProcessId> namespace_pids;  ///< from the root pid namespace inwards, as NSpid in /proc/PID/status
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> effective_uid;
    std::optional<std::uint32_t> gid;
    std::string command;  ///< comm: at most 15 bytes, any bytes
    char state = '?';     ///< R S D T t X Z I, as /proc/PID/stat prints it
    bool kernel_thread = false;
    bool compat = false;                      ///< a 32-bit program on a 64-bit kernel
    std::optional<std::uint64_t> start_time;  ///< nanoseconds since boot
    std::optional<std::uint32_t> exit_code;   ///< of a zombie, as wait() gives it
    unsigned threads = 1;
    /// The kernel's copy of its page tables. Absent for kernel threads and for what has given its memory back already.
    std::optional<AddressSpace> space;
    /// The one its user code runs in: `space`, or with page-table isolation the other of the two.
    std::optional<AddressSpace> user_space;
    VirtAddr task;  ///< of its leader's task_struct
};

struct Thread {
    ThreadId tid = 0;
    ProcessId pid = 0;
    std::vector<ThreadId> namespace_tids;
    std::string command;
    char state = '?';
    std::optional<unsigned> cpu;  ///< Linux's number of the CPU it runs on or ran on last
    std::optional<VcpuId> vcpu;   ///< the vCPU it runs on now
    VirtAddr task;
};

/// A virtual memory area, as a line of /proc/PID/maps tells it.
struct Mapping {
    VirtAddr start;
    VirtAddr end;  ///< behind its last byte
    bool read = false;
    bool write = false;
    bool execute = false;
    bool shared = false;
    std::uint64_t flags = 0;   ///< VM_* (include/linux/mm.h); the lower 32 are the same in all kernels
    std::uint64_t offset = 0;  ///< bytes into the file
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint64_t inode = 0;
    /// As the kernel prints it: a path from init's root folder on (of another mount namespace: from that one's),
    /// "[heap]", "[stack]", "[vdso]", "[anon:name]",
    /// "/memfd:x (deleted)"; or nothing. Any bytes.
    std::string name;
};

struct OpenFile {
    unsigned number = 0;  ///< the file descriptor
    std::string name;     ///< as readlink of /proc/PID/fd/N tells it: a path, "pipe:[123]", "anon_inode:[eventfd]", ...
    std::uint64_t position = 0;
    std::uint32_t flags = 0;  ///< of open(2), as /proc/PID/fdinfo/N prints them, without O_CLOEXEC
    std::uint64_t inode = 0;
};

struct AuxiliaryEntry {
    std::uint64_t type = 0;  ///< AT_* (include/uapi/linux/auxvec.h)
    std::uint64_t value = 0;
    friend bool operator==(const AuxiliaryEntry&, const AuxiliaryEntry&) = default;
};

struct KernelModule {
    std::string name;
    VirtAddr base;
    std::uint64_t size = 0;  ///< bytes of all its sections, as /proc/modules prints it
    std::optional<std::int64_t> users;
    std::string state;  ///< "Live", "Loading", "Unloading"
};

/// The user-mode registers of a thread of an x86-64 kernel.
struct UserRegisters : X86Registers {
    /// Where they were read: the vCPU itself, which runs user code, or the frame that the kernel saved on entry.
    enum class Source : std::uint8_t { vcpu, saved_frame };
    Source source = Source::saved_frame;
    std::optional<VcpuId> vcpu;  ///< the one the thread is on, in user mode or in the kernel
    /// The system call's number while in one, else -1. Unknown when the thread runs user code.
    std::optional<std::uint64_t> orig_rax;
    /// XSAVE area in the standard or compacted format (Intel SDM vol. 1, 13.4), FXSAVE's 512 bytes first; those alone,
    /// and no address, when the registers were a vCPU's own. Absent when it cannot be read.
    std::optional<Bytes> xsave;
    /// Of the saved frame (struct pt_regs) and of the XSAVE area, to write back to.
    std::optional<VirtAddr> frame;
    std::optional<VirtAddr> xsave_address;
};

/// Bytes that follow each other in memory.
struct PhysicalPiece {
    PhysAddr address;
    std::uint64_t size = 0;
    friend bool operator==(const PhysicalPiece&, const PhysicalPiece&) = default;
};

/// Where a user register of a thread is now. Both when either may count: of a thread that runs no user code, x87, SSE
/// and AVX registers are saved in memory, but the kernel does not load them again if the vCPU still has them.
struct RegisterPlace {
    std::optional<VcpuId> vcpu;         ///< in this vCPU's own register
    std::vector<PhysicalPiece> memory;  ///< its bytes, in their order, where the kernel saved them; or nothing
};

/// One of the dynamic linker's list of objects (struct link_map, glibc link.h), the program itself first.
struct Library {
    std::string name;     ///< its path as the dynamic linker has it; empty for the program. Any bytes.
    VirtAddr link_map;    ///< of the entry itself
    VirtAddr base;        ///< l_addr: what is added to the addresses in the file
    VirtAddr dynamic;     ///< l_ld: its PT_DYNAMIC
    VirtAddr name_space;  ///< the struct r_debug of its namespace (that of dlmopen; usually there is only one)
};

/// What stat(2) tells of a file, in the kernel's own numbers.
struct FileStatus {
    std::uint64_t size = 0;  ///< bytes
    std::uint32_t mode = 0;  ///< type and permissions (include/uapi/linux/stat.h)
    std::uint64_t inode = 0;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint32_t links = 1;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::int64_t modified = 0;  ///< seconds since 1970
};

/// A regular file of the guest, read out of its page cache. Not longer than the Os that opened it.
class GuestFile {
  public:
    GuestFile() = default;
    GuestFile(const GuestFile&) = delete;
    GuestFile& operator=(const GuestFile&) = delete;
    virtual ~GuestFile() = default;

    [[nodiscard]] virtual const FileStatus& status() const = 0;
    /// How many bytes from the start, 0 at or behind the end. Never wrong bytes: `fault` where the page cache has lost
    /// them, or the file is not the same any more.
    [[nodiscard]] virtual Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) = 0;
};

/// Where a thread that is on no vCPU goes on in the kernel when it gets one: what the kernel keeps of it (struct
/// inactive_task_frame). The other registers mean nothing to it.
struct SwitchedOutRegisters {
    std::uint64_t rip = 0;
    std::uint64_t rsp = 0;
    std::uint64_t rbp = 0;
    std::uint64_t rbx = 0;
    std::uint64_t r12 = 0;
    std::uint64_t r13 = 0;
    std::uint64_t r14 = 0;
    std::uint64_t r15 = 0;
};

struct SymbolPlace {
    std::string name;
    VirtAddr address;
    std::uint64_t offset = 0;  ///< of the address asked for, from `address`
    std::string module;        ///< empty: the kernel itself
};

/// Longer arguments, or a longer environment, are cut.
inline constexpr std::size_t kMostProgramText = std::size_t{128} * 1024;

/// A kernel and how its structures were found, as rows for people: {"release", "6.12.107+deb13-cloud-amd64"}, ...
using OsFacts = std::vector<std::pair<std::string, std::string>>;

/// What a vCPU runs now.
struct CurrentThread {
    ThreadId tid = 0;
    ProcessId pid = 0;
    bool user_mode = false;
};

/// Server's thread only. All calls may fail: `not_found` when there is no such process, thread or name; `unsupported`
/// when no operating system is there that we know, or not yet ("no kernel yet: ..."), in one line for people; `running`
/// when something needs a paused machine; `fault` when the guest's structures cannot be read. Results are values, a
/// picture of the moment. Everything in them comes from the guest and may be nonsense, but its amount is bounded.
class Os {
  public:
    Os() = default;
    Os(const Os&) = delete;
    Os& operator=(const Os&) = delete;
    virtual ~Os() = default;

    [[nodiscard]] virtual Expected<OsFacts> facts() = 0;

    /// In the kernel's order, which is that of their start.
    [[nodiscard]] virtual Expected<std::vector<Process>> processes() = 0;
    [[nodiscard]] virtual Expected<Process> process(ProcessId pid) = 0;
    /// The leader first. With kernel threads, each is its own process.
    [[nodiscard]] virtual Expected<std::vector<Thread>> threads(ProcessId pid) = 0;
    [[nodiscard]] virtual Expected<CurrentThread> current(VcpuId vcpu) = 0;

    /// In the order of their addresses. Empty for kernel threads and zombies.
    [[nodiscard]] virtual Expected<std::vector<Mapping>> mappings(ProcessId pid) = 0;
    /// Absolute, from init's root folder on. Empty for kernel threads and zombies.
    [[nodiscard]] virtual Expected<std::string> executable(ProcessId pid) = 0;
    [[nodiscard]] virtual Expected<std::string> working_directory(ProcessId pid) = 0;
    /// As the program left them in its memory: any bytes, of which not more than `limit` (kMostProgramText at most) are
    /// read.
    [[nodiscard]] virtual Expected<std::vector<std::string>> arguments(ProcessId pid, std::size_t limit) = 0;
    /// Where the program found them when it started: strings, each with its NUL. Empty for kernel threads and zombies.
    [[nodiscard]] virtual Expected<AddressRange> argument_area(ProcessId pid) = 0;
    [[nodiscard]] virtual Expected<std::vector<std::string>> environment(ProcessId pid) = 0;
    /// Without the closing AT_NULL.
    [[nodiscard]] virtual Expected<std::vector<AuxiliaryEntry>> auxiliary_vector(ProcessId pid) = 0;
    [[nodiscard]] virtual Expected<std::vector<OpenFile>> open_files(ProcessId pid) = 0;
    /// `not_found` for kernel threads: they have none.
    [[nodiscard]] virtual Expected<UserRegisters> user_registers(ThreadId tid) = 0;

    /// `unsupported` for a thread that is on a vCPU: ask the machine.
    [[nodiscard]] virtual Expected<SwitchedOutRegisters> switched_out_registers(ThreadId tid) = 0;

    [[nodiscard]] virtual Expected<std::vector<KernelModule>> modules() = 0;
    [[nodiscard]] virtual Expected<SymbolPlace> kernel_symbol(std::string_view name) = 0;
    [[nodiscard]] virtual Expected<SymbolPlace> kernel_symbol_at(VirtAddr address) = 0;

    /// `name` as gdb calls a 64-bit program's registers: rax ... r15, rip, eflags, cs ss ds es fs gs, fs_base, gs_base,
    /// orig_rax, st0 ... st7, fctrl ... fop, mxcsr, xmm0 ... xmm15, ymm0h ... ymm15h. `value` has the size that gdb
    /// gives it (eight bytes, but four for eflags, segments and x87's and mxcsr; ten; sixteen); little endian. It goes
    /// to where user_registers() found the old one. orig_rax: -1 keeps the kernel from restarting a system call;
    /// accepted and without effect for a thread that is in none. Needs a paused machine.
    [[nodiscard]] virtual Expected<void> write_user_register(ThreadId tid, std::string_view name,
                                                             std::span<const std::byte> value) = 0;

    /// `name` as above, of the general registers, eflags and those that hold floating-point numbers and vectors.
    /// `unsupported` in the few instructions where the register is on its way. Needs a paused machine.
    [[nodiscard]] virtual Expected<RegisterPlace> user_register_place(ThreadId tid, std::string_view name) = 0;

    /// Makes a signal (Linux's number, 1 to 64) wait for the thread, as tkill(2) does, without further information. The
    /// thread takes it when it next leaves the kernel; one that sleeps is not woken. Needs a paused machine.
    [[nodiscard]] virtual Expected<void> raise_signal(ThreadId tid, unsigned number) = 0;
    /// Takes one back that waits for the thread or for its process; `not_found` when none does. Needs a paused machine.
    [[nodiscard]] virtual Expected<void> discard_signal(ThreadId tid, unsigned number) = 0;

    /// As the process would see it if it read there itself, running or not: through its own page tables, and where a
    /// page fault would bring the page, from the page cache or as zeros. How many bytes from the start (at least one,
    /// else `fault`).
    [[nodiscard]] virtual Expected<std::size_t> read_memory(ProcessId pid, VirtAddr address,
                                                            std::span<std::byte> out) = 0;
    /// All or nothing, and this process's memory only: `unsupported`, in words, for a page that others may share copy
    /// on write or that is the file's own; `fault` for one that is not in memory. Also where the process itself must
    /// not write. Needs a paused machine.
    [[nodiscard]] virtual Expected<void> write_memory(ProcessId pid, VirtAddr address,
                                                      std::span<const std::byte> data) = 0;
    /// Where a byte of the process is, or will be once the process touches it (page cache); nothing when no page holds
    /// it yet. `fault` where nothing is mapped; any error: not known.
    [[nodiscard]] virtual Expected<std::optional<PhysAddr>> physical_address(ProcessId pid, VirtAddr address) = 0;

    /// Where a byte of the kernel's own memory is. `fault` where nothing is mapped.
    [[nodiscard]] virtual Expected<PhysAddr> kernel_physical_address(VirtAddr address) = 0;

    /// Lets the process execute a page that is in memory although its mapping forbids it, or takes that back, in its
    /// page tables alone: a debugger that calls a function of the program has it return to the stack. Whether that
    /// changed anything. Needs a paused machine.
    [[nodiscard]] virtual Expected<bool> set_executable(ProcessId pid, VirtAddr address, bool executable) = 0;

    /// What the dynamic linker has loaded; empty for a static program, or before the linker has run. Read from the
    /// program's own memory, which may hold anything: at most 4,096, and each entry once.
    [[nodiscard]] virtual Expected<std::vector<Library>> libraries(ProcessId pid) = 0;

    // Files: `path` is as the process sees it, from its root folder and working directory on, through its mounts.
    // `not_found` when the kernel has no such name in memory; `bad_argument` for too long a path or too many links.
    /// A regular file, all of which is in memory; `fault` when part of it is not. Symbolic links are followed.
    [[nodiscard]] virtual Expected<std::unique_ptr<GuestFile>> open_file(ProcessId pid, std::string_view path) = 0;
    [[nodiscard]] virtual Expected<FileStatus> file_status(ProcessId pid, std::string_view path, bool follow_link) = 0;
    /// What a symbolic link says. `bad_argument` for anything else.
    [[nodiscard]] virtual Expected<std::string> read_link(ProcessId pid, std::string_view path) = 0;
};

}  // namespace hvgdb::osi
