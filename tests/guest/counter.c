/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counter N [MICROSECONDS [STOP]]: calls count_one() N times, with a pause of MICROSECONDS after each call. With STOP =
 * 1 it stops itself before that, until it gets SIGCONT. Built twice: `counter` at fixed addresses, `pie_counter` as a
 * static PIE, whose addresses differ in every process. A test breaks in count_one, watches `counter`, and compares its
 * own number of stops with the one printed at the end.
 */
#include <unistd.h>

#include "guest.h"

volatile unsigned long counter;

TARGET void count_one(unsigned long step) {
    counter = counter + step;
}

int main(int argc, char** argv) {
    const unsigned long calls = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long started, i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("counter ready count_one=0x%lx counter=0x%lx pid=%d\n", (unsigned long)&count_one, (unsigned long)&counter,
           (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    started = now_us();
    for (i = 0; i < calls; i++) {
        count_one(1);
        if (pause_us != 0) {
            usleep((useconds_t)pause_us);
        }
    }
    printf("counter done %lu counter=%lu elapsed_us=%lu\n", calls, counter, now_us() - started);
    return 0;
}
