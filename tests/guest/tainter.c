/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tainter [STOP]: copies the 16 bytes of `secret` in several ways, each to a place of its own, and to another process
 * through a pipe. With STOP = 1 it stops itself before that, until it gets SIGCONT. Afterwards both processes stay.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "guest.h"

#define SIZE 16
#define PAGE 4096
#define EDGE (PAGE - SIZE / 2) /* half of what begins there is on the next page */

typedef unsigned char bytes[SIZE];

bytes secret = "0123456789abcdef";
bytes by_memcpy;
bytes by_loop;
bytes by_vector;
bytes by_stack;
bytes reversed;
bytes overwritten;
bytes by_xor;
bytes by_near;
bytes by_fault;
bytes sums;
bytes translated;
bytes received;
unsigned char pages[4 * PAGE] __attribute__((aligned(PAGE)));
unsigned char table[256];

/* The optimiser must not see how much is copied. */
static volatile unsigned long size = SIZE;

TARGET void copy_by_loop(unsigned char* to, const unsigned char* from) {
    unsigned long i;
    for (i = 0; i < size; i++) {
        ((volatile unsigned char*)to)[i] = from[i];
    }
}

TARGET void copy_by_rep(unsigned char* to, const unsigned char* from) {
    unsigned long count = size;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

TARGET void copy_by_vector(unsigned char* to, const unsigned char* from) {
    __asm__ volatile("movdqu (%1), %%xmm3; movdqa %%xmm3, %%xmm9; movdqu %%xmm9, (%0)"
                     :
                     : "r"(to), "r"(from)
                     : "memory", "xmm3", "xmm9");
}

TARGET void copy_by_stack(unsigned char* to, const unsigned char* from) {
    __asm__ volatile("pushq (%1); pushq 8(%1); popq 8(%0); popq (%0)" : : "r"(to), "r"(from) : "memory");
}

TARGET void reverse(unsigned char* to, const unsigned char* from) {
    __asm__ volatile(
        "movq (%1), %%rax; bswap %%rax; movq %%rax, 8(%0); movq 8(%1), %%rax; bswap %%rax; movq %%rax, (%0)"
        :
        : "r"(to), "r"(from)
        : "memory", "rax");
}

TARGET void clear_by_xor(unsigned char* both) {
    __asm__ volatile("movq (%0), %%rax; xorq %%rax, %%rax; movq %%rax, (%0)" : : "r"(both) : "memory", "rax", "cc");
}

/* The sum of the first two bytes, and no more. */
TARGET void add(unsigned char* to, const unsigned char* from) {
    __asm__ volatile("movzbl (%1), %%eax; addb 1(%1), %%al; movb %%al, (%0)"
                     :
                     : "r"(to), "r"(from)
                     : "memory", "rax", "cc");
}

TARGET void translate(unsigned char* to, const unsigned char* from) {
    unsigned long i;
    for (i = 0; i < size; i++) {
        to[i] = ((volatile unsigned char*)table)[from[i]];
    }
}

/* Across the page's end in one access. */
TARGET void copy_word(unsigned char* to, const unsigned char* from) {
    __asm__ volatile("movq (%1), %%rax; movq %%rax, (%0)" : : "r"(to), "r"(from) : "memory", "rax");
}

/* What the first load got is taken up, and lost, after the second. */
TARGET void copy_by_near(unsigned char* to, const unsigned char* from) {
    __asm__ volatile(
        "movq (%1), %%rax; addq $8, %1; movq (%1), %%rcx; movq %%rax, %%rdx; xorl %%eax, %%eax;"
        "movq %%rdx, (%0); movq %%rcx, 8(%0)"
        : "+r"(to), "+r"(from)
        :
        : "memory", "rax", "rcx", "rdx", "cc");
}

/* The same with a load from `end` on in between, which nobody has touched yet. What to copy ends there. */
TARGET void copy_before(unsigned char* to, const unsigned char* end) {
    __asm__ volatile(
        "movq -16(%1), %%rax; movq (%1), %%rsi; movq -8(%1), %%rcx; movq %%rax, %%rdx; xorl %%eax, %%eax;"
        "movq %%rdx, (%0); movq %%rcx, 8(%0)"
        :
        : "r"(to), "r"(end)
        : "memory", "rax", "rcx", "rdx", "rsi", "cc");
}

static long faults(void) {
    struct rusage usage;
    need(getrusage(RUSAGE_SELF, &usage), "tainter: getrusage");
    return usage.ru_minflt;
}

static void copy_by_fault(void) {
    unsigned char* const two_pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long before;
    need(two_pages == MAP_FAILED ? -1 : 0, "tainter: mmap");
    memcpy(two_pages + PAGE - SIZE, secret, size);
    before = faults();
    copy_before(by_fault, two_pages + PAGE);
    need(faults() > before ? 0 : -1, "tainter: the page was there already");
}

static void run_on(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    need(sched_setaffinity(0, sizeof set, &set), "tainter: sched_setaffinity");
}

static void receive(int from) {
    run_on((int)need(sysconf(_SC_NPROCESSORS_ONLN), "tainter: sysconf") - 1);
    if (read(from, received, SIZE) == SIZE) {
        printf("tainter received\n");
    }
    stay();
}

int main(int argc, char** argv) {
    int ends[2];
    int child;
    int i;

    need(mlockall(MCL_CURRENT), "tainter: mlockall");
    run_on(0);
    for (i = 0; i < 256; i++) {
        table[i] = (unsigned char)(255 - i);
    }
    memset(pages, 1, sizeof pages);
    need(pipe(ends), "tainter: pipe");
    child = (int)need(fork(), "tainter: fork");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (child == 0) {
        receive(ends[0]);
    }
    printf("tainter ready pid=%d child=%d\n", (int)getpid(), child);
    stop_if(number_argument(argc, argv, 1, 0));
    memcpy(by_memcpy, secret, size);
    copy_by_loop(by_loop, secret);
    copy_by_vector(by_vector, secret);
    copy_by_stack(by_stack, secret);
    reverse(reversed, secret);
    memcpy(overwritten, secret, size);
    memset(overwritten + 4, 0, size / 2);
    memcpy(by_xor, secret, size);
    clear_by_xor(by_xor);
    copy_by_near(by_near, secret);
    copy_by_fault();
    add(sums, secret);
    translate(translated, secret);
    copy_by_rep(pages + EDGE, secret);
    copy_word(pages + 2 * PAGE + PAGE - 3, secret);
    need(write(ends[1], secret, size), "tainter: write");
    printf("tainter done\n");
    stay();
}
