// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's operating system, as a debugger needs it: processes, threads, mappings, files, symbols.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/types.hpp"
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
    /// The system call's number while in one, else -1. Unknown when the thread runs user code.
    std::optional<std::uint64_t> orig_rax;
    /// XSAVE area in the standard or compacted format (Intel SDM vol. 1, 13.4), FXSAVE's 512 bytes first. Absent when
    /// it cannot be read; for a running thread the vCPU's own registers count.
    std::optional<Bytes> xsave;
    /// Of the saved frame (struct pt_regs) and of the XSAVE area, to write back to.
    std::optional<VirtAddr> frame;
    std::optional<VirtAddr> xsave_address;
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
    [[nodiscard]] virtual Expected<std::vector<std::string>> environment(ProcessId pid) = 0;
    /// Without the closing AT_NULL.
    [[nodiscard]] virtual Expected<std::vector<AuxiliaryEntry>> auxiliary_vector(ProcessId pid) = 0;
    [[nodiscard]] virtual Expected<std::vector<OpenFile>> open_files(ProcessId pid) = 0;
    /// `not_found` for kernel threads: they have none.
    [[nodiscard]] virtual Expected<UserRegisters> user_registers(ThreadId tid) = 0;

    [[nodiscard]] virtual Expected<std::vector<KernelModule>> modules() = 0;
    [[nodiscard]] virtual Expected<SymbolPlace> kernel_symbol(std::string_view name) = 0;
    [[nodiscard]] virtual Expected<SymbolPlace> kernel_symbol_at(VirtAddr address) = 0;

    /// Through the process's own page tables, running or not: how many bytes from the start (at least one, else
    /// `fault`).
    [[nodiscard]] virtual Expected<std::size_t> read_memory(ProcessId pid, VirtAddr address,
                                                            std::span<std::byte> out) = 0;
};

}  // namespace hvgdb::osi
