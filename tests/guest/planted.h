/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known values in registers, for tests that look for them from outside. */
#pragma once

#include <string.h>

#include "guest.h"

#define VECTORS 16

/* load_planted below knows the places of the members. */
struct planted {
    unsigned char vectors[VECTORS][32];
    unsigned long rbx, rbp, r12, r13, r14, r15;
    unsigned long has_avx;
};

/* Assembly text that loads them from %rcx, all but rcx itself: ymm registers where the CPU has them, else xmm. */
#define LOAD_PLANTED                                     \
    "    cmpq $0, 560(%rcx)\n"                           \
    "    je 1f\n"                                        \
    "    .irp i,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" \
    "    vmovdqu 32*\\i(%rcx), %ymm\\i\n"                \
    "    .endr\n"                                        \
    "    jmp 2f\n"                                       \
    "1:  .irp i,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" \
    "    movdqu 32*\\i(%rcx), %xmm\\i\n"                 \
    "    .endr\n"                                        \
    "2:  mov 512(%rcx), %rbx\n"                          \
    "    mov 520(%rcx), %rbp\n"                          \
    "    mov 528(%rcx), %r12\n"                          \
    "    mov 536(%rcx), %r13\n"                          \
    "    mov 544(%rcx), %r14\n"                          \
    "    mov 552(%rcx), %r15\n"

/* Different values for each number. */
static inline struct planted plant(unsigned number) {
    const unsigned long base = 0x1122000000000000ul | ((unsigned long)number << 32);
    struct planted planted = {.rbx = base + 1,
                              .rbp = base + 2,
                              .r12 = base + 3,
                              .r13 = base + 4,
                              .r14 = base + 5,
                              .r15 = base + 6,
                              .has_avx = __builtin_cpu_supports("avx") != 0};
    unsigned i, byte;
    for (i = 0; i < VECTORS; i++) {
        for (byte = 0; byte < sizeof planted.vectors[i]; byte++) {
            planted.vectors[i][byte] = (unsigned char)(number * 16 + i * 7 + byte + 1);
        }
    }
    return planted;
}

/* name=value pairs, without an end of line. A vector is one number, its last byte first. */
static inline void print_planted(const struct planted* planted) {
    const int width = planted->has_avx ? 32 : 16;
    unsigned i;
    int byte;
    printf("rbx=0x%lx rbp=0x%lx r12=0x%lx r13=0x%lx r14=0x%lx r15=0x%lx", planted->rbx, planted->rbp, planted->r12,
           planted->r13, planted->r14, planted->r15);
    for (i = 0; i < VECTORS; i++) {
        printf(" %cmm%u=0x", planted->has_avx ? 'y' : 'x', i);
        for (byte = width - 1; byte >= 0; byte--) {
            printf("%02x", planted->vectors[i][byte]);
        }
    }
}
