/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compat_exits STATUS: a 32-bit program without any library, which ends with that status. */
#define SYS_EXIT 1

/* What the kernel leaves on the stack (System V ABI for i386, "Process Initialization"): argc, then argv. */
__asm__(
    ".globl _start\n"
    "_start:\n"
    "    mov %esp, %eax\n"
    "    push %eax\n"
    "    call run\n");

__attribute__((used)) void run(const long* stack) {
    const char* const text = stack[0] > 1 ? (const char*)stack[2] : "";
    long status = 0;
    unsigned i;
    for (i = 0; i < 3 && text[i] >= '0' && text[i] <= '9'; i++) {
        status = 10 * status + (text[i] - '0');
    }
    __asm__ volatile("int $0x80" : : "a"(SYS_EXIT), "b"(status) : "memory");
}
