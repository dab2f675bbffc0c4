/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remapper N [MICROSECONDS [STOP]]: N times, with a pause of MICROSECONDS after each, maps LENGTH bytes of its own file
 * from the second page on at a fixed `address`, calls is_mapped(), unmaps them, and calls is_unmapped(). With STOP = 1
 * it stops itself before that, until it gets SIGCONT.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define PAGE 4096ul
#define LENGTH (3 * PAGE)
#define ADDRESS 0x123450000ul

volatile unsigned long sum;

TARGET void is_mapped(const unsigned char* pages) {
    sum = sum + pages[0] + pages[LENGTH - 1];
}

TARGET void is_unmapped(void) {
    sum = sum + 1;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    const int file = (int)need(open("/bin/remapper", O_RDONLY), "/bin/remapper");
    unsigned long i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("remapper ready pid=%d address=0x%lx length=0x%lx offset=0x%lx\n", (int)getpid(), ADDRESS, LENGTH, PAGE);
    stop_if(number_argument(argc, argv, 3, 0));
    for (i = 0; i < count; i++) {
        void* const pages = mmap((void*)ADDRESS, LENGTH, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, (off_t)PAGE);
        need((long)pages, "remapper: mmap");
        is_mapped(pages);
        need(munmap(pages, LENGTH), "remapper: munmap");
        is_unmapped();
        usleep((useconds_t)pause_us);
    }
    printf("remapper done rounds=%lu sum=%lu\n", count, sum);
    return 0;
}
