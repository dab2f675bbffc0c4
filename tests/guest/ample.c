/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ample MEBIBYTES: a process with that much memory in use, each page of it different, which waits for ever. */
#include <sys/mman.h>

#include "guest.h"

#define PAGE 4096ul

int main(int argc, char** argv) {
    const unsigned long length = number_argument(argc, argv, 1, 16) << 20;
    unsigned long* const words = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned long i;

    need((long)words, "ample: mmap");
    for (i = 0; i < length / sizeof *words; i++) {
        words[i] = i * 0x9e3779b97f4a7c15ul;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("ample ready pid=%d memory=0x%lx\n", (int)getpid(), (unsigned long)words);
    stay();
}
