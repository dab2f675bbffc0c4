/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulter N [MICROSECONDS]: N rounds, with a pause of MICROSECONDS after each. In each, the instruction at touch_here
 * writes to a page that nobody has touched, and the `rep movsb` at copy_here fills several such pages.
 * A test breaks at either and checks that each round is one stop, however often the instruction is restarted.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define PAGE 4096ul
#define COPY_PAGES 4ul

extern const char touch_here[], copy_here[];

volatile unsigned long rounds;
static char source[COPY_PAGES * PAGE];

TARGET void touch(char* page) {
    __asm__ volatile(".globl touch_here\ntouch_here: movb $1, (%0)" : : "r"(page) : "memory");
}

TARGET void copy(char* to, const char* from, unsigned long length) {
    __asm__ volatile(".globl copy_here\ncopy_here: rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
}

static char* fresh(unsigned long length) {
    void* const pages = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        perror("faulter: mmap");
        exit(1);
    }
    return pages;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long touched = 0, copied = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(source, 'x', sizeof source);
    printf("faulter ready touch_here=0x%lx copy_here=0x%lx rounds=0x%lx pid=%d\n", (unsigned long)touch_here,
           (unsigned long)copy_here, (unsigned long)&rounds, (int)getpid());
    for (rounds = 0; rounds < count; rounds = rounds + 1) {
        char* const page = fresh(PAGE);
        char* const copies = fresh(sizeof source);
        touch(page);
        copy(copies, source, sizeof source);
        touched += page[0] == 1;
        copied += memcmp(copies, source, sizeof source) == 0;
        munmap(page, PAGE);
        munmap(copies, sizeof source);
        if (pause_us != 0) {
            usleep((useconds_t)pause_us);
        }
    }
    printf("faulter done rounds=%lu touched=%lu copied=%lu\n", rounds, touched, copied);
    return 0;
}
