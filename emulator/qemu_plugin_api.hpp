// SPDX-License-Identifier: GPL-2.0-or-later
// What we use of QEMU's TCG plugin API, version 7 (QEMU 11.1). No distribution ships a header for it; the binary
// interface is documented in QEMU's manual, "QEMU TCG Plugins". Every callback carries the pointer it was
// registered with; `vcpu` is the vCPU's index. Functions without a note may be called inside callbacks only, on the
// vCPU thread, and speak of that vCPU.
#pragma once

#include <cstddef>
#include <cstdint>

// NOLINTBEGIN(readability-identifier-naming): QEMU's names
extern "C" {

using qemu_plugin_id_t = std::uint64_t;

struct qemu_info_t {
    const char* target_name;  // "x86_64", "aarch64", ...
    struct {
        int min;
        int cur;
    } version;
    bool system_emulation;
    struct {
        int smp_vcpus;
        int max_vcpus;
    } system;
};

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
struct qemu_plugin_register;
struct qemu_plugin_hwaddr;

using qemu_plugin_meminfo_t = std::uint32_t;  // an access to memory; opaque

// GLib's arrays, as the API hands them out.
struct GArray {
    char* data;
    unsigned len;
};
struct GByteArray {
    std::uint8_t* data;
    unsigned len;
};

struct qemu_plugin_reg_descriptor {
    qemu_plugin_register* handle;
    const char* name;
    const char* feature;
    bool is_readonly;
};

/// A word of a per-vCPU record.
struct qemu_plugin_u64 {
    qemu_plugin_scoreboard* score;
    std::size_t offset;
};

using qemu_plugin_vcpu_cb = void (*)(unsigned vcpu, void* userdata);
using qemu_plugin_mem_cb = void (*)(unsigned vcpu, qemu_plugin_meminfo_t, std::uint64_t address, void* userdata);
using qemu_plugin_trans_cb = void (*)(qemu_plugin_tb*, void* userdata);
using qemu_plugin_discon_cb = void (*)(unsigned vcpu, int type, std::uint64_t from_pc, std::uint64_t to_pc,
                                       void* userdata);

enum { QEMU_PLUGIN_CB_NO_REGS = 0, QEMU_PLUGIN_CB_R_REGS = 1, QEMU_PLUGIN_CB_RW_REGS_PC = 3 };
enum { QEMU_PLUGIN_COND_EQ = 2, QEMU_PLUGIN_COND_NE = 3 };
enum { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W = 2 };
enum { QEMU_PLUGIN_DISCON_INTERRUPT = 1, QEMU_PLUGIN_DISCON_EXCEPTION = 2 };

// Callable from any thread, also in qemu_plugin_install.
void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t, qemu_plugin_vcpu_cb, void*);
void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t, qemu_plugin_vcpu_cb, void*);
void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t, int types, qemu_plugin_discon_cb, void*);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, qemu_plugin_trans_cb, void*);

// Drops every callback and every translated block, then calls back with all vCPUs held. From a vCPU thread only.
void qemu_plugin_reset(qemu_plugin_id_t, void (*)(void*), void*);

// Inside the translation callback.
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
std::uint64_t qemu_plugin_tb_vaddr(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
std::size_t qemu_plugin_insn_data(const qemu_plugin_insn*, void*, std::size_t);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn*, qemu_plugin_vcpu_cb, int flags, void*);
void qemu_plugin_register_vcpu_insn_exec_cond_cb(qemu_plugin_insn*, qemu_plugin_vcpu_cb, int flags, int condition,
                                                 qemu_plugin_u64 entry, std::uint64_t operand, void*);
// The callback runs before the block's first instruction.
void qemu_plugin_register_vcpu_tb_exec_cond_cb(qemu_plugin_tb*, qemu_plugin_vcpu_cb, int flags, int condition,
                                               qemu_plugin_u64 entry, std::uint64_t operand, void*);
// The callback runs after each access that the instruction completed.
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn*, qemu_plugin_mem_cb, int flags, int accesses, void*);
// AT&T's notation for x86, or something else where QEMU has no disassembler. To be freed by g_free.
char* qemu_plugin_insn_disas(const qemu_plugin_insn*);

// Inside memory callbacks. The physical address is that of the access' first byte; null when it is not known any more.
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t);
qemu_plugin_hwaddr* qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t, std::uint64_t address);
bool qemu_plugin_hwaddr_is_io(const qemu_plugin_hwaddr*);
std::uint64_t qemu_plugin_hwaddr_phys_addr(const qemu_plugin_hwaddr*);

// Inside any callback of a vCPU: through its page tables.
bool qemu_plugin_translate_vaddr(std::uint64_t address, std::uint64_t* physical);

// Inside execution callbacks. set_pc leaves the block by a long jump: it never returns, and runs no destructor.
GArray* qemu_plugin_get_registers(void);
bool qemu_plugin_read_register(qemu_plugin_register*, GByteArray*);
bool qemu_plugin_read_memory_vaddr(std::uint64_t, GByteArray*, std::size_t);
[[noreturn]] void qemu_plugin_set_pc(std::uint64_t);

// Callable from any thread.
int qemu_plugin_num_vcpus(void);
qemu_plugin_scoreboard* qemu_plugin_scoreboard_new(std::size_t element_size);
std::uint64_t qemu_plugin_u64_get(qemu_plugin_u64, unsigned vcpu);
void qemu_plugin_u64_set(qemu_plugin_u64, unsigned vcpu, std::uint64_t);

GByteArray* g_byte_array_new(void);
GByteArray* g_byte_array_set_size(GByteArray*, unsigned);
void* g_array_free(GArray*, int free_segment);
void g_free(void*);
}
// NOLINTEND(readability-identifier-naming)
