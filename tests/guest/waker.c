/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waker SECONDS: sleeps that long in one nanosleep(), with known values in registers, and then prints what is in them.
 * A test writes registers while it sleeps.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

/* The members are in the order in which sleep_with stores them. */
struct kept {
    unsigned long rax, rbx, rdi, r8, r12, r15, xmm3[2];
};

void sleep_with(const struct timespec* time, struct kept* kept);

__asm__(
    ".globl sleep_with\n"
    ".globl slept\n"
    ".type sleep_with, @function\n"
    "sleep_with:\n"
    "    push %rbx\n    push %r12\n    push %r14\n    push %r15\n"
    "    mov %rsi, %r14\n"
    "    mov $0xb0b, %ebx\n"
    "    mov $0x8008, %r8d\n"
    "    mov $0xc12, %r12d\n"
    "    mov $0xf15, %r15d\n"
    "    movq %rbx, %xmm3\n"
    "    xor %esi, %esi\n"
    "    mov $35, %eax\n" /* SYS_nanosleep */
    "    syscall\n"
    "slept:\n"
    "    mov %rax, (%r14)\n"
    "    mov %rbx, 8(%r14)\n"
    "    mov %rdi, 16(%r14)\n"
    "    mov %r8, 24(%r14)\n"
    "    mov %r12, 32(%r14)\n"
    "    mov %r15, 40(%r14)\n"
    "    movdqu %xmm3, 48(%r14)\n"
    "    pop %r15\n    pop %r14\n    pop %r12\n    pop %rbx\n"
    "    ret\n"
    ".size sleep_with, . - sleep_with\n");

int main(int argc, char** argv) {
    const struct timespec time = {.tv_sec = (time_t)number_argument(argc, argv, 1, 1)};
    struct kept kept = {0};

    _Static_assert(SYS_nanosleep == 35, "the number in sleep_with");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("waker ready pid=%d time=0x%lx\n", (int)getpid(), (unsigned long)&time);
    sleep_with(&time, &kept);
    printf("waker done rax=0x%lx rbx=0x%lx rdi=0x%lx r8=0x%lx r12=0x%lx r15=0x%lx xmm3_low=0x%lx xmm3_high=0x%lx\n",
           kept.rax, kept.rbx, kept.rdi, kept.r8, kept.r12, kept.r15, kept.xmm3[0], kept.xmm3[1]);
    return 0;
}
