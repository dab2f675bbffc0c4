/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decider [STOP] [ROUNDS]: in each round the 8 bytes of `secret` decide about branches, jumps and a system call, and
 * `plain`, which looks the same, does so too. With STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "guest.h"

#define SIZE 8

/* The loop's own condition, and that on a byte. */
#define PLACE(name) ".globl " #name "\n" #name ":\n\t"

unsigned char secret[SIZE];
unsigned char plain[SIZE];
unsigned char collected[2 * SIZE];

/* How many of the bytes are no zero. */
TARGET unsigned long count(const unsigned char* bytes) {
    unsigned long left = SIZE;
    unsigned long found = 0;
    __asm__ volatile(
        "1: cmpb $0, (%0)\n\t" PLACE(byte_branch) "je 2f\n\t"
        "incq %2\n"
        "2: incq %0\n\t"
        "decq %1\n\t" PLACE(loop_branch) "jnz 1b"
        : "+r"(bytes), "+r"(left), "+r"(found)
        :
        : "memory", "cc");
    return found;
}

TARGET unsigned long one(void) {
    return 1;
}

TARGET unsigned long by_register(const void* place) {
    unsigned long result;
    __asm__ volatile("movq (%1), %%rdx\n\t" PLACE(register_call) "call *%%rdx"
                     : "=a"(result)
                     : "r"(place)
                     : "memory", "cc", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
    return result;
}

TARGET unsigned long by_memory(const void* place) {
    unsigned long result;
    __asm__ volatile(PLACE(memory_call) "call *(%1)"
                     : "=a"(result)
                     : "r"(place)
                     : "memory", "cc", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
    return result;
}

/* Returns to the address that is kept in memory. */
TARGET unsigned long by_return(const void* place) {
    unsigned long result;
    __asm__ volatile(
        "subq $128, %%rsp\n\t" /* beyond the red zone */
        "leaq 1f(%%rip), %%rcx\n\t"
        "pushq %%rcx\n\t" /* for the function itself */
        "pushq (%1)\n\t" PLACE(return_to) "ret\n"
        "1: addq $128, %%rsp"
        : "=a"(result)
        : "r"(place)
        : "memory", "cc", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
    return result;
}

/* lseek(-1, OFFSET, SEEK_CUR): a call with an argument that nobody minds. What is in rdx is no argument of getppid. */
TARGET long call_kernel(const void* place) {
    long result;
    __asm__ volatile("movq (%1), %%rdx\n\t" PLACE(plain_call) "syscall"
                     : "=a"(result)
                     : "r"(place), "0"((long)SYS_getppid)
                     : "memory", "cc", "rcx", "rdx", "r11");
    __asm__ volatile("movq (%1), %%rsi\n\t" PLACE(argument_call) "syscall"
                     : "=a"(result)
                     : "r"(place), "0"((long)SYS_lseek), "D"(-1l), "d"(1l)
                     : "memory", "cc", "rcx", "rsi", "r11");
    return result;
}

TARGET void collect(const unsigned char* bytes, unsigned long at) {
    __asm__ volatile("movb (%0), %%al\n\tmovb %%al, (%1)\n\t" PLACE(after_store) "nop"
                     :
                     : "r"(bytes), "r"(collected + at)
                     : "memory", "cc", "rax");
}

static unsigned long decide(unsigned char* bytes) {
    static unsigned long (*const target)(void) = one;
    unsigned long sum;
    unsigned i;
    sum = count(bytes);
    /* The bytes' labels without their values. */
    unsigned long pointer = 0;
    memcpy(&pointer, bytes, SIZE);
    __asm__ volatile("xorq %1, %0" : "+r"(pointer) : "r"(*(unsigned long*)(void*)bytes ^ (unsigned long)target));
    sum += by_register(&pointer) + by_memory(&pointer) + by_return(&pointer);
    sum += call_kernel(bytes) == -9 ? 1 : 0; /* EBADF */
    for (i = 0; i < SIZE; i++) {
        collect(bytes + i, bytes == secret ? i : SIZE + i);
    }
    return sum;
}

int main(int argc, char** argv) {
    unsigned long rounds = number_argument(argc, argv, 2, 1);
    unsigned long sum = 0;

    need(mlockall(MCL_CURRENT), "decider: mlockall");
    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(secret, 1, sizeof secret);
    memset(plain, 1, sizeof plain);
    memset(collected, 0, sizeof collected);
    printf("decider ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 1, 0));
    for (; rounds > 0; rounds--) {
        sum += decide(secret) + decide(plain);
    }
    printf("decider done sum=%lu\n", sum);
    return 0;
}
