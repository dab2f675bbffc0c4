/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop N [REPEATS [STOP]]: times N calls of work(), REPEATS times, one line each. With STOP = 1 it tells its process id
 * and stops itself before that, until it gets SIGCONT.
 * The benchmark's loop. work() and never_called() share one page which holds nothing else that runs, so a breakpoint on
 * never_called shows what an unhit breakpoint costs the code beside it.
 */
#include "guest.h"

#define PAGE 4096

volatile unsigned long result;

/* One section of their own, page-aligned; the pad after them fills the page. */
__attribute__((section(".text.hot"), aligned(PAGE))) TARGET void work(unsigned long i) {
    result = result * 3 + i;
}

__attribute__((section(".text.hot"))) TARGET void never_called(void) {
    result = 0;
}

__attribute__((section(".text.hot"), aligned(PAGE))) TARGET void page_end(void) {
    result = 1;
}

int main(int argc, char** argv) {
    const unsigned long calls = number_argument(argc, argv, 1, 1000000);
    const unsigned long repeats = number_argument(argc, argv, 2, 1);
    unsigned long repeat, i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (number_argument(argc, argv, 3, 0) != 0) {
        printf("loop ready pid=%d\n", (int)getpid());
        stop_if(1);
    }
    for (repeat = 0; repeat < repeats; repeat++) {
        const unsigned long started = now_us();
        for (i = 0; i < calls; i++) {
            work(i);
        }
        printf("loop us=%lu never_called=0x%lx work=0x%lx\n", now_us() - started, (unsigned long)&never_called,
               (unsigned long)&work);
    }
    return 0;
}
